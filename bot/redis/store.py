"""Exchanges of any number of processes on one Redis server; the signals go to each process's ledger."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from redis.asyncio import Redis

from actions.plan import UserChange
from bot.exchanges.exchange import (
    KEPT_TURNS,
    Asked,
    ExchangeLost,
    ExchangeStore,
    Opened,
    Outcome,
    StoreUnavailable,
    Talk,
)
from bot.hashing import Hasher, Pseudonym
from bot.inbound import InboundMessage
from bot.ledger.encoding import parse_time, rfc3339, to_json, utc_now
from bot.ledger.ledger import CONVERSATION_LIFETIME, REPLY_LIFETIME, Ledger, StoredReply, TurnRecord
from bot.redis.batches import Batches, Script, unheeded
from bot.redis.connection import ANSWER_SECONDS
from bot.redis.health import Health
from bot.redis.keys import (
    KEPT_REPLIES,
    USER_LIFETIME,
    WAKE,
    conversation_keys,
    milliseconds,
    user_keys,
)
from bot.redis.users import RedisUsers, record_of
from bot.redis.wakeups import Wakeups
from bot.users import UserRecord

_OPEN = Script.named("open")
_COMMIT = Script.named("commit")
_RELEASE = Script.named("release")

_LEASE_MS = (
    6000  # of a conversation; far longer than a turn, and what a died process keeps others waiting
)
_PATIENCE_MS = 2000  # after which a waiting ticket that did not ask again is taken for dead
_ASK_AGAIN_SECONDS = 0.5
_TAKEN_OVER, _GONE = -1, -2  # what commit.lua gives instead of a version


class RedisExchanges(ExchangeStore):
    """Conversations, users' records, replies and the order of messages on Redis.

    An exchange takes two round trips: one opens and reads, one writes and releases. The order in a
    conversation is that of the tickets in its queue; a lock that runs out frees it when its process died,
    and what that process may still write is refused. Signals are in the ledger before anything is on Redis:
    a message that breaks in between is sent again, and comes to the same events.
    """

    def __init__(
        self,
        ledger: Ledger,
        hasher: Hasher,
        connect: Callable[[float | None], Redis],
        on_health: Callable[[bool], None] = lambda up: None,
    ) -> None:
        """``connect(answer_seconds)`` makes a client; ``on_health`` hears when Redis comes or goes."""
        self._ledger = ledger
        self._hasher = hasher
        self._batches = Batches(connect(ANSWER_SECONDS))
        self._wakeups = Wakeups(connect(None))
        self._users = RedisUsers(self._batches)
        self._health = Health(self._batches, on_health)

    @property
    def healthy(self) -> bool:
        """Whether Redis took the last write of its health, a second ago or so."""
        return self._health.good

    async def start(self) -> None:
        """Begins to watch the server; the first answer is there when this returns."""
        self._wakeups.start()
        await self._health.start()

    async def open(self, asked: Asked) -> Opened:
        """See :meth:`ExchangeStore.open`."""
        await self.start()  # Rasa's own server has no moment of its own for it
        ticket = self._wakeups.ticket()
        try:
            while True:
                opened = await self._try_to_open(ticket, asked)
                if opened is not None:
                    return opened
                await self._wakeups.wait(ticket, _ASK_AGAIN_SECONDS)
        except BaseException:
            self._release(ticket, asked)
            raise
        finally:
            self._wakeups.forget(ticket)

    async def commit(self, asked: Asked, opened: Opened, outcome: Outcome) -> int:
        """See :meth:`ExchangeStore.commit`."""
        if outcome.record is not None:
            # An erased conversation goes with the reply: until then its message may come again.
            own = self._hasher.conversation(asked.conversation).current
            await self._write_record(outcome.record, outcome.messages, spared=own)
        if asked.message is not None and outcome.turn is not None and opened.talk.since == 0:
            self._note_owner(asked.message, asked)
        known = opened.talk.version
        version = await self._end(asked, opened.ticket, outcome, known)
        if version == _GONE and await self._stands_before_rotation(asked, known):
            version = await self._end(asked, opened.ticket, outcome, 0)
        if version == _TAKEN_OVER:
            raise ExchangeLost("a conversation was held for too long and went to another message")
        if version == _GONE:
            raise ExchangeLost("a conversation was erased while a message of it was answered")
        if asked.message is not None and outcome.record is not None:
            self._users.answered(self._user(asked.message), self._turn(asked), outcome.record)
        return version

    async def abandon(self, asked: Asked, opened: Opened) -> None:
        """See :meth:`ExchangeStore.abandon`."""
        with contextlib.suppress(StoreUnavailable):
            await self._release(opened.ticket, asked)

    async def user(self, user: Pseudonym) -> UserRecord:
        """See :meth:`ExchangeStore.user`."""
        return await self._users.get(user)

    async def record(self, turn: TurnRecord) -> None:
        """See :meth:`ExchangeStore.record`."""
        await self._write_record(turn)

    async def close(self) -> None:
        """See :meth:`ExchangeStore.close`."""
        await self._health.close()
        await self._wakeups.close()
        await self._batches.close()

    async def _try_to_open(self, ticket: str, asked: Asked) -> Opened | None:
        message = asked.message
        conversation = self._hasher.conversation(asked.conversation)
        turn = self._turn(asked).all if message else ("",)
        opening = self._batches.run(
            _OPEN,
            self._keys(asked)[:6],
            ticket,
            _LEASE_MS,
            _PATIENCE_MS,
            asked.claim(),
            turn[0],
        )
        record = asyncio.gather(
            *(self._users.fetch(self._user(message), self._turn(asked)) if message else ())
        )
        # Under the hashes of older keys, which most services have none of.
        replies = asyncio.gather(
            *(
                self._batches.send("HGET", conversation_keys(key)[5], before)
                for key, before in zip(conversation.former, turn[1:])
            )
        )
        answer, records, former = await asyncio.gather(opening, record, replies)
        if answer[0] == 0:
            return None
        talk = Talk(int(answer[2]), int(answer[3]), json.loads(answer[4]), tuple(answer[5]))
        if talk.version == 0:
            talk = await self._before_rotation(conversation)
        reply = next(filter(None, (answer[1], *former)), "")
        return Opened(ticket, talk, record_of(records), _reply_of(reply))

    async def _end(self, asked: Asked, ticket: str, outcome: Outcome, known: int) -> int:
        """Writes the conversation, which is to go on from version ``known``, and the reply."""
        turn, answered = outcome.turn, asked.message and outcome.messages is not None
        version = await self._batches.run(
            _COMMIT,
            self._keys(asked),
            ticket,
            "1" if outcome.erases else "",
            turn.slots if turn else "",
            turn.events if turn else "",
            KEPT_TURNS,
            milliseconds(CONVERSATION_LIFETIME),
            self._turn(asked).current if answered else "",
            _written(outcome.messages),
            KEPT_REPLIES,
            milliseconds(REPLY_LIFETIME),
            WAKE,
            known,
        )
        return int(version)

    async def _stands_before_rotation(self, asked: Asked, version: int) -> bool:
        talk = await self._before_rotation(self._hasher.conversation(asked.conversation))
        return talk.version == version

    async def _before_rotation(self, conversation: Pseudonym) -> Talk:
        """What stands under the hashes of older keys, when there is nothing under the current one."""
        for key in conversation.former:
            *_, stored, turns, _, _ = conversation_keys(key)
            fields, kept = await asyncio.gather(
                self._batches.send("HMGET", stored, "version", "slots"),
                self._batches.send("LRANGE", turns, 0, -1),
            )
            if fields[0]:
                return Talk(int(fields[0]), 0, json.loads(fields[1]), tuple(kept))
        return Talk()

    async def _write_record(
        self,
        record: TurnRecord,
        messages: Sequence[Mapping[str, Any]] | None = None,
        spared: str = "",
    ) -> None:
        context = record.context
        await self._ledger.record(_without_user(record), messages)
        user = self._hasher.user(context.channel, context.user)
        message = self._hasher.turn(context.conversation, context.message_id)
        erased = await self._users.change(user, message, record)
        if record.change.erase:
            for conversation in erased:
                if conversation != spared:
                    await self._batches.send("DEL", *conversation_keys(conversation)[3:])
            await self._users.erased(user)
            # What stood in this ledger before Redis was used.
            await self._ledger.erase(user)

    def _note_owner(self, message: InboundMessage, asked: Asked) -> None:
        # Nobody waits for it: calls arrive in order, before the conversation itself.
        owned = user_keys(self._user(message).current)[2]
        conversation = self._hasher.conversation(asked.conversation).current
        unheeded(self._batches.send("SADD", owned, conversation))
        unheeded(self._batches.send("PEXPIRE", owned, milliseconds(USER_LIFETIME)))

    def _release(self, ticket: str, asked: Asked) -> asyncio.Future[Any]:
        return unheeded(self._batches.run(_RELEASE, self._keys(asked)[:3], ticket, WAKE))

    def _keys(self, asked: Asked) -> list[str]:
        return conversation_keys(self._hasher.conversation(asked.conversation).current)

    def _user(self, message: InboundMessage) -> Pseudonym:
        return self._hasher.user(message.channel, message.user)

    def _turn(self, asked: Asked) -> Pseudonym:
        message = asked.message
        return self._hasher.turn(asked.conversation, message.message_id if message else "")


def _without_user(record: TurnRecord) -> TurnRecord:
    return replace(record, change=UserChange(), address=None)


def _written(messages: Sequence[Any] | None) -> str:
    return to_json({"messages": list(messages or ()), "created_at": rfc3339(utc_now())})


def _reply_of(stored: str) -> StoredReply | None:
    if not stored:
        return None
    reply = json.loads(stored)
    return StoredReply(tuple(reply["messages"]), parse_time(reply["created_at"]))
