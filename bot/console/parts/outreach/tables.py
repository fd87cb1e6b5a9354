"""The tables of the page, and what stands on the coloured tags."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from bot.console.parts.feedback.interval import interval
from bot.console.tables import Cell, Column, Table
from bot.console.visit import Visit
from bot.outreach.figures import WHOLE, Asked, OutreachFigures
from bot.outreach.rows import Outreach

TONES: Final = {
    "planned": "brand",
    "claimed": "brand",
    "sent": "good",
    "kept": "good",
    "refused": "quiet",
    "failed": "alarm",
    "unknown": "warm",
    "cancelled": "quiet",
}
_COUNTED: Final = (
    *("planned", "sent", "unsure", "waiting", "delivered", "answered"),
    *("stopped", "went_on", "unknown"),
)


def group_table(visit: Visit, figures: OutreachFigures) -> Table:
    """The questions as a whole, by step and by code, each with what its share rests on."""
    w = visit.words
    columns = [
        Column(w("groups.name")),
        Column(w("groups.dissuaded"), "share"),
        Column(w("groups.interval")),
        *(Column(w(f"groups.{name}"), "number") for name in _COUNTED),
        Column(w("groups.low"), "share", shown=False),
        Column(w("groups.high"), "share", shown=False),
    ]
    rows = [_group(visit, asked) for asked in figures.questions if asked.reach.planned]
    return Table("followups", columns, rows, empty=w("groups.empty"), caption=w("groups.title"))


def _group(visit: Visit, asked: Asked) -> tuple[Any, ...]:
    w, row, figure = visit.words, asked.as_json(), asked.dissuaded
    if asked.group == WHOLE:
        name = w("groups.whole")
    elif asked.group == "step":
        name = w(f"steps.{asked.key}")
    else:
        name = visit.shell(f"codes.{asked.key}")
    counts = tuple(row[each] for each in _COUNTED)
    if figure is None or figure.interval is None:
        return (name, None, "", *counts, None, None)
    low, high = figure.interval
    text = f"{low:.0%} – {high:.0%}"
    picture = interval(figure.value, low, high, 1.0, f"{name} {figure.value:.0%} ({text})")
    return (name, figure.value, Cell(text, html=picture, more=text), *counts, low, high)


def not_sent_table(visit: Visit, figures: OutreachFigures) -> Table:
    """Why messages were not sent, the most frequent reason first."""
    w = visit.words
    columns = [
        Column(w("list.kind")),
        Column(w("list.state"), "state"),
        Column(w("not_sent.reason")),
        Column(w("not_sent.count"), "number"),
    ]
    rows = [
        (
            w(f"kinds.{each.kind}"),
            Cell(w(f"states.{each.state}"), tone=TONES[each.state]),
            w(f"reasons.{each.reason}"),
            each.count,
        )
        for each in figures.not_sent
    ]
    return Table("not-sent", columns, rows, empty=w("not_sent.empty"), caption=w("not_sent.title"))


def list_table(visit: Visit, found: Sequence[Outreach]) -> Table:
    """The messages themselves, without where they went."""
    w = visit.words
    columns = [
        Column(w("list.at"), "time"),
        Column(w("list.kind")),
        Column(w("list.code"), "code"),
        Column(w("list.channel"), "channel"),
        Column(w("list.state"), "state"),
        Column(w("list.due"), "time"),
        Column(w("list.sent"), "time"),
        Column(w("list.delivered"), "time"),
        Column(w("list.answer")),
        Column(w("list.template"), shown=False),
        Column(w("list.id"), "id", shown=False),
    ]
    rows = [_row(visit, each) for each in found]
    return Table("outreach", columns, rows, empty=w("list.empty"), caption=w("list.title"))


def _row(visit: Visit, found: Outreach) -> tuple[Any, ...]:
    w = visit.words
    kind = w(f"kinds.{found.kind}")
    return (
        Cell(found.created_at, href=f"/console/outreach/{found.id}"),
        Cell(kind, more=w(f"steps.{found.step}") if found.step else ""),
        found.code or "",
        found.channel,
        Cell(
            w(f"states.{found.state}"),
            tone=TONES[found.state],
            more=w(f"reasons.{found.reason}") if found.reason else "",
        ),
        found.due_at,
        found.sent_at,
        found.delivered_at,
        w(f"answers.{found.answer}") if found.answer else "",
        found.template,
        found.id,
    )
