"""A message that changed its user's record and died before its reply is answered as it would have been."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from actions.plan import UserChange
from bot.exchanges.exchange import ExchangeLost
from bot.inbound import InboundMessage
from bot.redis.batches import Batches
from bot.redis.connection import connect
from bot.redis.users import RedisUsers
from bot.users import Consent, UserRecord
from tests.bot.exchanges.sides import Side, Storage, message, record_of, speak
from tests.bot.redis_server import RedisServer

INFORMED = UserChange(informed=True)
ERASE = UserChange(erase=True)


@pytest.fixture
async def users(lasting_server: RedisServer) -> AsyncIterator[RedisUsers]:
    """The records alone, as an exchange writes them before the rest."""
    batches = Batches(connect(lasting_server.url))
    yield RedisUsers(batches)
    await batches.close()


async def dies(users: RedisUsers, side: Side, said: InboundMessage, change: UserChange) -> None:
    """The message is taken by a process that dies when the record is written and the reply is not."""
    user, turn = (
        side.hasher.user(said.channel, said.user),
        side.hasher.turn(said.key, said.message_id),
    )
    await users.change(user, turn, record_of(said, change=change))


async def test_it_finds_the_record_as_it_was_and_all_others_as_it_is(
    storage: Storage, users: RedisUsers
) -> None:
    side, other, said = storage.side(), storage.side(), message(1)
    await side.answer(message(0), change=UserChange(opted_out=True))
    await dies(users, side, said, UserChange(informed=True, crisis=True, opted_out=False))
    for looking in (side, other):
        assert (await looking.look(said)).user == UserRecord(opted_out=True)
        assert (await looking.look(message(2))).user == UserRecord(
            informed_at=said.received_at, crisis_at=said.received_at
        )


async def test_what_others_have_changed_since_stays_changed(
    storage: Storage, users: RedisUsers
) -> None:
    side, said, later = storage.side(), message(1), message(2, "second")
    await dies(users, side, said, UserChange(informed=True, minor=True, consent=True))
    await side.answer(later, change=UserChange(informed=True, consent=False))
    assert (await side.look(said)).user == UserRecord(consent=Consent(False, later.received_at))


async def test_once_it_is_answered_nothing_is_left_of_what_was(
    storage: Storage, users: RedisUsers, redis: Redis
) -> None:
    side, said = storage.side(), message(1)
    await dies(users, side, said, INFORMED)
    assert len(await redis.keys("*:before")) == 1
    await side.answer(said, change=INFORMED)
    assert (await side.look(message(2))).user == UserRecord(informed_at=said.received_at)
    assert await redis.keys("*:before") == []


async def test_it_finds_the_same_after_a_new_key(storage: Storage, users: RedisUsers) -> None:
    before, after = storage.side(b"old"), storage.side(b"new", b"old")
    await before.answer(message(0), change=UserChange(minor=True))
    said, later = message(1), message(2)
    await dies(users, before, said, INFORMED)
    assert (await after.look(said)).user == UserRecord(minor=True)
    await dies(users, after, later, UserChange(opted_out=True))
    assert (await after.look(later)).user == UserRecord(informed_at=said.received_at, minor=True)


async def test_an_erasure_takes_what_was_before_with_it(
    storage: Storage, users: RedisUsers, redis: Redis
) -> None:
    before, after = storage.side(b"old"), storage.side(b"new", b"old")
    await dies(users, before, message(1), INFORMED)
    await dies(users, after, message(2), UserChange(minor=True))
    assert len(await redis.keys("*:before")) == 2
    await after.answer(message("erase"), change=ERASE)
    assert await redis.keys("*:before") == []


async def test_an_erasure_that_was_not_answered_finds_its_own_conversation_and_no_other(
    storage: Storage, redis: Redis
) -> None:
    side, erasing = storage.side(), message("erase")
    for talk in ("talk", "second"):
        await side.answer(message(1, talk), change=INFORMED)
    exchange = await side.open(erasing)
    speak(exchange, erasing.text)
    await side.exchanges.record(erasing.key, record_of(erasing, change=ERASE))
    # It writes signals and the record, and then its time is over.
    (lock,) = await redis.keys("*:lock")
    await redis.set(lock, "another/1")
    with pytest.raises(ExchangeLost):
        await side.commit(exchange)
    await side.end(exchange)
    await redis.delete(lock)

    assert (await side.look(message(2, "second"))).texts == []
    assert (await side.look(erasing)).texts == ["text 1"]
    await side.answer(erasing, change=ERASE)
    assert (await side.look(message(2))).texts == []
    assert (await side.look(erasing)).reply == [{"text": "answer to text erase"}]
