"""What lies of a borrower on Redis, where conversations and users' records are kept by several processes."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from actions.plan import UserChange
from bot.hashing import Pseudonym
from bot.ledger.events import TurnContext
from bot.ledger.ledger import TurnRecord
from bot.privacy.inventory import Fate
from bot.privacy.records import Record, readable
from bot.redis.batches import Batches
from bot.redis.connection import connect
from bot.redis.keys import conversation_keys, user_keys
from bot.redis.users import RedisUsers, fields_of


class RedisRecords:
    """Shows and erases; every call connects for itself and lets go again."""

    def __init__(self, url: str) -> None:
        """``url`` is that of ``JINGZHONG_REDIS_URL``."""
        self._url = url

    async def show(self, user: Pseudonym) -> list[Record]:
        """Everything that stands under any hash of the person.

        Raises:
            StoreUnavailable: when Redis cannot be read.
        """
        found: list[Record] = []
        async with self._batches() as batches:
            for key in user.all:
                record, changes, conversations, *_ = user_keys(key)
                fields = fields_of(await batches.send("HGETALL", record))
                if fields:
                    found.append(_record("users", "user_records", fields))
                told = fields_of(await batches.send("HGETALL", changes)).values()
                found += [
                    _record("user_changes", "user_changes", {"change": change})
                    for change in told
                    if change
                ]
                for conversation in sorted(await batches.send("SMEMBERS", conversations)):
                    found += await _conversation(batches, conversation)
        return found

    async def erase(self, user: Pseudonym, at: datetime) -> int:
        """Erases the record and the conversations under all hashes; says how many conversations there were.

        It may be repeated, and comes to the same end.

        Raises:
            StoreUnavailable: when it was not written, or nobody knows.
        """
        # As the message of an erasure does it, under the name of a message that nobody ever sent.
        message = Pseudonym(
            secrets.token_hex(16), tuple(secrets.token_hex(16) for _ in user.former)
        )
        context = TurnContext("", "", "", "", at, "", "")
        async with self._batches() as batches:
            users = RedisUsers(batches)
            erased = await users.change(
                user, message, TurnRecord(context, change=UserChange(erase=True))
            )
            conversations = dict.fromkeys(erased)
            for conversation in conversations:
                await batches.send("DEL", *conversation_keys(conversation)[3:])
            await users.erased(user)
        return len(conversations)

    @asynccontextmanager
    async def _batches(self) -> AsyncIterator[Batches]:
        batches = Batches(connect(self._url))
        try:
            yield batches
        finally:
            await batches.close()


async def _conversation(batches: Batches, conversation: str) -> list[Record]:
    *_, talk, turns, replies, _ = conversation_keys(conversation)
    found = []
    slots = await batches.send("HGET", talk, "slots")
    if slots:
        found.append(_record("conversations", "conversations", {"slots": slots}))
    for events in await batches.send("LRANGE", turns, 0, -1):
        found += [_record("conversation_turns", "conversations", {"events": events})]
    for reply in fields_of(await batches.send("HGETALL", replies)).values():
        found += [_record("replies", "replies", {"messages": reply})]
    return found


def _record(place: str, kind: str, fields: dict[str, Any]) -> Record:
    data = {name: readable(value) for name, value in fields.items()}
    return Record(f"redis:{place}", kind, "", data, Fate.REMOVED)
