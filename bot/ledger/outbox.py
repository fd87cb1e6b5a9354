"""Events of other types than signals: what risk control learns besides, on the same way to all sinks."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.ledger.encoding import rfc3339, to_json


@dataclass(frozen=True)
class OutboxEvent:
    """A CloudEvent that is no signal, such as an alert or a corrected verdict.

    ``id`` is of hexadecimal digits and the same whenever the same thing is told again; ``type`` ends with its
    version, and ``bot/schemas`` describes its ``data``, in which nothing of a borrower stands.
    """

    id: str
    type: str
    time: datetime
    data: Mapping[str, Any]
    subject: str | None = None

    def as_json(self, source: str) -> dict[str, Any]:
        """The event in the structured JSON form; an absent subject is left out."""
        event = {
            "specversion": "1.0",
            "id": self.id,
            "source": source,
            "type": self.type,
            "time": rfc3339(self.time),
            "subject": self.subject,
            "datacontenttype": "application/json",
            "dataschema": f"urn:jingzhong:schema:{self.type.removeprefix('jingzhong.')}",
            "data": dict(self.data),
        }
        return {name: value for name, value in event.items() if value is not None}


def publish(connection: sqlite3.Connection, event: OutboxEvent, source: str) -> bool:
    """Adds the event within a unit of the ledger's writer; false if it is there already.

    ``source`` is that of the ledger's signals, see :func:`bot.ledger.events.event_source`.
    """
    added = connection.execute(
        "INSERT INTO events (source, id, code, time, user, body, type) VALUES (?, ?, '', ?, '', ?, ?) "
        "ON CONFLICT (source, id) DO NOTHING",
        (source, event.id, rfc3339(event.time), to_json(event.as_json(source)), event.type),
    )
    return added.rowcount > 0
