"""False alarms by code, channel and month, with what the figures rest on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from actions.facts import BEIJING
from bot.console.answers import Answer
from bot.console.desk import Desk
from bot.console.part import Part
from bot.console.parts.feedback.interval import interval
from bot.console.parts.feedback.review import review_tabs
from bot.console.tables import Cell, Column, Table
from bot.console.visit import Visit
from bot.feedback.feedback import Feedback
from bot.feedback.rates import GROUPS, UNDISPUTED, WHOLE, Rate


def add_rates(pages: Part, desk: Desk, feedback: Feedback) -> None:
    """Adds the page of the rates to the part."""

    @pages.page("/review/rates")
    def show(visit: Visit) -> Answer:
        first, last = day_of(visit.text("from")), day_of(visit.text("until"))
        found = feedback.rates(start_of(first), start_of(last and last + timedelta(days=1)))
        tables = {
            f"by_{group}": _table(visit, group, [rate for rate in found if rate.group == group])
            for group in GROUPS
        }
        return visit.render(
            "feedback/rates.html",
            tabs=review_tabs(visit, feedback),
            figures=_figures(visit, found),
            **tables,
            first=first,
            last=last,
        )


def day_of(text: str) -> date | None:
    """The day that a text names, or ``None``."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2200 else None


def start_of(day: date | None) -> datetime | None:
    """The first moment of a day in Beijing."""
    return None if day is None else datetime.combine(day, time(), BEIJING)


def _top(rates: Sequence[Rate]) -> float:
    """Where the pictures of a table end: at its highest interval, so that all can be compared."""
    highs = [
        rate.false_alarm.interval[1]
        for rate in rates
        if rate.false_alarm and rate.false_alarm.interval
    ]
    return max(highs, default=1.0) or 1.0


def _figures(visit: Visit, rates: Sequence[Rate]) -> list[tuple[str, str, str]]:
    """Name, value and note of what stands above the tables."""
    w = visit.words
    whole = next((rate for rate in rates if rate.group == WHOLE), None)
    fair = next((rate for rate in rates if rate.key == UNDISPUTED), None)
    if whole is None:
        return []
    share = f"{whole.judged / whole.signals:.0%}"
    return [
        _figure(visit, w("rates.whole"), whole),
        _figure(visit, w("rates.undisputed"), fair),
        (
            w("rates.judged"),
            f"{whole.judged:,}",
            f"{share} · {w('rates.share_of', of=f'{whole.signals:,}')}",
        ),
        (
            w("rates.wrong_code"),
            f"{whole.wrong_codes:,}",
            w("rates.of", of=whole.judged, n=whole.wrong_codes),
        ),
    ]


def _figure(visit: Visit, name: str, rate: Rate | None) -> tuple[str, str, str]:
    w = visit.words
    figure = rate.false_alarm if rate else None
    if figure is None or figure.interval is None:
        return name, "—", w("rates.unknown")
    low, high = figure.interval
    return name, f"{figure.value:.1%}", w("rates.interval", low=f"{low:.1%}", high=f"{high:.1%}")


def _table(visit: Visit, group: str, rates: Sequence[Rate]) -> Table:
    w = visit.words
    kind = group if group in ("code", "channel") else "text"
    columns = [
        Column(w("rates.columns.name"), kind),
        Column(w("rates.columns.signals"), "number"),
        Column(w("rates.columns.judged"), "number"),
        Column(w("rates.columns.false_alarms"), "number"),
        Column(w("rates.columns.rate"), "share"),
        Column(w("rates.columns.interval")),
        Column(w("rates.columns.low"), "share", shown=False),
        Column(w("rates.columns.high"), "share", shown=False),
        Column(w("rates.columns.wrong_codes"), "number"),
    ]
    top = _top(rates)
    rows = [_row(visit, rate, top) for rate in rates]
    caption = w(f"rates.by_{group}")
    return Table(f"rates-{group}", columns, rows, empty=w("rates.empty"), caption=caption)


def _row(visit: Visit, rate: Rate, top: float) -> tuple[Any, ...]:
    w, figure = visit.words, rate.false_alarm
    name = w.names("rates.names").get(rate.key, rate.key) if rate.group == "dispute" else rate.key
    counts = (name, rate.signals, rate.judged, rate.false_alarms)
    if figure is None or figure.interval is None:
        return (*counts, None, w("rates.unknown"), None, None, rate.wrong_codes)
    low, high = figure.interval
    text = f"{low:.1%} – {high:.1%}"
    values = {"value": f"{figure.value:.1%}", "low": f"{low:.1%}", "high": f"{high:.1%}"}
    label = w("rates.interval_label", name=name, **values)
    picture = interval(figure.value, low, high, top, label)
    return (*counts, figure.value, Cell(text, html=picture, more=text), low, high, rate.wrong_codes)
