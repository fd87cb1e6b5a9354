"""What can be read from the ledger, also by a process of its own while the service writes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.ledger.database import Reader, database_path
from bot.ledger.encoding import parse_time
from bot.ledger.events import EVENT_TYPE
from bot.ledger.receipts import Receipt, normalise_receipt

_COLUMNS = "seq, source, id, code, body, type"
_PAGE = 500


@dataclass(frozen=True)
class StoredEvent:
    """An event and its place in the ledger; ``line`` is the CloudEvent as one line of JSON.

    ``code`` is empty for events that are no signals.
    """

    seq: int
    source: str
    id: str
    code: str
    line: str
    type: str = EVENT_TYPE

    @property
    def event(self) -> dict[str, Any]:
        """The CloudEvent as a mapping."""
        event: dict[str, Any] = json.loads(self.line)
        return event


class LedgerView:
    """The reading side of the ledger.

    All methods are short blocking reads and raise :class:`bot.ledger.errors.LedgerError` when the
    database cannot be read; a database that does not exist yet reads as an empty ledger.
    """

    def __init__(self, reader: Reader) -> None:
        self.reader = reader

    @classmethod
    def at(cls, home: Path) -> LedgerView:
        """The ledger in the data directory ``home``, opened at the first question."""
        return cls(Reader(database_path(home)))

    def events(
        self, after: int = 0, limit: int = _PAGE, code: str | None = None
    ) -> list[StoredEvent]:
        """The next signals whose ``seq`` is above ``after``, in the order of their commits.

        A reader that goes on from the last ``seq`` it got sees every signal once.
        """
        condition, parameters = _filter(after, code)
        return self._select(f"{condition} ORDER BY seq LIMIT ?", (*parameters, limit))

    def outbox(self, after: int = 0, limit: int = _PAGE) -> list[StoredEvent]:
        """As :meth:`events`, with the events of all other types in their places too."""
        return self._select("WHERE seq > ? ORDER BY seq LIMIT ?", (after, limit))

    def iterate(self, after: int = 0, code: str | None = None) -> Iterator[StoredEvent]:
        """All signals above ``after``, read page by page; includes what is written meanwhile."""
        page = self.events(after, code=code)
        while page:
            yield from page
            page = self.events(page[-1].seq, code=code)

    def latest(self, limit: int, code: str | None = None) -> list[StoredEvent]:
        """The newest signals, oldest of them first."""
        condition, parameters = _filter(0, code)
        newest = self._select(f"{condition} ORDER BY seq DESC LIMIT ?", (*parameters, limit))
        return newest[::-1]

    def event(self, id: str) -> StoredEvent | None:
        """The event of any type with that id, if there is one."""
        found = self._select("WHERE id = ? ORDER BY seq DESC LIMIT 1", (id,))
        return found[0] if found else None

    def starting_with(self, prefix: str, limit: int = 2) -> list[StoredEvent]:
        """Signals whose id begins with these hexadecimal digits."""
        # "g" is the first letter that no id holds.
        return self._select(
            "WHERE id >= ? AND id < ? || 'g' AND type = ? ORDER BY id LIMIT ?",
            (prefix, prefix, EVENT_TYPE, limit),
        )

    def count(self, after: int = 0, code: str | None = None) -> int:
        """How many signals there are above ``after``."""
        condition, parameters = _filter(after, code)
        rows = self.reader.rows(f"SELECT count(*) FROM events {condition}", parameters)
        return int(rows[0][0]) if rows else 0

    def receipt(self, number: str) -> Receipt | None:
        """The tip-off with that number, in whatever case and grouping it is written."""
        wanted = normalise_receipt(number)
        rows = self.reader.rows(
            "SELECT number, state, received_at, codes FROM receipts WHERE number = ? "
            "ORDER BY received_at DESC LIMIT 1",
            (wanted,),
        )
        if not rows:
            return None
        found, state, received_at, codes = rows[0]
        return Receipt(found, state, parse_time(received_at), tuple(json.loads(codes)))

    def _select(self, condition: str, parameters: tuple[Any, ...]) -> list[StoredEvent]:
        rows = self.reader.rows(f"SELECT {_COLUMNS} FROM events {condition}", parameters)
        return [StoredEvent(*row) for row in rows]


def _filter(after: int, code: str | None) -> tuple[str, tuple[Any, ...]]:
    if code is None:
        return "WHERE type = ? AND seq > ?", (EVENT_TYPE, after)
    return "WHERE seq > ? AND code = ?", (after, code)
