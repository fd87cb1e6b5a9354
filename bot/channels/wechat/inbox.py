"""Messages that were acknowledged before their reply went out: they survive the process and are answered."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from bot.channels.wechat.reading import CHANNEL
from bot.gate import masked
from bot.hashing import Hasher, Pseudonym
from bot.inbound import Attachment, InboundMessage
from bot.ledger.database import placeholders
from bot.ledger.encoding import parse_time, rfc3339, to_json, utc_now
from bot.ledger.ledger import Ledger

PATIENCE: Final = timedelta(hours=47)
"""How long a reply is tried: WeChat takes it for 48 hours after the message."""

_DONE_KEPT: Final = timedelta(hours=1)
_FIRST_PAUSE: Final = timedelta(minutes=1)
_LONGEST_PAUSE: Final = timedelta(hours=1)


@dataclass(frozen=True)
class Kept:
    """A message in the inbox; ``sent`` texts of its reply are out already."""

    message: InboundMessage
    sent: int = 0


class Inbox:
    """The inbox of the official account, in the ledger's database; all methods may raise ``LedgerError``."""

    def __init__(self, ledger: Ledger, hasher: Hasher) -> None:
        self._ledger = ledger
        self._hasher = hasher

    async def has(self, message: InboundMessage) -> bool:
        """Whether the message is or was in the inbox: its reply does not go out with a post."""
        turn = self._turn(message)
        rows = await asyncio.to_thread(
            self._ledger.reader.rows,
            f"SELECT 1 FROM wechat_inbox WHERE turn IN {placeholders(turn.all)}",  # noqa: S608
            turn.all,
        )
        return bool(rows)

    async def keep(self, message: InboundMessage) -> Kept:
        """Takes a message in; durable when this returns. Who does not settle it leaves it to :meth:`due`."""
        kept = Kept(replace(message, text=masked(message.text)))
        user = self._hasher.user(message.channel, message.user)
        now = utc_now()

        def unit(connection: sqlite3.Connection) -> None:
            connection.execute(
                "INSERT INTO wechat_inbox (turn, user, body, kept_at, due_at) VALUES (?, ?, ?, ?, ?) "
                "ON CONFLICT DO NOTHING",
                (
                    self._turn(message).current,
                    user.current,
                    _written(kept),
                    rfc3339(now),
                    rfc3339(now + _FIRST_PAUSE),
                ),
            )

        await self._ledger.writer.commit(unit)
        return kept

    async def progress(self, kept: Kept) -> None:
        """Notes how much of the reply is out."""
        await self._change(kept, "body = ?", _written(kept))

    async def settle(self, kept: Kept) -> None:
        """The reply is out, or can never be: what the message told is forgotten here."""
        await self._change(kept, "body = NULL, due_at = NULL", None)

    async def due(self) -> list[Kept]:
        """Takes what waited for too long, so that nobody else takes it for a while; sweeps what is over."""
        now = utc_now()

        def unit(connection: sqlite3.Connection) -> list[tuple[Any, ...]]:
            connection.execute(
                "DELETE FROM wechat_inbox WHERE (due_at IS NULL AND kept_at < ?) OR kept_at < ?",
                (rfc3339(now - _DONE_KEPT), rfc3339(now - PATIENCE)),
            )
            rows = connection.execute(
                "SELECT turn, body, tries FROM wechat_inbox WHERE due_at <= ? ORDER BY kept_at LIMIT 100",
                (rfc3339(now),),
            ).fetchall()
            for turn, _, tries in rows:
                pause = min(_FIRST_PAUSE * 2 ** min(tries, 10), _LONGEST_PAUSE)
                connection.execute(
                    "UPDATE wechat_inbox SET due_at = ?, tries = tries + 1 WHERE turn = ?",
                    (rfc3339(now + pause), turn),
                )
            return rows

        if not await asyncio.to_thread(self._anything_due, now):
            return []
        return [_read(str(body)) for _, body, _ in await self._ledger.writer.commit(unit)]

    def _anything_due(self, now: datetime) -> bool:
        return bool(
            self._ledger.reader.rows(
                "SELECT 1 FROM wechat_inbox WHERE due_at <= ? OR kept_at < ? LIMIT 1",
                (rfc3339(now), rfc3339(now - _DONE_KEPT)),
            )
        )

    async def _change(self, kept: Kept, assignment: str, value: str | None) -> None:
        turn = self._turn(kept.message)
        values = turn.all if value is None else (value, *turn.all)

        def unit(connection: sqlite3.Connection) -> None:
            connection.execute(
                f"UPDATE wechat_inbox SET {assignment} WHERE turn IN {placeholders(turn.all)} "  # noqa: S608
                "AND due_at IS NOT NULL",
                values,
            )

        await self._ledger.writer.commit(unit)

    def _turn(self, message: InboundMessage) -> Pseudonym:
        return self._hasher.pseudonym("wechat inbox", message.conversation, message.message_id)


def _written(kept: Kept) -> str:
    message = kept.message
    fields = {
        "user": message.user,
        "conversation": message.conversation,
        "message_id": message.message_id,
        "text": message.text,
        "received_at": rfc3339(message.received_at),
        "language": message.language,
        "attachments": [[item.kind, item.name] for item in message.attachments],
    }
    return to_json({"message": fields, "sent": kept.sent})


def _read(body: str) -> Kept:
    data = json.loads(body)
    fields = data["message"]
    message = InboundMessage(
        channel=CHANNEL,
        user=fields["user"],
        conversation=fields["conversation"],
        message_id=fields["message_id"],
        text=fields["text"],
        received_at=parse_time(fields["received_at"]),
        language=fields["language"],
        attachments=tuple(Attachment(kind, name) for kind, name in fields["attachments"]),
        address=fields["user"],
    )
    return Kept(message, data["sent"])
