"""Users' records on Redis."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from actions.plan import UserChange
from bot.hashing import Pseudonym
from bot.ledger.encoding import parse_time, rfc3339, to_json
from bot.ledger.ledger import REPLY_LIFETIME, TurnRecord
from bot.redis.batches import Batches, Script, unheeded
from bot.redis.keys import USER_LIFETIME, milliseconds, user_keys
from bot.users import Address, Consent, UserRecord

_READ_USER = Script.named("read_user")
_CHANGE_USER = Script.named("change_user")
_NO_CHANGE = UserChange()
_RECORD, _ERASING, _BEFORE = 0, 3, 4  # places in user_keys()


class RedisUsers:
    """Reads records and applies the changes that messages make to them."""

    def __init__(self, batches: Batches) -> None:
        self._batches = batches

    def fetch(self, user: Pseudonym, message: Pseudonym) -> list[asyncio.Future[Any]]:
        """Asks for the record under each of the user's hashes; :func:`record_of` reads the answers.

        A message that has changed the record already, and comes again since its reply was not stored, gets
        it as it was before.
        """
        return [
            self._batches.run(
                _READ_USER, [user_keys(key)[place] for place in (_RECORD, _BEFORE)], turn
            )
            for key, turn in zip(user.all, message.all)
        ]

    async def get(self, user: Pseudonym) -> UserRecord:
        """The record as of the last change.

        Raises:
            StoreUnavailable: when it cannot be read.
        """
        return record_of([await self._held(user)])

    def answered(self, user: Pseudonym, message: Pseudonym, turn: TurnRecord) -> None:
        """The reply to a message is stored; what was before its change is of no use any more."""
        if turn.change != _NO_CHANGE:
            before = user_keys(user.current)[_BEFORE]
            unheeded(self._batches.send("HDEL", before, message.current))

    async def change(self, user: Pseudonym, message: Pseudonym, turn: TurnRecord) -> Sequence[str]:
        """Applies the change of one message, once however often it is told.

        Returns:
            The conversations (keyed hashes) that have to be erased with the record; whoever did that
            calls :meth:`erased`.

        Raises:
            StoreUnavailable: when it was not written, or nobody knows.
        """
        if turn.change == _NO_CHANGE and turn.address is None:
            return ()
        former: dict[str, str] = {}
        if user.former:
            if await self._was_told(user, message):
                return await self._left_to_erase(user) if turn.change.erase else ()
            former = await self._held(user)
        said = {
            name: value
            for name, value in asdict(turn.change).items()
            if value != getattr(_NO_CHANGE, name)
        }
        address = turn.address
        erased: Sequence[str] = await self._batches.run(
            _CHANGE_USER,
            user_keys(user.current),
            message.current,
            rfc3339(turn.context.received_at),
            to_json(said),
            to_json(former),
            to_json([address.channel, address.address]) if address else "",
            milliseconds(USER_LIFETIME),
            milliseconds(REPLY_LIFETIME),
        )
        if turn.change.erase:
            erased = [*erased, *await self._erase_former(user)]
        return erased

    async def erased(self, user: Pseudonym) -> None:
        """The conversations of an erasure are gone; so goes what told of them.

        Raises:
            StoreUnavailable: when it was not written, or nobody knows.
        """
        for key in user.all:
            await self._batches.send("DEL", user_keys(key)[_ERASING])

    async def _was_told(self, user: Pseudonym, message: Pseudonym) -> bool:
        told = [
            await self._batches.send("HEXISTS", user_keys(key)[1], turn)
            for key, turn in zip(user.former, message.former)
        ]
        return any(told)

    async def _held(self, user: Pseudonym) -> dict[str, str]:
        """The fields that stand under the newest of the user's hashes that has any."""
        answers = [self._batches.send("HGETALL", user_keys(key)[_RECORD]) for key in user.all]
        found = [fields_of(await answer) for answer in answers]
        return next(filter(None, found), {})

    async def _left_to_erase(self, user: Pseudonym) -> list[str]:
        left: list[str] = []
        for key in user.former:
            left += await self._batches.send("SMEMBERS", user_keys(key)[_ERASING])
        return left

    async def _erase_former(self, user: Pseudonym) -> list[str]:
        """Erases what stands under older hashes; its conversations go to those still to be erased."""
        erasing, found = user_keys(user.current)[_ERASING], []
        for record, changes, *sets, before in map(user_keys, user.former):
            for conversations in sets:
                found += await self._batches.send("SMEMBERS", conversations)
            if found:
                await self._batches.send("SADD", erasing, *found)
                await self._batches.send("PEXPIRE", erasing, milliseconds(USER_LIFETIME))
            # As under the current hash, those of the turns stay.
            for turn in await self._batches.send("HKEYS", changes):
                await self._batches.send("HSET", changes, turn, "")
            await self._batches.send("DEL", record, *sets, before)
        return found


def record_of(answers: Sequence[Any]) -> UserRecord:
    """The record from what Redis answered for each hash of a user, the current one first."""
    fields = next((found for found in map(fields_of, answers) if found), None)
    if not fields:
        return UserRecord()
    consent = fields.get("consent")
    return UserRecord(
        informed_at=_time(fields, "informed_at"),
        consent=None
        if consent is None
        else Consent(consent == "1", parse_time(fields["consent_at"])),
        opted_out="opted_out" in fields,
        crisis_at=_time(fields, "crisis_at"),
        minor="minor" in fields,
        addresses=tuple(
            Address(channel, address)
            for channel, address in sorted(json.loads(fields.get("addresses", "[]")))
        ),
        erased_at=_time(fields, "erased_at"),
    )


def fields_of(answer: Any) -> dict[str, str]:
    """The fields of a hash, whatever form the client gave them."""
    if isinstance(answer, Mapping):
        return dict(answer)
    return dict(zip(answer[::2], answer[1::2]))


def _time(fields: Mapping[str, str], name: str) -> datetime | None:
    return parse_time(fields[name]) if name in fields else None
