"""The proposals: made by one person, decided on by another, written into ``content/`` by the approval."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from actions.content import content_version
from actions.facts import BEIJING
from bot.audit import Actor, note
from bot.ledger.database import Reader
from bot.ledger.encoding import parse_time, rfc3339, utc_now
from bot.ledger.writer import Writer
from bot.proposals.checking import problems_of
from bot.proposals.files import LONGEST, ContentFiles, fingerprint
from bot.voice import Voices

OPEN: Final = "open"
STATES: Final = (OPEN, "approved", "rejected", "withdrawn")


class ProposalError(Exception):
    """A proposal cannot be made or decided on so; ``reason`` names the cause, ``lines`` what else there is to say."""

    def __init__(self, reason: str, message: str, lines: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.reason = reason
        self.lines = lines


@dataclass(frozen=True)
class Proposal:
    """A change of one file; ``version`` is that of all content once it was approved."""

    id: int
    file: str
    base: str
    before: str
    after: str
    reason: str
    author: str
    proposed_at: datetime
    state: str
    decided_by: str | None
    decided_at: datetime | None
    note: str
    version: str | None


class ProposalBook:
    """Reads and changes the proposals; every change is audited."""

    def __init__(
        self,
        reader: Reader,
        writer: Writer,
        files: ContentFiles,
        voices: Voices,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._files = files
        self._voices = voices
        self._clock = clock

    def latest(self, state: str | None = None, limit: int = 100) -> list[Proposal]:
        """The newest proposals, newest first."""
        rows = self._reader.rows(
            f"{_SELECT} WHERE ?1 IS NULL OR state = ?1 ORDER BY id DESC LIMIT ?2", (state, limit)
        )
        return [_proposal(row) for row in rows]

    def get(self, number: int) -> Proposal | None:
        """One proposal."""
        rows = self._reader.rows(f"{_SELECT} WHERE id = ?", (number,))
        return _proposal(rows[0]) if rows else None

    def is_stale(self, proposal: Proposal) -> bool:
        """Whether the file has become another since; the proposal must then be made anew."""
        return fingerprint(self._files.read(proposal.file)) != proposal.base

    def problems(self, proposal: Proposal) -> list[str]:
        """All that speaks against approving an open proposal, one line each; takes some tenths of a second."""
        return self._problems(proposal.file, proposal.after)

    async def propose(self, file: str, base: str, after: str, reason: str, actor: Actor) -> int:
        """Keeps a change for somebody else to decide on; ``base`` is the fingerprint of the text that was edited.

        Raises:
            ContentFileError: when there is no such file.
            ProposalError: when nothing changes, or the file has become another while it was edited.
        """
        before = await asyncio.to_thread(self._files.read, file)
        if fingerprint(before) != base:
            raise ProposalError("stale", f"{file} was changed meanwhile; begin with the new text")
        after = after.replace("\r\n", "\n")
        after = after if after.endswith("\n") else after + "\n"
        if after == before:
            raise ProposalError("same", "nothing was changed")
        if len(after) > LONGEST:
            raise ProposalError("long", f"a file has at most {LONGEST} characters")
        at = rfc3339(self._clock())

        def unit(connection: sqlite3.Connection) -> int:
            row = connection.execute(
                "INSERT INTO proposals (file, base, before, after, reason, author, proposed_at) "
                "VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id",
                (file, base, before, after, reason, actor.name, at),
            ).fetchone()
            note(connection, actor, "content.propose", str(row[0]), {"file": file})
            return int(row[0])

        return await self._writer.commit(unit)

    async def approve(self, number: int, actor: Actor) -> str:
        """Writes the file and returns the new version of the content, which every process then takes up.

        Raises:
            ProposalError: when it is not open, is the actor's own, is stale or breaks something.
        """
        proposal = await asyncio.to_thread(self.get, number)
        if proposal is None or proposal.state != OPEN:
            raise ProposalError("decided", f"proposal {number} is not open")
        problems = await asyncio.to_thread(self.problems, proposal)
        if problems:
            raise ProposalError("broken", f"proposal {number} breaks the content", tuple(problems))
        at = rfc3339(self._clock())

        def unit(connection: sqlite3.Connection) -> str:
            found = _open(connection, number)
            if found.author == actor.name:
                raise ProposalError("own", "nobody approves a proposal of their own")
            now = fingerprint(self._files.read(found.file))
            # The file may have been written by a try that did not come to its end.
            if now != fingerprint(found.after):
                if now != found.base:
                    raise ProposalError("stale", f"{found.file} was changed since; propose it anew")
                self._files.write(found.file, found.after)
            version = content_version(self._files.folder)
            connection.execute(
                "UPDATE proposals SET state = 'approved', decided_by = ?, decided_at = ?, version = ? WHERE id = ?",
                (actor.name, at, version, number),
            )
            detail = {"file": found.file, "author": found.author, "version": version}
            note(connection, actor, "content.approve", str(number), detail)
            return version

        try:
            return await self._writer.commit(unit)
        except OSError as error:
            raise ProposalError("unwritable", f"{proposal.file}: {error.strerror}") from None

    async def decline(self, number: int, actor: Actor, note_text: str = "") -> None:
        """Rejects a proposal, or takes one's own back.

        Raises:
            ProposalError: when it is not open.
        """
        at = rfc3339(self._clock())

        def unit(connection: sqlite3.Connection) -> None:
            found = _open(connection, number)
            state = "withdrawn" if found.author == actor.name else "rejected"
            connection.execute(
                "UPDATE proposals SET state = ?, decided_by = ?, decided_at = ?, note = ? WHERE id = ?",
                (state, actor.name, at, note_text, number),
            )
            action = "content.withdraw" if state == "withdrawn" else "content.reject"
            note(connection, actor, action, str(number), {"file": found.file})

        await self._writer.commit(unit)

    def _problems(self, file: str, after: str) -> list[str]:
        today = self._clock().astimezone(BEIJING).date()
        return problems_of(self._files.folder, file, after, self._voices.now, today)


_SELECT = (
    "SELECT id, file, base, before, after, reason, author, proposed_at, state, decided_by, decided_at, note, "
    "version FROM proposals"
)


def _proposal(row: tuple[Any, ...]) -> Proposal:
    number, file, base, before, after, reason, author, at, state, by, decided, text, version = row
    when = parse_time(decided) if decided else None
    change = (number, file, base, before, after, reason, author, parse_time(at))
    return Proposal(*change, state, by, when, text, version)


def _open(connection: sqlite3.Connection, number: int) -> Proposal:
    row = connection.execute(f"{_SELECT} WHERE id = ?", (number,)).fetchone()
    if row is None or row[8] != OPEN:
        raise ProposalError("decided", f"proposal {number} is not open")
    return _proposal(row)
