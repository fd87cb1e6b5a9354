"""What waits for a user's next visit, and what of it was shown and read."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.hashing import Hasher, Pseudonym
from bot.ledger.database import Reader
from bot.ledger.encoding import parse_time, rfc3339, to_json, utc_now
from bot.ledger.errors import LedgerError
from bot.ledger.writer import Writer
from bot.outbound.message import Delivery, OutboundMessage, Sender

_OWN = "user IN (SELECT value FROM json_each(:users))"
_THESE = "id IN (SELECT value FROM json_each(:ids))"
_MAIL = "mailbox.seq, mailbox.id, mailbox.bubbles, mailbox.kept_at, mailbox.read_at"
_WAITING = f"SELECT {_MAIL} FROM mailbox WHERE {_OWN} AND shown_at IS NULL ORDER BY seq"  # noqa: S608
_LATELY = f"SELECT {_MAIL} FROM mailbox WHERE {_OWN} AND kept_at > :since ORDER BY seq"  # noqa: S608
# CROSS JOIN keeps the order: a search of the index for each of those who are asked about.
_WAITING_FOR = (
    f"SELECT asked.key, {_MAIL} FROM json_each(:after) AS asked CROSS JOIN mailbox "  # noqa: S608
    "ON mailbox.user = asked.key AND mailbox.seq > asked.value AND mailbox.shown_at IS NULL "
    "ORDER BY mailbox.seq"
)
_KEEP = (
    "INSERT INTO mailbox (id, user, channel, bubbles, kept_at) VALUES (?, ?, ?, ?, ?) "
    "ON CONFLICT (id) DO NOTHING"
)
_SHOWN = f"UPDATE mailbox SET shown_at = :at WHERE {_OWN} AND {_THESE} AND shown_at IS NULL"  # noqa: S608
_READ = (
    f"UPDATE mailbox SET read_at = :at, shown_at = coalesce(shown_at, :at) WHERE {_OWN} AND {_THESE} "  # noqa: S608
    "AND read_at IS NULL"
)


@dataclass(frozen=True)
class Mail:
    """One message that waits, or waited; ``seq`` grows with each that is kept."""

    id: str
    bubbles: Sequence[Mapping[str, Any]]
    seq: int
    kept_at: datetime
    read: bool = False


def keep(
    connection: sqlite3.Connection,
    message: OutboundMessage,
    user: Pseudonym,
    channel: str,
    at: datetime,
) -> None:
    """Puts a message into the mailbox, within the writer's transaction; one of the same id stays as it is."""
    connection.execute(
        _KEEP,
        (message.id, user.current, channel, to_json(list(message.bubbles)), rfc3339(at)),
    )


class Mailbox:
    """The mailbox of all users, in the ledger's database; ``user`` is the id of a person within ``channel``."""

    def __init__(
        self,
        writer: Writer,
        reader: Reader,
        hasher: Hasher,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._writer = writer
        self._reader = reader
        self._hasher = hasher
        self._clock = clock

    def waiting(self, channel: str, user: str) -> tuple[Mail, ...]:
        """What waits for the user, the oldest first; a short blocking read.

        Raises:
            LedgerError: when the ledger cannot be read.
        """
        users = to_json(self._hasher.user(channel, user).all)
        return tuple(_mail(row) for row in self._reader.rows(_WAITING, {"users": users}))

    def lately(self, channel: str, user: str, since: datetime) -> tuple[Mail, ...]:
        """What was kept for the user since then, whether it still waits or not; a short blocking read.

        Raises:
            LedgerError: when the ledger cannot be read.
        """
        users = to_json(self._hasher.user(channel, user).all)
        rows = self._reader.rows(_LATELY, {"users": users, "since": rfc3339(since)})
        return tuple(_mail(row) for row in rows)

    def newest(self) -> int:
        """The ``seq`` of what was kept last, whoever it is for; 0 without any."""
        rows = self._reader.rows("SELECT max(seq) FROM mailbox")
        return int(rows[0][0] or 0) if rows else 0

    def waiting_for(self, after: Mapping[str, int]) -> list[tuple[str, Mail]]:
        """What waits for several users, each with a keyed hash of it, in one blocking read.

        ``after`` has for each hash the ``seq`` after which mail is wanted.

        Raises:
            LedgerError: when the ledger cannot be read.
        """
        rows = self._reader.rows(_WAITING_FOR, {"after": to_json(dict(after))})
        return [(str(user), _mail(row)) for user, *row in rows]

    async def keep(self, channel: str, user: str, message: OutboundMessage) -> None:
        """Puts a message into the mailbox; one of the same id stays as it is.

        Raises:
            LedgerError: when it cannot be written.
        """
        person, at = self._hasher.user(channel, user), self._clock()
        await self._writer.commit(lambda connection: keep(connection, message, person, channel, at))

    async def shown(self, channel: str, user: str, ids: Iterable[str]) -> int:
        """Notes that the user's client got these, and tells how many of them it had not got before.

        Raises:
            LedgerError: when it cannot be written.
        """
        return await self._note(_SHOWN, channel, user, ids)

    async def read(self, channel: str, user: str, ids: Iterable[str]) -> int:
        """Notes that the user looked at these; ids of others and unknown ones are passed over.

        Raises:
            LedgerError: when it cannot be written.
        """
        return await self._note(_READ, channel, user, ids)

    async def _note(self, statement: str, channel: str, user: str, ids: Iterable[str]) -> int:
        values = {
            "users": to_json(self._hasher.user(channel, user).all),
            "ids": to_json(list(ids)),
            "at": rfc3339(self._clock()),
        }
        return await self._writer.commit(
            lambda connection: connection.execute(statement, values).rowcount
        )


def _mail(row: Sequence[Any]) -> Mail:
    seq, id, bubbles, kept_at, read_at = row
    return Mail(id, tuple(json.loads(bubbles)), seq, parse_time(kept_at), read_at is not None)


class MailboxSender(Sender):
    """The sender of a channel that reaches a user only when they come: the page, an app, the REST interface.

    The address is the id of the user within the channel.
    """

    def __init__(self, channel: str, mailbox: Mailbox) -> None:
        self._channel = channel
        self._mailbox = mailbox

    @property
    def channel(self) -> str:
        """The channel's name."""
        return self._channel

    async def send(self, address: str, message: OutboundMessage) -> Delivery:
        """Puts the message into the mailbox."""
        try:
            await self._mailbox.keep(self._channel, address, message)
        except LedgerError as error:
            return Delivery("failed", str(error))
        return Delivery("kept", "waits for the next visit")
