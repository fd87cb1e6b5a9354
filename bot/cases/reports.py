"""How many people told of a contact: what a warning may say of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final

from actions.plan import Contact
from bot.cases.contacts import AGENCY, ContactKey
from bot.cases.rules import CaseRules
from bot.cases.states import ESTABLISHED, FALSE_ALARM
from bot.ledger.database import Reader, placeholders

_ESTABLISHED: Final = sorted(ESTABLISHED)
_COUNTS: Final = (
    "SELECT key, case_contacts.reporters FROM case_contacts JOIN cases ON cases.id = case_id "  # noqa: S608
    "WHERE case_contacts.reporters >= ? AND state <> ? "
    f"AND (kind <> ? OR state IN {placeholders(_ESTABLISHED)})"
)


class ReportCounts:
    """A snapshot in memory of the contacts that enough people told of.

    The name of a company or person counts only once its case is confirmed, and nothing counts whose case is a
    false alarm. Asking never waits; :meth:`refresh` reads in a thread.
    """

    def __init__(self, reader: Reader, rules: CaseRules) -> None:
        """Begins empty; ``reader`` should be one of its own, since whoever asks it waits meanwhile."""
        self._reader = reader
        self._rules = rules
        self._counts: Mapping[str, int] = {}

    async def refresh(self) -> None:
        """Reads the counts anew.

        Raises:
            LedgerError: when they cannot be read; those of before stay.
        """
        self._counts = await asyncio.to_thread(self._read)

    def count(self, key: ContactKey) -> int:
        """How many distinct people told of the contact; 0 where that are too few to be said, or may not be."""
        return self._counts.get(str(key), 0)

    def reporters(self, contact: Contact) -> int:
        """The count of a contact as a turn names it."""
        key = ContactKey.of(contact.kind, contact.value)
        return 0 if key is None else self.count(key)

    def _read(self) -> dict[str, int]:
        rows = self._reader.rows(
            _COUNTS, (self._rules.shown_from, FALSE_ALARM, AGENCY, *_ESTABLISHED)
        )
        return dict(rows)
