"""The monthly report as charts and tables, and as a document that stands by itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from bot.console.charts import columns
from bot.console.charts.series import WIDE, Series
from bot.console.document import document
from bot.console.tables import Cell, Column, Table
from bot.console.wording import SHELL, Wording, Words
from bot.feedback.rates import Rate
from bot.reporting.monthly import Month
from bot.reporting.spelling import month_rows

_ENOUGH: Final = 5
"""Judged signals from which on a share says something."""


def month_document(content: Path, text: str, month: Month, made_at: datetime) -> str:
    """The report as one HTML file that asks nobody for anything.

    Raises:
        ContentError: when the console's wording is missing or broken.
    """
    wording = Wording(content)
    w = wording.of("report")
    return document(
        wording,
        "report/document.html",
        w,
        text,
        made_at,
        **month_values(w, wording.of(SHELL), month),
    )


def month_values(w: Words, shell: Words, month: Month) -> dict[str, Any]:
    """What the templates of the report need, in the words of the report and of the shell."""

    def names(kind: str, key: str) -> str:
        return shell.names(kind).get(key, key)

    whole = Table(
        "month",
        [Column(w("month.section")), Column(w("month.name")), Column(w("month.value"), "number")],
        list(month_rows(month, w, names)),
        empty=w("month.empty"),
        caption=w("month.whole"),
    )
    labels = [f"{day.day}" for day in month.span.days]
    chart = columns(
        labels, [Series(w("chain.signals"), month.per_day)], title=w("month.days"), width=WIDE
    )
    return {
        "found": month.reconciliation,
        "report": month,
        "whole": whole,
        "chart": chart,
        "codes": _counts(w, shell, "codes", month.codes, month.codes_before),
        "stages": _counts(w, shell, "stages", month.stages),
        "channels": _counts(w, shell, "channels", month.channels),
        "contacts": _contacts(w, shell, month),
        "reviews": _reviews(w, shell, month),
        "broken": sum(not check.holds for check in month.reconciliation.checks),
    }


def _counts(
    w: Words,
    shell: Words,
    kind: str,
    counts: Mapping[str, int],
    before: Mapping[str, int] | None = None,
) -> Table:
    titles = [Column(w("month.name")), Column(w("month.count"), "number")]
    if before is not None:
        titles += [Column(w("month.before"), "number"), Column(w("month.change"))]
    rows: list[tuple[Any, ...]] = []
    for key, count in counts.items():
        row: tuple[Any, ...] = (shell.names(kind).get(key, key), count)
        if before is not None:
            earlier = before.get(key, 0)
            change = f"{(count - earlier) / earlier:+.0%}" if earlier else w("month.new")
            row = (*row, earlier, change)
        rows.append(row)
    return Table(kind, titles, rows, empty=w("month.empty"), caption=w(f"month.{kind}"))


def _contacts(w: Words, shell: Words, month: Month) -> Table:
    rows = []
    for contact in month.contacts:
        kind, _, value = contact.key.partition(":")
        rows.append(
            (
                Cell(
                    value,
                    href=f"/console/cases/{contact.case_id}",
                    more=shell(f"kinds.{kind}"),
                ),
                w(f"parts.{contact.state}"),
                contact.signals,
                contact.reporters,
            )
        )
    titles = [
        Column(w("month.contact")),
        Column(w("month.state"), "state"),
        Column(w("month.signals"), "number"),
        Column(w("month.reporters"), "number"),
    ]
    return Table("contacts", titles, rows, empty=w("month.empty"), caption=w("month.contacts"))


def _reviews(w: Words, shell: Words, month: Month) -> Table:
    rows = [
        (
            w("month.all") if rate.group == "all" else shell(f"codes.{rate.key}"),
            rate.signals,
            rate.judged,
            rate.false_alarms,
            false_alarm_cell(w, rate),
        )
        for rate in month.rates
        if rate.group in ("all", "code")
    ]
    titles = [
        Column(w("month.name")),
        Column(w("month.signals"), "number"),
        Column(w("month.judged"), "number"),
        Column(w("month.false_alarms"), "number"),
        Column(w("month.rate"), "share"),
    ]
    return Table("reviews", titles, rows, empty=w("month.empty"), caption=w("month.reviews"))


def false_alarm_cell(w: Words, rate: Rate) -> Cell:
    """The share of false alarms; of a few signals it tells nothing, so their counts stand there."""
    figure = rate.false_alarm
    if figure is None or rate.judged >= _ENOUGH:
        return Cell(figure.value if figure else None)
    return Cell(None, html=w("month.few", n=rate.false_alarms, judged=rate.judged))
