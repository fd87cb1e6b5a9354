"""Wording and numbers: what the assistant says, who proposes to change it, and who approves that."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterator
from typing import Any, Final, NoReturn, TypeVar

from bot.console.answers import Answer, Conflict, Invalid, Missing
from bot.console.call import Call
from bot.console.desk import Desk
from bot.console.part import Nav, Part, Query
from bot.console.tables import Cell, Column, Table
from bot.console.visit import Visit
from bot.ledger.encoding import rfc3339
from bot.proposals.book import OPEN, STATES, Proposal, ProposalBook, ProposalError
from bot.proposals.files import (
    LONGEST,
    ContentFileError,
    ContentFiles,
    Entry,
    difference,
    entries,
    exchange,
    fingerprint,
)
from bot.proposals.reloading import ContentReload
from bot.staff.roles import ANALYST

T = TypeVar("T")
_SHOWN: Final = 40
_TONES: Final = {"open": "brand", "approved": "good", "rejected": "warm", "withdrawn": "quiet"}
_PROPOSAL = {
    "type": "object",
    "required": ["id", "file", "state", "reason", "author", "proposed_at", "diff"],
    "properties": {
        "id": {"type": "integer"},
        "state": {"enum": list(STATES)},
        "diff": {"type": "array", "items": {"type": "string"}},
    },
}


def part(desk: Desk) -> Part:
    """The part."""
    proposals = Part("proposals")
    voices = desk.services.voices
    files = ContentFiles(desk.services.settings.content)
    book = ProposalBook(desk.reader, desk.writer, files, voices)

    @proposals.page("/content", nav=Nav("govern", 10))
    def show(visit: Visit) -> Answer:
        text, file = visit.text("q"), visit.choice("file", files.names())
        found = list(_search(files, text, file)) if text or file else []
        return visit.render(
            "proposals/list.html",
            version=voices.now.content.version,
            files={name: name for name in files.names()},
            file=file,
            asked=bool(text or file),
            values=_values(visit, found[: visit.limit(_SHOWN)]),
            waiting=_proposals(visit, book.latest(OPEN), "open"),
            decided=_proposals(
                visit, [each for each in book.latest() if each.state != OPEN], "decided"
            ),
        )

    @proposals.page("/content/edit", role=ANALYST)
    def edit(visit: Visit) -> Answer:
        file, path = visit.text("file"), visit.text("path", most=400)
        text = _read(visit, files, file)
        entry = _entry(visit, text, path) if path else Entry("", text, 1)
        return visit.render(
            "proposals/edit.html", file=file, entry=entry, base=fingerprint(text), most=LONGEST
        )

    @proposals.change("/content/propose", role=ANALYST)
    async def propose(visit: Visit) -> Answer:
        file, path = visit.field("file"), visit.field("path", most=400)
        before = await asyncio.to_thread(_read, visit, files, file)
        after = visit.secret("text").replace("\r\n", "\n")
        if path:
            _entry(visit, before, path)
            after = exchange(before, path, after.strip())
        try:
            entries(after)
        except ContentFileError as error:
            raise Invalid(visit.words("errors.yaml", line=error)) from None
        reason = visit.field("reason", needed=True, most=500)
        number = await _told(
            visit, book.propose(file, visit.field("base"), after, reason, visit.actor)
        )
        return visit.redirect(f"/console/content/proposals/{number}", said="proposed")

    @proposals.page("/content/proposals/<number>")
    def one(visit: Visit, number: str) -> Answer:
        proposal = _get(visit, book, number)
        is_open = proposal.state == OPEN
        return visit.render(
            "proposals/one.html",
            proposal=proposal,
            tone=_TONES[proposal.state],
            lines=difference(proposal.file, proposal.before, proposal.after)[2:],
            stale=is_open and book.is_stale(proposal),
            problems=book.problems(proposal) if is_open else [],
            own=proposal.author == visit.who,
            may=visit.role.may(ANALYST),
        )

    @proposals.change("/content/proposals/<number>/approve", role=ANALYST)
    async def approve(visit: Visit, number: str) -> Answer:
        proposal = await asyncio.to_thread(_get, visit, book, number)
        await _told(visit, book.approve(proposal.id, visit.actor))
        # The others look every two seconds; whoever approved sees it at once.
        await ContentReload(voices, files.folder, desk.reader).look()
        return visit.redirect(f"/console/content/proposals/{proposal.id}", said="approved")

    @proposals.change("/content/proposals/<number>/decline", role=ANALYST)
    async def decline(visit: Visit, number: str) -> Answer:
        proposal = await asyncio.to_thread(_get, visit, book, number)
        await _told(visit, book.decline(proposal.id, visit.actor, visit.field("note", most=500)))
        return visit.redirect(f"/console/content/proposals/{proposal.id}", said="declined")

    @proposals.api(
        "GET",
        "/proposals",
        summary="Changes of wording and numbers; approved on the console alone, by a second person.",
        answer={
            "type": "object",
            "required": ["proposals"],
            "properties": {"proposals": {"type": "array", "items": _PROPOSAL}},
        },
        query={
            "state": Query({"enum": list(STATES)}, "Only proposals in this state."),
            "limit": Query({"type": "integer", "minimum": 1, "maximum": 500}, "How many.", 50),
        },
    )
    def listed(call: Call) -> dict[str, Any]:
        found = book.latest(call.query["state"], call.query["limit"])
        return {"proposals": [_as_json(each) for each in found]}

    return proposals


def _search(files: ContentFiles, text: str, file: str) -> Iterator[tuple[str, Entry]]:
    for name in [file] if file else files.names():
        for entry in entries(files.read(name)):
            if text in entry.text or text in entry.path:
                yield name, entry


def _read(visit: Visit, files: ContentFiles, file: str) -> str:
    try:
        return files.read(file)
    except ContentFileError:
        raise Missing(visit.words("errors.file")) from None


def _entry(visit: Visit, text: str, path: str) -> Entry:
    for entry in entries(text):
        if entry.path == path:
            return entry
    raise Missing(visit.words("errors.file"))


def _get(visit: Visit, book: ProposalBook, number: str) -> Proposal:
    short = number.isascii() and number.isdigit() and len(number) < 16
    proposal = book.get(int(number)) if short else None
    if proposal is None:
        raise Missing(visit.words("errors.missing"))
    return proposal


async def _told(visit: Visit, change: Awaitable[T]) -> T:
    """Makes a change; why it cannot be made is told in the words of the page."""
    try:
        return await change
    except ProposalError as error:
        _refuse(visit, error)


def _refuse(visit: Visit, error: ProposalError) -> NoReturn:
    line = visit.words(f"errors.{error.reason}")
    kind = Invalid if error.reason in ("same", "long", "own", "broken") else Conflict
    raise kind(" ".join([line, *error.lines[:3]])) from None


def _values(visit: Visit, found: list[tuple[str, Entry]]) -> Table:
    w = visit.words
    may = visit.role.may(ANALYST)
    rows = [
        (
            Cell(name, more=entry.path),
            entry.text,
            Cell(
                w("values.edit"), href=visit.to("/console/content/edit", file=name, path=entry.path)
            )
            if may
            else "",
        )
        for name, entry in found
    ]
    columns = [Column(w("values.file")), Column(w("values.text"), "long"), Column("")]
    return Table("content", columns, rows, empty=w("values.empty"), caption=w("values.title"))


def _proposals(visit: Visit, found: list[Proposal], name: str) -> Table:
    w = visit.words
    rows = [
        (
            Cell(each.id, href=f"/console/content/proposals/{each.id}"),
            each.file,
            each.reason,
            each.author,
            each.proposed_at,
            Cell(w(f"states.{each.state}"), tone=_TONES[each.state]),
            each.decided_by,
            each.decided_at,
            each.version,
        )
        for each in found
    ]
    decided = name == "decided"
    columns = [
        Column(w("columns.id")),
        Column(w("columns.file")),
        Column(w("columns.reason"), "long"),
        Column(w("columns.author")),
        Column(w("columns.proposed"), "time"),
        Column(w("columns.state"), "state"),
        Column(w("columns.decided_by"), shown=decided),
        Column(w("columns.decided"), "time", shown=decided),
        Column(w("columns.version"), "id", shown=decided),
    ]
    return Table(name, columns, rows, empty=w(f"{name}.empty"), caption=w(f"{name}.title"))


def _as_json(proposal: Proposal) -> dict[str, Any]:
    return {
        "id": proposal.id,
        "file": proposal.file,
        "state": proposal.state,
        "reason": proposal.reason,
        "author": proposal.author,
        "proposed_at": rfc3339(proposal.proposed_at),
        "decided_by": proposal.decided_by,
        "version": proposal.version,
        "diff": difference(proposal.file, proposal.before, proposal.after),
    }
