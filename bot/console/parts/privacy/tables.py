"""The tables of the pages about privacy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from markupsafe import Markup, escape

from bot.audit import AuditEntry
from bot.console.tables import Cell, Column, Table
from bot.console.visit import Visit
from bot.evidence.log import Hold
from bot.ledger.encoding import parse_time, to_json
from bot.privacy.compliance import STATES, Duty, Seen
from bot.privacy.inventory import Fate
from bot.privacy.records import Record
from bot.privacy.removals import Standing
from bot.privacy.terms import Term

_TONES: Final = {"done": "good", "partly": "warm", "exempt": "quiet"}
_FATES: Final = {Fate.REMOVED: "alarm", Fate.EMPTIED: "warm", Fate.KEPT: "quiet"}
_LONGEST: Final = 400
_DAY_WIDTH: Final = 10


def term_table(visit: Visit, terms: Mapping[str, Term], standings: Mapping[str, Standing]) -> Table:
    """How long each kind is kept, why, and what the job did of late."""
    w = visit.words
    rows = []
    for kind, term in terms.items():
        standing = standings.get(kind, Standing())
        who = "kept" if term.at_least else "built_in" if term.built_in else ""
        rows.append(
            (
                Cell(term.name, more=term.begins),
                Cell(_span(visit, term), more=w(f"terms.{who}") if who else None),
                Cell(term.basis, more=term.source),
                None if term.at_least else standing.removed,
                Cell(standing.spared, tone="warm") if standing.spared else None,
                standing.looked_at,
                kind,
            )
        )
    columns = [
        Column(w("terms.kind")),
        Column(w("terms.term")),
        Column(w("terms.basis"), "long"),
        Column(w("terms.removed"), "number"),
        Column(w("terms.spared"), "number"),
        Column(w("terms.looked"), "time"),
        Column(w("terms.id"), shown=False),
    ]
    return Table("retention", columns, rows, w("terms.empty"), w("terms.title"))


def hold_table(visit: Visit, holds: Sequence[Hold]) -> Table:
    """What is kept from being erased: a pack in a row with what it holds."""
    w = visit.words
    packs: dict[str, list[Hold]] = {}
    for hold in holds:
        packs.setdefault(hold.reason, []).append(hold)
    rows = []
    for pack, own in packs.items():
        kinds = w.names("holds.kinds")
        counts = {name: sum(hold.kind == kind for hold in own) for kind, name in kinds.items()}
        open_end = any(hold.until is None for hold in own)
        rows.append(
            (
                Cell(pack, href=f"/console/evidence/{pack}"),
                "、".join(f"{name} {n}" for name, n in counts.items() if n),
                min(hold.since for hold in own),
                None if open_end else max(hold.until for hold in own if hold.until),
            )
        )
    columns = [
        Column(w("holds.pack")),
        Column(w("holds.what")),
        Column(w("holds.since"), "time"),
        Column(w("holds.until"), "time"),
    ]
    return Table("holds", columns, rows, w("holds.empty"), w("holds.title"))


def request_table(visit: Visit, entries: Sequence[AuditEntry]) -> Table:
    """What was shown, erased and removed for whom, by whom."""
    w = visit.words
    actions = w.names("requests.actions")
    rows = [
        (
            entry.at,
            actions.get(entry.action, entry.action),
            entry.actor,
            Cell(entry.subject),
            "；".join(
                w(f"requests.details.{name}", n=n)
                for name, n in entry.detail.items()
                if n and w.has(f"requests.details.{name}")
            ),
        )
        for entry in entries
    ]
    columns = [
        Column(w("requests.at"), "time"),
        Column(w("requests.action")),
        Column(w("requests.actor")),
        Column(w("requests.subject"), "id"),
        Column(w("requests.detail")),
    ]
    return Table("privacy-requests", columns, rows, w("requests.empty"), w("requests.title"))


def record_table(visit: Visit, records: Sequence[Record]) -> Table:
    """Everything that is stored of a person."""
    w = visit.words
    places, fates = w.names("person.places"), w.names("person.fates")
    fields = w.names("person.fields")
    rows = [
        (
            Cell(_place(visit, places, record.place), more=record.place),
            _time(record.at),
            Cell(fates["held"], tone="good")
            if record.held
            else Cell(fates[record.fate.value], tone=_FATES[record.fate]),
            Cell(to_json(dict(record.data)), html=_readable(record, fields)),
        )
        for record in records
    ]
    columns = [
        Column(w("person.place")),
        Column(w("person.at"), "time"),
        Column(w("person.fate"), "state"),
        Column(w("person.data"), "long"),
    ]
    return Table("person", columns, rows, w("person.empty"), w("person.stored"))


def duty_table(visit: Visit, duties: Sequence[Duty]) -> Table:
    """What is asked for, what is done, and where it can be seen."""
    w = visit.words
    dimensions, states = w.names("dimensions"), w.names("states")
    rows = [
        (
            dimensions[duty.dimension],
            Cell(duty.duty, more=duty.source),
            Cell(duty.does, more=duty.comment or None),
            Cell(
                "\n".join(f"{s.kind}: {s.what}" for s in duty.seen), html=_links(visit, duty.seen)
            ),
            Cell(states[duty.state], tone=_TONES[duty.state]),
        )
        for duty in duties
    ]
    columns = [
        Column(w("compliance.dimension")),
        Column(w("compliance.duty"), "long"),
        Column(w("compliance.does"), "long"),
        Column(w("compliance.seen")),
        Column(w("compliance.state"), "state"),
    ]
    return Table("compliance", columns, rows, w("compliance.empty"))


def tally(duties: Sequence[Duty], dimension: str) -> tuple[int, int]:
    """How many duties of a dimension are done, and how many there are; exempt ones do not count."""
    own = [duty for duty in duties if duty.dimension == dimension and duty.state != STATES[2]]
    return sum(duty.state == STATES[0] for duty in own), len(own)


def _span(visit: Visit, term: Term) -> str:
    text = visit.span(term.lifetime)
    return visit.words("terms.at_least", span=text) if term.at_least else text


def _place(visit: Visit, names: Mapping[str, str], place: str) -> str:
    return names.get(place.removeprefix("redis:"), place)


def _time(at: str) -> Any:
    if len(at) == _DAY_WIDTH:
        return parse_time(f"{at}T00:00:00Z")
    return parse_time(at) if at else None


def _readable(record: Record, names: Mapping[str, str]) -> Markup:
    """The names and values of a row, one under the other, long ones cut on the page alone."""
    # Of a signal what it says, without its envelope; the download has both.
    told = record.data.get("data") if record.place == "events" else None
    lines = []
    for name, value in (told if isinstance(told, dict) else record.data).items():
        text = value if isinstance(value, str) else to_json(value)
        if value not in (None, "", [], {}):
            shown = text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
            lines.append(Markup("<b>{}</b> {}").format(names.get(name, name), shown))
    return Markup('<span class="fields">{}</span>').format(Markup("<br>").join(lines))


def _links(visit: Visit, seen: Sequence[Seen]) -> Markup:
    found = []
    for place in seen:
        name = visit.words(f"compliance.places.{place.kind}")
        if place.kind == "page":
            shown = Markup('<a href="{0}">{1} {0}</a>').format(place.what, name)
        else:
            text = f"jingzhong {place.what}" if place.kind == "command" else place.what
            shown = Markup("{} <code>{}</code>").format(name, text)
        found.append(shown)
    return Markup("<br>").join(map(escape, found))
