"""How many people told of a contact: what a warning may say of it."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from actions.plan import Contact
from bot.cases.contacts import AGENCY, ContactKey
from bot.cases.rules import CaseRules
from bot.cases.states import ESTABLISHED, FALSE_ALARM
from bot.ledger.database import Reader, placeholders
from bot.ledger.encoding import to_json

_ESTABLISHED: Final = sorted(ESTABLISHED)
_ENOUGH: Final = (
    "SELECT key, told.signals, told.reporters, told.last_seen "  # noqa: S608
    "FROM case_contacts AS told JOIN cases ON cases.id = case_id "
    "WHERE told.reporters >= ? AND state <> ? "
    f"AND (kind <> ? OR state IN {placeholders(_ESTABLISHED)})"
)
# Who only asks what a number is has nothing to tell of it.
_TOLD: Final = (
    "SELECT DISTINCT key, user FROM case_told "
    "WHERE stage <> 'asking' AND key IN (SELECT value FROM json_each(?))"
)
# Of signals whose term has ended nobody is left who could be recognised.
_PAST: Final = (
    "SELECT key, sum(reporters) FROM case_past "
    "WHERE stage <> 'asking' AND key IN (SELECT value FROM json_each(?)) GROUP BY key"
)


@dataclass(frozen=True)
class _Told:
    """Who told of a contact; ``seen`` are the figures of its row at that time, by which a change is noticed."""

    seen: tuple[Any, ...]
    users: frozenset[str] = frozenset()
    past: int = 0


class ReportCounts:
    """A snapshot in memory of the contacts that enough people told of.

    The name of a company or person counts only once its case is confirmed, and nothing counts whose case is a
    false alarm. Asking never waits; :meth:`refresh` reads in a thread.
    """

    def __init__(self, reader: Reader, rules: CaseRules) -> None:
        """Begins empty; ``reader`` should be one of its own, since whoever asks it waits meanwhile."""
        self._reader = reader
        self._rules = rules
        self._told: Mapping[str, _Told] = {}

    async def refresh(self) -> None:
        """Reads the counts anew.

        Raises:
            LedgerError: when they cannot be read; those of before stay.
        """
        self._told = await asyncio.to_thread(self._read)

    def count(self, key: ContactKey, teller: str = "") -> int:
        """How many distinct people told of the contact; 0 where that are too few to be said, or may not be.

        Whoever asked about it alone is none of them, nor is ``teller``, the keyed hash of a user.
        """
        told = self._told.get(str(key))
        if told is None:
            return 0
        count = told.past + len(told.users) - (teller in told.users)
        return count if count >= self._rules.shown_from else 0

    def reporters(self, contact: Contact, teller: str = "") -> int:
        """The count of a contact as a turn names it."""
        key = ContactKey.of(contact.kind, contact.value)
        return 0 if key is None else self.count(key, teller)

    def _read(self) -> dict[str, _Told]:
        """What is known, with those contacts read anew of which somebody told since."""
        rows = self._reader.rows(
            _ENOUGH, (self._rules.shown_from, FALSE_ALARM, AGENCY, *_ESTABLISHED)
        )
        seen = {key: tuple(figures) for key, *figures in rows}
        kept = {key: told for key, told in self._told.items() if told.seen == seen.get(key)}
        changed = to_json([key for key in seen if key not in kept])
        users: defaultdict[str, set[str]] = defaultdict(set)
        for key, user in self._reader.rows(_TOLD, (changed,)):
            users[key].add(user)
        past = dict(self._reader.rows(_PAST, (changed,)))
        for key in seen.keys() - kept.keys():
            kept[key] = _Told(seen[key], frozenset(users[key]), past.get(key, 0))
        return kept
