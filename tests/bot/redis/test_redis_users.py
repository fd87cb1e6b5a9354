"""Users' records on Redis and in the ledger's database: the same changes come to the same record."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions.plan import UserChange
from bot.hashing import Hasher
from bot.ledger.events import TurnContext, event_source
from bot.ledger.ledger import Ledger, TurnRecord
from bot.redis.batches import Batches
from bot.redis.connection import connect
from bot.redis.users import RedisUsers, record_of
from bot.users import Address, UserRecord
from tests.bot.exchanges.sides import Storage, message
from tests.bot.redis_server import RedisServer

EXAMPLES = 1000 if os.environ.get("JINGZHONG_SOAK") == "1" else 40
DAY = datetime(2026, 11, 23, tzinfo=timezone.utc)
KEYS = ((b"old",), (b"new", b"old"), (b"newest", b"new", b"old"))


@dataclass(frozen=True)
class Told:
    """What a message tells, as often as it comes."""

    change: UserChange
    address: Address | None = None


flags = st.none() | st.booleans()
changes = st.builds(
    UserChange,
    informed=flags,
    consent=flags,
    opted_out=flags,
    crisis=flags,
    minor=flags,
    erase=st.sampled_from([False] * 4 + [True]),
)
words = st.sampled_from(["a", "b/c", 'quo"te', "后面\\", "\x00\x1f\x7f", "😀é", "0", ""])
addresses = st.none() | st.builds(Address, words, words)
MESSAGES = 6
told = st.builds(Told, change=changes, address=addresses)


async def outcomes(
    home: Path, server: RedisServer, messages: Sequence[Told], batches: Sequence[Sequence[int]]
) -> list[tuple[UserRecord, UserRecord]]:
    """What both stores make of messages, of each user after each message; each batch has a new key.

    Also what a message finds that comes again before it was answered, and what it found at first.
    """
    batch = Batches(connect(server.url))
    await batch.send("FLUSHALL")
    redis = RedisUsers(batch)
    found: list[tuple[UserRecord, UserRecord]] = []
    day = 0
    for keys, numbers in zip(KEYS, batches):
        hasher = Hasher(keys)
        ledger = Ledger.open(home, hasher=hasher, source=event_source("demo"))
        for number in numbers:
            item, day = messages[number], day + 1
            who, said = f"u{number % 2}", f"m{number}"
            context = TurnContext("test", who, "talk", said, DAY + timedelta(days=day), "", "")
            turn = TurnRecord(context, change=item.change, address=item.address)
            await ledger.record(turn)
            user, message_hash = hasher.user("test", who), hasher.turn("talk", said)
            first = record_of([await answer for answer in redis.fetch(user, message_hash)])
            await redis.change(user, message_hash, turn)
            again = record_of([await answer for answer in redis.fetch(user, message_hash)])
            if item.change.erase:
                await redis.erased(user)
            elif item.change != UserChange():
                found.append((first, again))
            for who in ("u0", "u1"):
                user, other = hasher.user("test", who), hasher.turn("talk", "other")
                record = record_of([await answer for answer in redis.fetch(user, other)])
                found.append((await ledger.users.get(user), record))
        ledger.close()
    await batch.close()
    return found


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    st.lists(told, min_size=MESSAGES, max_size=MESSAGES),
    st.lists(st.lists(st.integers(0, MESSAGES - 1), max_size=6), min_size=1, max_size=3),
)
def test_both_stores_make_the_same_record_of_the_same_messages(
    tmp_path_factory: pytest.TempPathFactory,
    lasting_server: RedisServer,
    messages: list[Told],
    batches: list[list[int]],
) -> None:
    home = tmp_path_factory.mktemp("users")
    for in_ledger, on_redis in asyncio.run(outcomes(home, lasting_server, messages, batches)):
        assert on_redis == in_ledger


@given(
    st.lists(st.tuples(st.sampled_from(["a", "b"]), st.sampled_from(["1", "22", "你"])), max_size=8)
)
@settings(max_examples=EXAMPLES // 4, deadline=None)
def test_addresses_are_kept_each_once_and_in_one_order(
    lasting_server: RedisServer, given_addresses: list[tuple[str, str]]
) -> None:
    async def kept() -> UserRecord:
        batch = Batches(connect(lasting_server.url))
        await batch.send("FLUSHALL")
        users, hasher = RedisUsers(batch), Hasher([b"key"])
        user = hasher.user("test", "u")
        for number, (channel, address) in enumerate(given_addresses):
            context = TurnContext("test", "u", "talk", f"m{number}", DAY, "", "")
            turn = TurnRecord(context, address=Address(channel, address))
            await users.change(user, hasher.turn("talk", f"m{number}"), turn)
        record = record_of(
            [await answer for answer in users.fetch(user, hasher.turn("talk", "none"))]
        )
        await batch.close()
        return record

    expected = tuple(Address(*pair) for pair in sorted(set(given_addresses)))
    assert asyncio.run(kept()).addresses == expected


async def test_what_is_taken_back_after_a_new_key_does_not_come_back_from_the_old_one(
    storage: Storage,
) -> None:
    before, after = storage.side(b"old"), storage.side(b"new", b"old")
    await before.answer(message(1), change=UserChange(opted_out=True))
    assert (await after.look(message(2))).user == UserRecord(opted_out=True)
    await after.answer(message(2), change=UserChange(opted_out=False))
    for looking in (after, storage.side(b"newest", b"new", b"old")):
        assert (await looking.look(message(3))).user == UserRecord()
