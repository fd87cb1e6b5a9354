"""The overview: what happens today."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from markupsafe import Markup

from actions.facts import BEIJING
from bot.console.answers import Answer
from bot.console.call import Call
from bot.console.charts import Bar, Series, bars, columns, lines, spark
from bot.console.charts.series import HALF
from bot.console.desk import Desk
from bot.console.part import Nav, Part
from bot.console.parts.signals.listing import signal_table
from bot.console.tables import Cell, Column, Table
from bot.console.visit import Visit
from bot.deflection import DeflectionFigures
from bot.ledger.encoding import parse_time, rfc3339
from bot.ledger.events import EVENT_TYPE
from bot.reporting.answer_times import AnswerTimeFigures, Quantiles
from bot.reporting.hourly_counts import hour_of
from bot.reporting.signal_figures import SignalFigures
from bot.reporting.signal_search import SignalFilter, SignalSearch
from bot.reporting.spans import Span
from nlu.analysis import THREAT_CODES

_DAYS: Final = 14
_URGENT_SHOWN: Final = 6
_NOTHING_LATE: Final = 60  # seconds that an event may wait before its sink is shown as late
_SECONDS = {"type": ["number", "null"]}
_COUNT = {"type": "integer", "minimum": 0}
_TODAY = {
    "type": "object",
    "required": [
        *("day", "signals", "urgent", "reporters", "codes", "answers", "deflection", "sinks"),
    ],
    "properties": {
        "day": {"type": "string"},
        "signals": _COUNT,
        "urgent": _COUNT,
        "reporters": _COUNT,
        "codes": {"type": "object", "additionalProperties": _COUNT},
        "answers": {
            "type": "object",
            "description": "How long answers took, in seconds.",
            "properties": {"count": _COUNT, "median": _SECONDS, "p95": _SECONDS},
        },
        "deflection": {
            "type": "object",
            "description": "Conversations of the last seven days, and the share of them without a hand-off.",
            "properties": {
                "conversations": _COUNT,
                "handed_off": _COUNT,
                "share": {"type": ["number", "null"]},
            },
        },
        "sinks": {"type": "array", "items": {"type": "object"}},
    },
}


def part(desk: Desk) -> Part:
    """The part."""
    overview = Part("overview")
    signals, times = SignalFigures(desk.reader), AnswerTimeFigures(desk.reader)
    deflection = DeflectionFigures(desk.reader)

    @overview.page("", nav=Nav("watch", 10))
    def show(visit: Visit) -> Answer:
        now = desk.clock()
        today, w = Span.day(now), visit.words
        begun = parse_time(today.bounds[0])
        per_day = signals.per_day(Span.days_until(now, _DAYS))
        return visit.render(
            "overview/today.html",
            today=today.first,
            count=per_day[-1],
            before=_until_now_yesterday(desk, now),
            week=spark(per_day, title=w("week")),
            urgent=signals.urgent(today),
            reporters=signals.reporters(today),
            cases=_cases(desk, now),
            answers=times.of(begun, now),
            alone=deflection.lately(now),
            hours=_hours(visit, signals.by_hour(today)),
            codes=_codes(visit, signals.by("code", today)),
            urgents=_urgents(visit, now),
            delivery=_delivery(visit),
            quantiles=_answer_lines(visit, times, now),
        )

    @overview.api("GET", "/overview", summary="The figures of today.", answer=_TODAY)
    def figures(call: Call) -> dict[str, Any]:
        now = desk.clock()
        today = Span.day(now)
        answers = times.of(parse_time(today.bounds[0]), now)
        alone = deflection.lately(now)
        return {
            "day": today.first.isoformat(),
            "signals": signals.count(today),
            "urgent": signals.urgent(today),
            "reporters": signals.reporters(today),
            "codes": signals.by("code", today),
            "answers": {"count": answers.count, "median": answers.median, "p95": answers.p95},
            "deflection": {
                "conversations": alone.conversations,
                "handed_off": alone.handed_off,
                "share": alone.share,
            },
            "sinks": [
                {
                    "name": name,
                    "waiting": waiting,
                    "seconds": seconds,
                    "retrying": again,
                    "dead": dead,
                }
                for name, waiting, seconds, again, dead in _sinks(desk)
            ],
        }

    return overview


def _until_now_yesterday(desk: Desk, now: datetime) -> int:
    yesterday = now - timedelta(days=1)
    rows = desk.reader.rows(
        "SELECT count(*) FROM events WHERE type = ? AND time >= ? AND time < ?",
        (EVENT_TYPE, Span.day(yesterday).bounds[0], rfc3339(yesterday)),
    )
    return int(rows[0][0]) if rows else 0


def _cases(desk: Desk, now: datetime) -> tuple[int, int]:
    """How many cases wait for somebody, and how many of them are late."""
    rows = desk.reader.rows(
        "SELECT count(*), count(CASE WHEN deadline < ? THEN 1 END) FROM cases "
        "WHERE merged_into IS NULL AND state NOT IN ('closed', 'false_alarm')",
        (rfc3339(now),),
    )
    return (int(rows[0][0]), int(rows[0][1])) if rows else (0, 0)


def _hours(visit: Visit, by_code: dict[str, list[int]]) -> Markup | None:
    if not by_code:
        return None
    labels = [visit.words("hours.hour", hour=hour) for hour in range(24)]
    series = [
        Series(visit.shell(f"codes.{code}"), by_code[code], code)
        for code in THREAT_CODES
        if code in by_code
    ]
    return columns(labels, series, title=visit.words("hours.title"), width=620, height=250)


def _codes(visit: Visit, counts: dict[str, int]) -> Markup | None:
    items = [Bar(visit.shell(f"codes.{code}"), count, code) for code, count in counts.items()]
    return bars(items, title=visit.words("codes.title"), width=310) if items else None


def _urgents(visit: Visit, now: datetime) -> Table:
    wanted = SignalFilter(urgent=True, span=Span.days_until(now, 7))
    found = SignalSearch(visit.desk.reader).find(wanted, visit.limit(_URGENT_SHOWN))
    return signal_table(
        visit,
        found,
        name="urgent",
        caption=visit.words("urgents.title"),
        empty=visit.words("urgents.empty"),
    )


def _sinks(desk: Desk) -> list[tuple[str, int, float, int, int]]:
    found = []
    for forwarder in desk.services.forwarders:
        lag, refusals = forwarder.lag(), forwarder.refusals()
        found.append((forwarder.name, lag.events, lag.seconds, refusals.waiting, refusals.dead))
    return found


def _delivery(visit: Visit) -> Table:
    w = visit.words
    rows = [
        (
            name,
            waiting,
            Cell(
                visit.span(seconds) if waiting else w("delivery.none"),
                tone="alarm" if seconds > _NOTHING_LATE else None,
            ),
            again,
            Cell(dead, tone="alarm" if dead else None),
        )
        for name, waiting, seconds, again, dead in _sinks(visit.desk)
    ]
    kinds = ("text", "number", "text", "number", "number")
    names = ("sink", "waiting", "age", "parked", "dead")
    return Table(
        "delivery",
        [Column(w(f"delivery.{name}"), kind) for name, kind in zip(names, kinds, strict=True)],
        rows,
        empty=w("delivery.empty"),
        caption=w("delivery.title"),
    )


def _answer_lines(visit: Visit, times: AnswerTimeFigures, now: datetime) -> Markup | None:
    w = visit.words
    hours = [now - timedelta(hours=ago) for ago in range(23, -1, -1)]
    by_hour = times.by_hour(hours[0], now)
    if not by_hour:
        return None
    found = [by_hour.get(hour_of(hour), Quantiles(0, None, None)) for hour in hours]
    return lines(
        [f"{hour.astimezone(BEIJING):%H}:00" for hour in hours],
        [
            Series(w("answers.median"), [_milliseconds(each.median) for each in found]),
            Series(w("answers.p95"), [_milliseconds(each.p95) for each in found]),
        ],
        title=w("answers.title"),
        width=HALF,
        unit=f" {w('answers.milliseconds')}",
    )


def _milliseconds(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1000, 2)
