"""Reconciliation and the monthly report."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Any, Final

from actions.facts import BEIJING
from bot.console.answers import Answer, Failed, Invalid
from bot.console.call import Call
from bot.console.desk import Desk
from bot.console.month import month_values
from bot.console.part import Nav, Part, Query
from bot.console.tables import Column, Table
from bot.console.visit import Visit
from bot.reporting.monthly import Month, month_report
from bot.reporting.reconciliation import Check, Reconciler, Reconciliation
from bot.reporting.signal_figures import SignalFigures
from bot.reporting.spans import Span

_SPANS: Final = ("7", "30", "90", "365")
_COUNT = {"type": "integer", "minimum": 0}
_CHECK = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "total": _COUNT,
        "parts": {"type": "object", "additionalProperties": _COUNT},
        "gap": {"type": "integer"},
    },
}
_RECONCILIATION = {
    "type": "object",
    "required": [
        "first",
        "last",
        "signals",
        "reporters",
        "cases",
        "handed_over",
        "educated",
        "checks",
    ],
    "properties": {
        "signals": _COUNT,
        "reporters": _COUNT,
        "cases": _COUNT,
        "handed_over": _COUNT,
        "educated": {"type": ["integer", "null"], "description": "Null before the first campaign."},
        "checks": {"type": "array", "items": _CHECK},
    },
}


def part(desk: Desk) -> Part:
    """The part."""
    report = Part("report")
    reconciler = Reconciler(desk.reader)

    @report.page("/reconciliation", nav=Nav("pass_on", 30))
    def reconcile(visit: Visit) -> Answer:
        span = Span.days_until(desk.clock(), int(visit.choice("span", _SPANS, "30")))
        found = reconciler.of(span)
        tables = [_check(visit, check) for check in found.checks]
        return visit.render(
            "report/reconciliation.html",
            span=span,
            found=found,
            broken=sum(not check.holds for check in found.checks),
            checks=list(zip(found.checks, tables, strict=True)),
            **{table.name: table for table in tables},
        )

    @report.page("/report", nav=Nav("pass_on", 40, "month"))
    def show_month(visit: Visit) -> Answer:
        text = visit.text("month") or due_month(desk)
        try:
            month = month_report(desk.reader, text)
        except ValueError:
            raise Invalid(visit.words("month.wrong")) from None
        return visit.render(
            "report/month.html", month=text, **month_values(visit.words, visit.shell, month)
        )

    @report.api(
        "GET",
        "/reconciliation",
        summary="Signals, cases passed on and people educated, with checks that they agree.",
        answer=_RECONCILIATION,
        query={
            "days": Query({"type": "integer", "minimum": 1, "maximum": 800}, "Until today.", 30)
        },
    )
    def reconciliation(call: Call) -> dict[str, Any]:
        span = Span.days_until(desk.clock(), call.query["days"])
        return as_json(span, reconciler.of(span))

    @report.api(
        "GET",
        "/report",
        summary="The figures of a month.",
        answer={"type": "object", "required": ["month", "reconciliation"]},
        query={
            "month": Query(
                {"type": "string", "pattern": r"^20[0-9]{2}-(0[1-9]|1[0-2])$"}, "2026-11"
            )
        },
    )
    def month_figures(call: Call) -> dict[str, Any]:
        text = call.query["month"] or due_month(desk)
        try:
            return month_json(text, month_report(desk.reader, text))
        except ValueError as error:
            raise Failed(str(error)) from None

    return report


def due_month(desk: Desk) -> str:
    """The month that has ended last, of which a report is due; the current one when that had no signals."""
    first = desk.clock().astimezone(BEIJING).date().replace(day=1)
    ended = f"{first - timedelta(days=1):%Y-%m}"
    return ended if SignalFigures(desk.reader).count(Span.month(ended)) else f"{first:%Y-%m}"


def as_json(span: Span, found: Reconciliation) -> dict[str, Any]:
    """The reconciliation for programs."""
    checks = [{**asdict(check), "gap": check.gap} for check in found.checks]
    figures = {name: value for name, value in asdict(found).items() if name != "checks"}
    days = {"first": span.first.isoformat(), "last": span.last.isoformat()}
    return {**days, **figures, "checks": checks}


def month_json(text: str, month: Month) -> dict[str, Any]:
    """The report for programs; times of answers in seconds."""
    return {
        "month": text,
        "reconciliation": as_json(month.span, month.reconciliation),
        "before": month.before,
        "urgent": month.urgent,
        "codes": dict(month.codes),
        "stages": dict(month.stages),
        "channels": dict(month.channels),
        "per_day": list(month.per_day),
        "answers": asdict(month.answers),
        "contacts": [asdict(contact) for contact in month.contacts],
    }


def _check(visit: Visit, check: Check) -> Table:
    w = visit.words
    rows: list[tuple[Any, ...]] = [
        (w(f"parts.{name}"), count) for name, count in check.parts.items()
    ]
    rows.append((w("total"), check.total))
    titles = [Column(w("part")), Column(w("count"), "number")]
    return Table(check.name, titles, rows, empty="", caption=w(f"checks.{check.name}.title"))
