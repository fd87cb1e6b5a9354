"""What stands on the pages about cases: tables, the graph, the days, the history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import quote

from markupsafe import Markup

from bot.cases.records import Case, CaseContact, CaseSummary, Link, LinkReason, LogEntry
from bot.cases.states import CLOSED, CONFIRMED, ENDED, FALSE_ALARM, NEW
from bot.console import graph as graphs
from bot.console.charts import Series, columns
from bot.console.charts.series import HALF
from bot.console.tables import Cell, Column, Table
from bot.console.visit import Visit
from bot.ledger.encoding import parse_time
from bot.ledger.reading import StoredEvent

_TONES: Final = {NEW: "brand", CONFIRMED: "alarm", CLOSED: "good", FALSE_ALARM: "quiet"}
_DAYS_SHOWN: Final = 60
_SHORT_ID: Final = 8
_NEAR: Final = 0.3  # how strongly contacts of one case are drawn together, so that they do not cover each other


def tone(state: str) -> str:
    """The colour of a state."""
    return _TONES.get(state, "warm")


def case_table(visit: Visit, cases: Sequence[CaseSummary], empty: str) -> Table:
    """A list of cases."""
    w, now = visit.words, visit.desk.clock()
    names = w.names("states")
    rows = []
    for case in cases:
        late = w("list.late") if case.overdue(now) else None
        rows.append(
            (
                Cell(case.title, href=f"/console/cases/{case.id}"),
                Cell(
                    names[case.state],
                    tone=tone(case.state),
                    more=w("list.again") if case.told_again else None,
                ),
                case.reporters,
                case.signals,
                case.first_seen,
                case.last_seen,
                case.owner,
                case.region,
                Cell(None if case.state in ENDED else case.deadline, more=late),
            )
        )
    titles = (
        "case",
        "state",
        "reporters",
        "signals",
        "first",
        "last",
        "owner",
        "region",
        "deadline",
    )
    kinds = ("text", "state", "number", "number", "day", "time", "text", "text", "day")
    return Table(
        "cases",
        [Column(w(f"list.{title}"), kind) for title, kind in zip(titles, kinds, strict=True)],
        rows,
        empty=empty,
        caption=w("list.title"),
    )


def contact_table(visit: Visit, contacts: Sequence[CaseContact]) -> Table:
    """The contacts of a case."""
    w, kinds = visit.words, visit.shell.names("kinds")
    rows = [
        (
            kinds[contact.key.kind],
            Cell(contact.key.value, href=signals_of(str(contact.key))),
            contact.reporters,
            contact.signals,
            contact.first_seen,
            contact.last_seen,
        )
        for contact in contacts
    ]
    titles = ("kind", "value", "reporters", "signals", "first", "last")
    shown = ("text", "text", "number", "number", "day", "time")
    return Table(
        "contacts",
        [Column(w(f"contacts.{title}"), kind) for title, kind in zip(titles, shown, strict=True)],
        rows,
        empty=w("contacts.none"),
        caption=w("contacts.title"),
    )


def link_table(visit: Visit, case: Case, links: Sequence[Link], forms: bool) -> Table:
    """What may belong to a case, with a button to merge it."""
    w = visit.words
    titles = ("contact", "other", "reasons", "strength", "case")
    shown = ("text", "text", "text", "share", "text")
    rows = []
    for link in links:
        foreign = link.other != case.id
        there = w("links.same") if not foreign else link.other[:_SHORT_ID]
        place = Cell(there, href=f"/console/cases/{link.other}" if foreign else None)
        if foreign and forms:
            place = Cell(there, html=_merge_form(visit, case, link))
        rows.append(
            (link.a.value, link.b.value, reasons(visit, link.reasons), link.strength, place)
        )
    return Table(
        "links",
        [Column(w(f"links.{title}"), kind) for title, kind in zip(titles, shown, strict=True)],
        rows,
        empty=w("links.none"),
        caption=w("links.title"),
    )


def reasons(visit: Visit, given: Sequence[LinkReason]) -> str:
    """Why two contacts may belong together, in words."""
    w = visit.words
    said = [
        w(
            f"reasons.{reason.kind}",
            n=reason.reporters,
            via=(reason.via or "").partition(":")[2],
            by=reason.by or "",
        )
        for reason in given
    ]
    return w("reasons.joined").join(said)


def signal_table(visit: Visit, signals: Sequence[StoredEvent]) -> Table:
    """The signals of a case, the newest first."""
    w = visit.words
    rows = []
    for stored in reversed(signals):
        event = stored.event
        data = event["data"]
        words = w("reasons.joined").join(data["evidence"])
        rows.append(
            (
                Cell(parse_time(event["time"]), href=f"/console/signals/{stored.id}"),
                stored.code,
                data["stage"],
                words,
                data["platform"],
            )
        )
    titles = ("time", "code", "stage", "words", "platform")
    shown = ("time", "code", "stage", "text", "text")
    return Table(
        "signals",
        [Column(w(f"signals.{title}"), kind) for title, kind in zip(titles, shown, strict=True)],
        rows,
        empty=w("signals.none"),
        caption=w("signals.title"),
    )


def log_table(visit: Visit, entries: Sequence[LogEntry]) -> Table:
    """What people did, the newest first."""
    w = visit.words
    rows = [
        (entry.at, entry.actor, _act(visit, entry), str(entry.detail.get("note", "")))
        for entry in reversed(entries)
    ]
    return Table(
        "log",
        [
            Column(w("log.time"), "time"),
            Column(w("log.who")),
            Column(w("log.what")),
            Column(w("log.note")),
        ],
        rows,
        empty=w("log.none"),
        caption=w("log.title"),
    )


def link_graph(visit: Visit, contacts: Sequence[CaseContact], links: Sequence[Link]) -> Markup:
    """The contacts of a case and what may belong to them."""
    nodes = {
        str(contact.key): graphs.Node(
            str(contact.key), contact.key.value, contact.key.kind, contact.reporters, None, True
        )
        for contact in contacts
    }
    for link in links:
        nodes.setdefault(
            str(link.b),
            graphs.Node(str(link.b), link.b.value, link.b.kind, 1, f"/console/cases/{link.other}"),
        )
    drawn = [
        graphs.Link(str(link.a), str(link.b), reasons(visit, link.reasons), _pull(link, nodes))
        for link in links
    ]
    return graphs.graph(list(nodes.values()), drawn, visit.shell)


def _pull(link: Link, nodes: dict[str, graphs.Node]) -> float:
    return min(link.strength, _NEAR) if nodes[str(link.b)].main else link.strength


def day_chart(visit: Visit, days: Sequence[tuple[str, int, int]]) -> Markup:
    """How many people told of a case on each of its last days."""
    w = visit.words
    told = {date.fromisoformat(day): reporters for day, _, reporters in days}
    last = max(told)
    span = min((last - min(told)).days + 1, _DAYS_SHOWN)
    shown = [last - timedelta(days=back) for back in range(max(span, 7) - 1, -1, -1)]
    series = Series(w("one.days_reporters"), [told.get(day, 0) for day in shown], "series1")
    return columns(
        [day.strftime("%m-%d") for day in shown], [series], title=w("one.days"), width=HALF
    )


def tally(visit: Visit, counts: Any, names: dict[str, str]) -> str:
    """A few names with their numbers."""
    w = visit.words
    said = [w("one.count", name=names.get(key, key), n=n) for key, n in counts.items()]
    return w("reasons.joined").join(said) or w("one.nothing")


def signals_of(key: str) -> str:
    """Where the signals of a contact are listed."""
    return f"/console/signals?contact={quote(key, safe='')}"


def _act(visit: Visit, entry: LogEntry) -> str:
    w, detail = visit.words, entry.detail
    names = w.names("states")
    if entry.action == "move":
        return w("log.move", before=names[detail["from"]], after=names[detail["to"]])
    if entry.action == "assign":
        return w("log.assign", owner=detail.get("owner") or w("log.nobody"))
    if entry.action in ("merge", "unmerge"):
        other = str(detail.get("other") or detail.get("from_case"))
        return w(f"log.{entry.action}", other=other[:_SHORT_ID])
    if entry.action in ("link", "unlink"):
        contacts = w("reasons.joined").join(detail["contacts"])
        return w(f"log.{entry.action}", contacts=contacts)
    return w("log.note_added" if entry.action == "note" else "log.describe")


def _merge_form(visit: Visit, case: Case, link: Link) -> Markup:
    w = visit.words
    return Markup(
        '<a href="/console/cases/{}">{}</a> <form class="inline" method="post" '
        'action="/console/cases/{}/merge" data-sure="{}"><input type="hidden" name="csrf" value="{}">'
        '<input type="hidden" name="other" value="{}"><button class="plain" type="submit">{}</button></form>'
    ).format(
        link.other,
        link.other[:_SHORT_ID],
        case.id,
        w("links.merge_sure"),
        visit.session.csrf,
        link.other,
        w("links.merge"),
    )
