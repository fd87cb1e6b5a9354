"""The tables of the page about deliveries."""

from __future__ import annotations

from typing import Final

from markupsafe import Markup

from bot.console.tables import Cell, Column, Table
from bot.console.visit import Visit
from bot.ledger.encoding import parse_time
from bot.sinks.configuration import SinkPlan
from bot.sinks.deliveries import DeadLetter, SinkState, StuckContact

_LATE: Final = 60.0  # seconds that an event may wait before its sink is shown as late
_TONES: Final = {"fine": "good", "late": "warm", "stopped": "alarm", "former": "quiet"}


def _condition(state: SinkState, planned: dict[str, SinkPlan]) -> str:
    if state.sink not in planned:
        return "former"
    if state.trouble:
        return "stopped"
    return "late" if state.seconds > _LATE else "fine"


def sink_table(visit: Visit, found: list[SinkState], planned: dict[str, SinkPlan]) -> Table:
    """How each sink stands; ``planned`` are those that are configured."""
    w = visit.words
    columns = [
        Column(w("sinks.sink")),
        Column(w("sinks.state"), "state"),
        Column(w("sinks.events"), "number"),
        Column(w("sinks.oldest")),
        Column(w("sinks.waiting"), "number"),
        Column(w("sinks.dead"), "number"),
        Column(w("sinks.replaying"), "number"),
        Column(w("sinks.seq"), "number"),
        Column(w("sinks.trouble"), shown=False),
    ]
    rows = []
    for state in found:
        condition = _condition(state, planned)
        plan = planned.get(state.sink)
        since = parse_time(state.trouble_since) if state.trouble_since else None
        more = None
        if since is not None and condition == "stopped":
            more = w("sinks.since", span=visit.span(visit.desk.clock() - since), why=state.trouble)
        rows.append(
            (
                Cell(
                    state.sink,
                    href=visit.link(sink=state.sink),
                    more=w(f"kinds.{plan.options.kind}") if plan else None,
                ),
                Cell(w(f"states.{condition}"), tone=_TONES[condition], more=more),
                state.events,
                visit.span(state.seconds) if state.events else "–",
                *(state.waiting, state.dead, state.replaying, state.seq),
                state.trouble,
            )
        )
    return Table("sinks", columns, rows, empty=w("sinks.empty"), caption=w("sinks.title"))


def stuck_table(visit: Visit, stuck: list[StuckContact]) -> Table:
    """The contacts whose next event was refused and is tried again."""
    w = visit.words
    columns = [
        Column(w("stuck.contact")),
        Column(w("stuck.sink")),
        Column(w("stuck.events"), "number"),
        Column(w("stuck.tries"), "number"),
        Column(w("stuck.due"), "time"),
        Column(w("stuck.reason")),
    ]
    rows = [
        (
            _contact(visit, contact),
            *(contact.sink, contact.events, contact.tries),
            *(parse_time(contact.due_at), contact.reason),
        )
        for contact in stuck
    ]
    return Table("waiting", columns, rows, empty=w("stuck.empty"), caption=w("stuck.title"))


def dead_table(visit: Visit, letters: list[DeadLetter]) -> Table:
    """The dead letters, each with a box to choose it in a form."""
    w = visit.words
    pick = Markup('<input type="checkbox" name="id" value="{}" aria-label="{}">')
    columns = [
        Column(w("dead.pick")),
        Column(w("dead.since"), "time"),
        Column(w("dead.sink")),
        Column(w("dead.contact")),
        Column(w("dead.type")),
        Column(w("dead.tries"), "number"),
        Column(w("dead.reason")),
        Column(w("dead.id"), "id", shown=False),
    ]
    names = visit.shell.names("codes")
    rows = [
        (
            Cell("", html=pick.format(letter.id, w("dead.choose", contact=letter.contact))),
            parse_time(letter.dead_at),
            letter.sink,
            _contact(visit, letter),
            names.get(letter.code) or letter.type,
            letter.tries,
            letter.reason,
            letter.id,
        )
        for letter in letters
    ]
    return Table("dead", columns, rows, empty=w("dead.empty"), caption=w("dead.title"))


def _contact(visit: Visit, told: DeadLetter | StuckContact) -> Cell:
    """The contact with a link to its signal; an event that names none is called so."""
    known = told.contact != told.id
    text = told.contact if known else visit.words("no_contact")
    return Cell(text, href=f"/console/signals/{told.id}")
