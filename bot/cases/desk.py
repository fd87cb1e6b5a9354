# ruff: noqa: S608 - only names of columns and lists of question marks are put into statements
"""The desk at which cases are changed: it finds them, writes, keeps the log and tells risk control."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from bot import audit
from bot.audit import Actor
from bot.cases import searching
from bot.cases.records import UnknownCaseError
from bot.ledger.encoding import rfc3339, to_json
from bot.ledger.events import USE_RESTRICTION
from bot.ledger.outbox import OutboxEvent, publish

CASE_CHANGED: Final = "jingzhong.case.changed.v1"


class CaseRow(NamedTuple):
    """What a change must know of a case."""

    id: str
    state: str
    merged_into: str | None


@dataclass(frozen=True)
class Desk:
    """Where a change is made: the transaction, who makes it and when; ``source`` is that of the events."""

    connection: sqlite3.Connection
    actor: Actor
    at: datetime
    source: str

    def case(self, case_id: str) -> CaseRow:
        """The case, or the one that it was merged into.

        Raises:
            UnknownCaseError: when there is none.
        """
        row = self.plain(case_id)
        while row.merged_into is not None:
            row = self.plain(row.merged_into)
        return row

    def plain(self, case_id: str) -> CaseRow:
        """The case itself, merged or not; raises as :meth:`case`."""
        row = self.connection.execute(
            "SELECT id, state, merged_into FROM cases WHERE id = ?", (case_id,)
        ).fetchone()
        if row is None:
            raise UnknownCaseError(f"no case with the id {case_id!r}; see: jingzhong cases list")
        return CaseRow(*row)

    def write(self, case_id: str, changes: Mapping[str, str | None]) -> int:
        """Changes columns of a case and returns its new revision."""
        settings = "".join(f"{column} = ?, " for column in changes)
        row = self.connection.execute(
            f"UPDATE cases SET {settings} updated_at = ?, revision = revision + 1 "
            "WHERE id = ? RETURNING revision",
            (*changes.values(), rfc3339(self.at), case_id),
        ).fetchone()
        return int(row[0])

    def log(
        self, case_id: str, action: str, detail: Mapping[str, Any], note: str, *, told: bool = False
    ) -> None:
        """Writes down what was done; the audit gets the detail only if it was ``told`` to be harmless."""
        noted = {**detail, "note": note} if note else dict(detail)
        row = self.connection.execute(
            "INSERT INTO case_log (case_id, at, actor, action, detail) VALUES (?, ?, ?, ?, ?)",
            (case_id, rfc3339(self.at), self.actor.name, action, to_json(noted)),
        )
        if note:
            self.connection.execute(
                "INSERT INTO case_note_words (rowid, words) VALUES (?, ?)",
                (row.lastrowid, searching.indexed([note])),
            )
        entry = {"entry": row.lastrowid, **(detail if told else {})}
        audit.note(self.connection, self.actor, f"case.{action}", case_id, entry, at=self.at)

    def publish(self, case_id: str, revision: int, before: str) -> None:
        """Tells risk control how the case stands now."""
        data = {"case": case_id, "from": before, **_standing(self.connection, case_id)}
        digest = hashlib.sha256(f"{CASE_CHANGED} {case_id} {revision}".encode()).hexdigest()
        main = data["contacts"][0]["value"] if data["contacts"] else None
        event = OutboxEvent(digest[:32], CASE_CHANGED, self.at, data, main)
        publish(self.connection, event, self.source)


def main_key(connection: sqlite3.Connection, case_id: str) -> str:
    """The contact that the case was opened for."""
    row = connection.execute(
        "SELECT key FROM case_contacts WHERE home = ? ORDER BY key LIMIT 1", (case_id,)
    ).fetchone()
    return str(row[0])


def _standing(connection: sqlite3.Connection, case_id: str) -> dict[str, Any]:
    """The case as events tell of it: contacts and figures, nothing of a borrower and nothing of staff."""
    state, deadline, merged, signals, reporters, first, last, revision = connection.execute(
        "SELECT state, deadline, merged_into, signals, reporters, first_seen, last_seen, revision "
        "FROM cases WHERE id = ?",
        (case_id,),
    ).fetchone()
    contacts = connection.execute(
        "SELECT kind, value FROM case_contacts WHERE case_id = ?1 ORDER BY home <> ?1, first_seen, key",
        (case_id,),
    )
    codes = connection.execute(
        "SELECT DISTINCT code FROM case_told JOIN case_contacts USING (key) WHERE case_id = ? ORDER BY 1",
        (case_id,),
    )
    return {
        "to": state,
        "revision": revision,
        "merged_into": merged,
        "contacts": [{"kind": kind, "value": value} for kind, value in contacts],
        "codes": [code for (code,) in codes],
        "signals": signals,
        "reporters": reporters,
        "first_seen": first,
        "last_seen": last,
        "deadline": deadline,
        "use_restriction": USE_RESTRICTION,
    }
