"""Trends: how what borrowers tell changes over weeks and months."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from markupsafe import Markup

from bot.console.answers import Answer
from bot.console.call import Call
from bot.console.charts import Bar, Series, columns, funnel, spark
from bot.console.charts.series import WIDE
from bot.console.desk import Desk
from bot.console.part import Nav, Part, Query
from bot.console.tables import Cell, Column, Table
from bot.console.visit import Visit
from bot.feedback.rates import WHOLE, Rate, false_alarm_rates
from bot.ledger.encoding import parse_time
from bot.reporting.signal_figures import SignalFigures
from bot.reporting.spans import Span
from nlu.analysis import STAGES, THREAT_CODES

_DIMENSIONS: Final = ("code", "channel", "stage")
_SPANS: Final = ("14", "30", "90", "180", "365")
_WEEK: Final = 7
_COUNTS = {"type": "object", "additionalProperties": {"type": "integer", "minimum": 0}}
_TRENDS = {
    "type": "object",
    "required": ["first", "last", "by", "days"],
    "properties": {
        "first": {"type": "string"},
        "last": {"type": "string"},
        "by": {"type": "string"},
        "days": {
            "type": "object",
            "description": "For each value its count by day; days without any are left out.",
            "additionalProperties": _COUNTS,
        },
    },
}


@dataclass(frozen=True)
class _Steps:
    """Days put together to steps; the last one ends with the span."""

    days: Sequence[date]
    length: int

    @property
    def begins(self) -> list[date]:
        offset = len(self.days) % self.length
        firsts = [0] if offset else []
        firsts.extend(range(offset, len(self.days), self.length))
        return [self.days[place] for place in firsts]

    def put_together(self, counts: Mapping[date, int]) -> list[int]:
        begins = self.begins
        ends = [*begins[1:], self.days[-1] + timedelta(days=1)]
        return [
            sum(count for day, count in counts.items() if begin <= day < end)
            for begin, end in zip(begins, ends, strict=True)
        ]


def part(desk: Desk) -> Part:
    """The part."""
    trends = Part("trends")
    figures = SignalFigures(desk.reader)

    @trends.page("/trends", nav=Nav("watch", 40))
    def show(visit: Visit) -> Answer:
        by = visit.choice("by", _DIMENSIONS, "code")
        span = Span.days_until(desk.clock(), int(visit.choice("span", _SPANS, "30")))
        found = figures.by_day(by, span)
        order = _order(by, found)
        length = _WEEK if visit.choice("step", ("day", "week"), "day") == "week" else 1
        steps = _Steps(span.days, length)
        values = {key: steps.put_together(found[key]) for key in order}
        return visit.render(
            "trends/trends.html",
            span=span,
            by=by,
            step="week" if length == _WEEK else "day",
            count=figures.count(span),
            before=figures.count(span.before),
            chart=_chart(visit, by, steps, values),
            sums=_sums(visit, by, values, figures.by(by, span.before)),
            table=_table(visit, by, steps, values),
            stages=_stages(visit, figures.by("stage", span)),
            falses=_falses(visit, span),
        )

    @trends.api(
        "GET",
        "/trends",
        summary="Signals by day.",
        answer=_TRENDS,
        query={
            "by": Query({"enum": list(_DIMENSIONS)}, "What they are counted by.", "code"),
            "days": Query({"type": "integer", "minimum": 1, "maximum": 800}, "Until today.", 30),
        },
    )
    def by_day(call: Call) -> dict[str, Any]:
        span = Span.days_until(desk.clock(), call.query["days"])
        found = figures.by_day(call.query["by"], span)
        return {
            "first": span.first.isoformat(),
            "last": span.last.isoformat(),
            "by": call.query["by"],
            "days": {
                value: {day.isoformat(): count for day, count in days.items()}
                for value, days in found.items()
            },
        }

    return trends


def _order(by: str, found: Mapping[str, Mapping[date, int]]) -> list[str]:
    known = {"code": THREAT_CODES, "stage": STAGES}.get(by, ())
    return [*(key for key in known if key in found), *sorted(set(found) - set(known))]


def _name(visit: Visit, by: str, key: str) -> str:
    names = visit.shell.names(f"{by}s")
    return names.get(key, key)


def _chart(
    visit: Visit, by: str, steps: _Steps, values: Mapping[str, Sequence[int]]
) -> Markup | None:
    if not values:
        return None
    series = [
        Series(_name(visit, by, key), counts, key if by == "code" else "")
        for key, counts in values.items()
    ]
    labels = [f"{day:%m-%d}" for day in steps.begins]
    return columns(labels, series, title=visit.words("chart"), width=WIDE, height=280)


def _sums(
    visit: Visit, by: str, values: Mapping[str, Sequence[int]], before: Mapping[str, int]
) -> Table:
    w = visit.words
    rows = []
    for key, counts in values.items():
        name, count, earlier = _name(visit, by, key), sum(counts), before.get(key, 0)
        change = f"{(count - earlier) / earlier:+.0%}" if earlier else w("sums.new")
        rows.append(
            (
                Cell(name, href=f"/console/signals?{by}={key}"),
                count,
                earlier,
                change,
                Cell("", html=spark(counts, title=name, style=key if by == "code" else "series1")),
            )
        )
    return Table(
        "sums",
        [
            Column(w("sums.name")),
            Column(w("sums.count"), "number"),
            Column(w("sums.before"), "number"),
            Column(w("sums.change")),
            Column(w("sums.trend")),
        ],
        sorted(rows, key=lambda row: -row[1]),
        empty=w("empty"),
        caption=w("sums.title"),
    )


def _table(visit: Visit, by: str, steps: _Steps, values: Mapping[str, Sequence[int]]) -> Table:
    w = visit.words
    names = [_name(visit, by, key) for key in values]
    rows = [
        (
            begin,
            *(counts[place] for counts in values.values()),
            sum(c[place] for c in values.values()),
        )
        for place, begin in enumerate(steps.begins)
    ]
    numbers = [Column(name, "number") for name in (*names, w("table.total"))]
    return Table(
        "trends",
        [Column(w("table.from"), "day"), *numbers],
        rows[::-1] if values else [],
        empty=w("empty"),
        caption=w("table.title"),
    )


def _stages(visit: Visit, counts: Mapping[str, int]) -> Markup | None:
    steps = [stage for stage in STAGES if stage != "reporting"]
    items = [
        Bar(visit.shell(f"stages.{stage}"), counts.get(stage, 0), f"series{place + 1}")
        for place, stage in enumerate(steps)
    ]
    return funnel(items, title=visit.words("stages.title")) if counts else None


def _falses(visit: Visit, span: Span) -> Table:
    w = visit.words
    since, until = (parse_time(bound) for bound in span.bounds)
    rates = false_alarm_rates(visit.desk.reader, since, until)
    shown = [rate for rate in rates if rate.group in (WHOLE, "code", "channel")]
    return Table(
        "false_alarms",
        [
            Column(w("falses.name")),
            Column(w("falses.signals"), "number"),
            Column(w("falses.judged"), "number"),
            Column(w("falses.false_alarms"), "number"),
            Column(w("falses.rate"), "share"),
            Column(w("falses.interval")),
        ],
        [_false_row(visit, rate) for rate in shown],
        empty=w("falses.empty"),
        caption=w("falses.title"),
    )


def _false_row(visit: Visit, rate: Rate) -> tuple[Any, ...]:
    figure = rate.false_alarm
    interval = figure.interval if figure else None
    name = visit.words("falses.all") if rate.group == WHOLE else _name(visit, rate.group, rate.key)
    return (
        name,
        rate.signals,
        rate.judged,
        rate.false_alarms,
        figure.value if figure else None,
        f"{interval[0]:.1%} – {interval[1]:.1%}" if interval else "",
    )
