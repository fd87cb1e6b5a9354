# ruff: noqa: S608 - only names of columns and lists of question marks are put into statements
"""What is known of one case: its figures, contacts, signals and history."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from bot.cases.contacts import ContactKey
from bot.cases.records import (
    Amounts,
    Case,
    CaseContact,
    CaseSummary,
    LogEntry,
    UnknownCaseError,
)
from bot.ledger.database import Reader
from bot.ledger.encoding import parse_time
from bot.ledger.reading import StoredEvent

SUMMARY: Final = "id, title, state, owner, region, deadline, first_seen, last_seen, updated_at, signals, reporters"
_DETAILS: Final = f"{SUMMARY}, opened_at, revision, merged_into"
_KEYS: Final = "(SELECT key FROM case_contacts WHERE case_id = ?)"
_FEWEST: Final = 4  # signs of an id that are enough to look for it


class CaseFile:
    """Reads single cases.

    All methods are short blocking reads and raise :class:`bot.ledger.errors.LedgerError` when the database cannot
    be read; one that does not exist yet reads as an empty book. The id of a merged case leads to the case that it
    was merged into.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def get(self, case_id: str) -> Case | None:
        """The case of that id, if there is one."""
        return self.as_merged(self.current(case_id))

    def as_merged(self, case_id: str) -> Case | None:
        """The case as it was left when it was merged into another; any other case as :meth:`get`."""
        rows = self._reader.rows(f"SELECT {_DETAILS} FROM cases WHERE id = ?", (case_id,))
        return self._case(rows[0]) if rows else None

    def of(self, key: ContactKey) -> Case | None:
        """The case that the contact belongs to, if it was ever told of."""
        rows = self._reader.rows("SELECT case_id FROM case_contacts WHERE key = ?", (str(key),))
        return self.get(rows[0][0]) if rows else None

    def find(self, name: str) -> Case:
        """The case whose id begins so, or that a contact such as ``phone:138 0000 1234`` belongs to.

        Raises:
            UnknownCaseError: when there is none, or several begin so.
        """
        by_contact = ":" in name
        case = self._by_contact(name) if by_contact else self._by_beginning(name.strip().lower())
        if case is None:
            raise UnknownCaseError(
                f"no case with the id or contact {name!r}; see: jingzhong cases list"
            )
        return case

    def find_merged(self, beginning: str) -> str:
        """The id that begins so, also of a case that was merged into another.

        Raises:
            UnknownCaseError: when there is none, or several begin so.
        """
        found = self._beginning_with(beginning.strip().lower())
        if found is None:
            raise UnknownCaseError(
                f"no case with the id {beginning!r}; see: jingzhong cases show CASE"
            )
        return found

    def signals(self, case_id: str, limit: int = -1) -> list[StoredEvent]:
        """The newest ``limit`` signals of a case, all by default; the oldest of them first."""
        rows = self._reader.rows(
            "SELECT seq, source, id, code, body, type FROM events WHERE seq IN "
            f"(SELECT seq FROM case_mentions WHERE key IN {_KEYS}) ORDER BY seq DESC LIMIT ?",
            (self.current(case_id), limit),
        )
        return [StoredEvent(*row) for row in rows[::-1]]

    def contacts(self, case_id: str) -> list[CaseContact]:
        """The contacts of a case, those that most people told of first."""
        rows = self._reader.rows(
            "SELECT kind, value, home, signals, reporters, first_seen, last_seen, added_by "
            "FROM case_contacts WHERE case_id = ? ORDER BY reporters DESC, first_seen, key",
            (self.current(case_id),),
        )
        return [
            CaseContact(ContactKey(kind, value), home, told, people, _time(first), _time(last), by)
            for kind, value, home, told, people, first, last, by in rows
        ]

    def log(self, case_id: str) -> list[LogEntry]:
        """What people did with a case and with those merged into it, oldest first."""
        rows = self._reader.rows(
            "SELECT id, case_id, at, actor, action, detail FROM case_log WHERE case_id IN "
            "(SELECT home FROM case_contacts WHERE case_id = ?) ORDER BY id",
            (self.current(case_id),),
        )
        return [
            LogEntry(id, case, parse_time(at), actor, action, json.loads(detail))
            for id, case, at, actor, action, detail in rows
        ]

    def by_day(self, case_id: str) -> list[tuple[str, int, int]]:
        """For each day on which a case was told of: the date in UTC, signals and distinct reporters."""
        rows = self._reader.rows(
            "SELECT substr(time, 1, 10), count(DISTINCT seq), count(DISTINCT user) FROM case_told "
            f"WHERE key IN {_KEYS} GROUP BY 1 ORDER BY 1",
            (self.current(case_id),),
        )
        return [(day, signals, reporters) for day, signals, reporters in rows]

    def current(self, case_id: str) -> str:
        """The id that a case has after merges: where the contact is now for which it was opened."""
        rows = self._reader.rows(
            "SELECT case_id FROM case_contacts WHERE home = ? LIMIT 1", (case_id,)
        )
        return str(rows[0][0]) if rows else case_id

    def _by_contact(self, name: str) -> Case | None:
        try:
            return self.of(ContactKey.parse(name))
        except ValueError as error:
            raise UnknownCaseError(str(error)) from None

    def _by_beginning(self, beginning: str) -> Case | None:
        found = self._beginning_with(beginning)
        return None if found is None else self.get(found)

    def _beginning_with(self, beginning: str) -> str | None:
        if len(beginning) < _FEWEST:
            return None
        rows = self._reader.rows(
            "SELECT id FROM cases WHERE id >= ?1 AND id < ?1 || 'g' ORDER BY id LIMIT 2",
            (beginning,),
        )
        if len(rows) > 1:
            raise UnknownCaseError(
                f"several cases have an id that begins with {beginning!r}; give more of it"
            )
        return str(rows[0][0]) if rows else None

    def _case(self, row: Sequence[Any]) -> Case:
        id, (opened_at, revision, merged_into) = row[0], row[-3:]
        return Case(
            **vars(summary(row[:-3])),
            codes=self._tally("code", id),
            stages=self._tally("stage", id),
            platforms=self._tally("platform", id),
            channels=self._tally("channel", id),
            amounts=self._amounts(id),
            opened_at=parse_time(opened_at),
            revision=revision,
            merged_into=merged_into,
        )

    def _tally(self, column: str, case_id: str) -> dict[str, int]:
        rows = self._reader.rows(
            f"SELECT {column}, count(DISTINCT seq) FROM case_told WHERE key IN {_KEYS} "
            f"AND {column} <> '' GROUP BY {column}",
            (case_id,),
        )
        tally = Counter(dict(rows))
        if column in ("code", "stage"):
            tally.update(self._past(column, case_id))
        return dict(tally.most_common())

    def _past(self, column: str, case_id: str) -> dict[str, int]:
        return dict(
            self._reader.rows(
                f"SELECT {column}, max(signals) FROM (SELECT key, {column}, sum(signals) AS signals "
                f"FROM case_past WHERE key IN {_KEYS} GROUP BY key, {column}) GROUP BY {column}",
                (case_id,),
            )
        )

    def _amounts(self, case_id: str) -> Amounts:
        rows = self._reader.rows(
            "SELECT DISTINCT user, amounts FROM case_told "
            f"WHERE key IN {_KEYS} AND amounts <> '[]'",
            (case_id,),
        )
        most: dict[str, Decimal] = {}
        for user, amounts in rows:
            largest = max(map(Decimal, json.loads(amounts)))
            most[user] = max(largest, most.get(user, largest))
        return Amounts(
            len(most), sum(most.values(), Decimal(0)), max(most.values(), default=Decimal(0))
        )


def summary(row: Sequence[Any]) -> CaseSummary:
    """The summary in a row of the columns :data:`SUMMARY`."""
    id, title, state, owner, region, deadline, first, last, updated, signals, reporters = row
    return CaseSummary(
        id,
        title,
        state,
        owner,
        region,
        deadline=_time(deadline),
        first_seen=_time(first),
        last_seen=_time(last),
        updated_at=parse_time(updated),
        signals=signals,
        reporters=reporters,
    )


def _time(text: str | None) -> datetime | None:
    return None if text is None else parse_time(text)
