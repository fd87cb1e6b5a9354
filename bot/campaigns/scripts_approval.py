"""Approvals: a script goes out only in the wording that a second person has approved."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from bot.audit import Actor, note
from bot.campaigns.scripts import Script
from bot.ledger.database import Reader
from bot.ledger.encoding import parse_time, rfc3339, utc_now
from bot.ledger.writer import Writer

SUBMITTED: Final = "submitted"
APPROVED: Final = "approved"


class ApprovalError(Exception):
    """A script cannot be put forward or decided on so; ``reason`` names the cause, the message is one line."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True)
class Approval:
    """What became of one wording of a script; ``state`` is submitted, approved, rejected or revoked."""

    id: int
    script: str
    version: int
    hash: str
    submitted_by: str
    submitted_at: datetime
    state: str
    decided_by: str | None
    decided_at: datetime | None
    note: str


class ApprovalBook:
    """Reads and changes the approvals; every change is audited."""

    def __init__(
        self, reader: Reader, writer: Writer, clock: Callable[[], datetime] = utc_now
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._clock = clock

    def of(self, script: Script) -> Approval | None:
        """What became of a script in its present wording; None if nobody has put it forward.

        Raises:
            LedgerError: when the ledger cannot be read.
        """
        return approval_of(self._reader, script)

    def history(self, script: str, limit: int = 50) -> list[Approval]:
        """Every wording of a script that was put forward, newest first.

        Raises:
            LedgerError: when the ledger cannot be read.
        """
        rows = self._reader.rows(
            f"{_SELECT} WHERE script = ? ORDER BY id DESC LIMIT ?", (script, limit)
        )
        return [_approval(row) for row in rows]

    async def submit(self, script: Script, person: str, actor: Actor, note_text: str = "") -> None:
        """Puts a script forward for somebody else to approve; whether it is in order the caller has checked.

        Raises:
            ApprovalError: when this wording is waiting or approved already.
        """
        at = rfc3339(self._clock())

        def unit(connection: sqlite3.Connection) -> None:
            found = _in_force(connection, script)
            if found is not None:
                raise ApprovalError(
                    found.state, f"{script.id}: this wording is {found.state} already"
                )
            connection.execute(
                "INSERT INTO script_approvals (script, version, hash, submitted_by, submitted_at, note) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                (script.id, script.version, script.hash, person, at, note_text),
            )
            note(connection, actor, "script.submit", script.id, _detail(script, person))

        await self._writer.commit(unit)

    async def approve(self, script: Script, person: str, actor: Actor, note_text: str = "") -> None:
        """Approves the wording that somebody else has put forward.

        Raises:
            ApprovalError: when it is not waiting, or was put forward by the same person.
        """
        await self._decide(script, person, actor, APPROVED, note_text)

    async def decline(self, script: Script, person: str, actor: Actor, note_text: str = "") -> None:
        """Rejects what is waiting, or revokes what is approved: it does not go out any more.

        Raises:
            ApprovalError: when it is neither.
        """
        await self._decide(script, person, actor, None, note_text)

    async def _decide(
        self, script: Script, person: str, actor: Actor, wanted: str | None, note_text: str
    ) -> None:
        at = rfc3339(self._clock())

        def unit(connection: sqlite3.Connection) -> None:
            found = _in_force(connection, script)
            if found is None or (wanted == APPROVED and found.state == APPROVED):
                raise ApprovalError(
                    "not_waiting",
                    f"{script.id}: this wording is not waiting for approval; see: jingzhong campaign list",
                )
            if wanted == APPROVED and found.submitted_by.casefold() == person.casefold():
                raise ApprovalError(
                    "own", f"{script.id}: {person} put it forward; somebody else has to approve it"
                )
            state = wanted or ("rejected" if found.state == SUBMITTED else "revoked")
            connection.execute(
                "UPDATE script_approvals SET state = ?, decided_by = ?, decided_at = ?, note = ? WHERE id = ?",
                (state, person, at, note_text, found.id),
            )
            action = {"approved": "approve", "rejected": "reject", "revoked": "revoke"}[state]
            note(connection, actor, f"script.{action}", script.id, _detail(script, person))

        await self._writer.commit(unit)


def approval_of(reader: Reader, script: Script) -> Approval | None:
    """What became of a script in its present wording, for whoever is about to send it.

    Raises:
        LedgerError: when the ledger cannot be read.
    """
    rows = reader.rows(
        f"{_SELECT} WHERE script = ? AND hash = ? ORDER BY id DESC LIMIT 1",
        (script.id, script.hash),
    )
    return _approval(rows[0]) if rows else None


def is_approved(reader: Reader, script: Script) -> bool:
    """Whether a second person has approved this wording of the script.

    Raises:
        LedgerError: when the ledger cannot be read.
    """
    found = approval_of(reader, script)
    return found is not None and found.state == APPROVED


def state_of(reader: Reader, script: Script) -> str:
    """``draft``, the state of the present wording, or ``changed`` when another wording was approved before.

    Raises:
        LedgerError: when the ledger cannot be read.
    """
    found = approval_of(reader, script)
    if found is not None:
        return found.state
    rows = reader.rows(
        "SELECT 1 FROM script_approvals WHERE script = ? AND state = 'approved' LIMIT 1",
        (script.id,),
    )
    return "changed" if rows else "draft"


_SELECT: Final = (
    "SELECT id, script, version, hash, submitted_by, submitted_at, state, decided_by, decided_at, note "
    "FROM script_approvals"
)


def _in_force(connection: sqlite3.Connection, script: Script) -> Approval | None:
    row = connection.execute(
        f"{_SELECT} WHERE script = ? AND hash = ? AND state IN ('submitted', 'approved')",
        (script.id, script.hash),
    ).fetchone()
    return _approval(row) if row else None


def _approval(row: tuple[Any, ...]) -> Approval:
    number, script, version, hash_, by, at, state, decided_by, decided_at, text = row
    when = parse_time(decided_at) if decided_at else None
    return Approval(
        number, script, version, hash_, by, parse_time(at), state, decided_by, when, text
    )


def _detail(script: Script, person: str) -> dict[str, Any]:
    return {"version": script.version, "hash": script.hash[:12], "by": person}
