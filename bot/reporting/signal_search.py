"""Finding signals: by what they tell, by whom they name, and by words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from bot.ledger.database import Reader
from bot.ledger.events import EVENT_TYPE
from bot.ledger.reading import StoredEvent
from bot.reporting.spans import Span

_COLUMNS: Final = "seq, source, id, code, body, type"


@dataclass(frozen=True)
class SignalFilter:
    """What signals should be; empty values do not matter.

    ``contact`` is the key of a contact as the cases have it, such as ``phone:+8613800001234``; ``text`` stands
    in the evidence, in the agency or in a contact.
    """

    code: str = ""
    stage: str = ""
    channel: str = ""
    urgent: bool = False
    contact: str = ""
    text: str = ""
    span: Span | None = None


class SignalSearch:
    """Reads signals, newest first."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def find(
        self, wanted: SignalFilter, limit: int, before: int | None = None
    ) -> list[StoredEvent]:
        """The newest signals that fit, those below the sequence number ``before`` alone if it is given.

        Raises:
            LedgerError: when the ledger cannot be read.
        """
        conditions, values = _conditions(wanted)
        if before is not None:
            conditions.append("seq < ?")
            values.append(before)
        rows = self._reader.rows(
            f"SELECT {_COLUMNS} FROM events WHERE {' AND '.join(conditions)} "  # noqa: S608 - of ours
            "ORDER BY seq DESC LIMIT ?",
            (*values, limit),
        )
        return [StoredEvent(*row) for row in rows]

    def of_conversation(self, conversation: str, limit: int = 50) -> list[StoredEvent]:
        """The signals of a conversation by its keyed hash, oldest first.

        Raises:
            LedgerError: when the ledger cannot be read.
        """
        # The user is looked up first, since only that has an index.
        rows = self._reader.rows(
            f"SELECT {_COLUMNS} FROM events "  # noqa: S608 - of ours
            "WHERE user IN (SELECT user FROM turns WHERE conversation = ?1) "
            "AND type = ?2 AND json_extract(body, '$.data.conversation') = ?1 ORDER BY seq LIMIT ?3",
            (conversation, EVENT_TYPE, limit),
        )
        return [StoredEvent(*row) for row in rows]


def _conditions(wanted: SignalFilter) -> tuple[list[str], list[Any]]:
    conditions, values = ["type = ?"], [EVENT_TYPE]
    if wanted.code:
        conditions.append("code = ?")
        values.append(wanted.code)
    for name, value in (("stage", wanted.stage), ("channel", wanted.channel)):
        if value:
            conditions.append(f"json_extract(body, '$.data.{name}') = ?")
            values.append(value)
    if wanted.urgent:
        conditions.append("json_extract(body, '$.data.urgency') IS NOT NULL")
    if wanted.contact:
        conditions.append("seq IN (SELECT seq FROM case_mentions WHERE key = ?)")
        values.append(wanted.contact)
    if wanted.text:
        fields = ("evidence", "agency", "contacts")
        found = " OR ".join(f"instr(json_extract(body, '$.data.{name}'), ?)" for name in fields)
        conditions.append(f"({found})")
        values.extend([wanted.text] * len(fields))
    if wanted.span is not None:
        conditions.append("time >= ? AND time < ?")
        values.extend(wanted.span.bounds)
    return conditions, values
