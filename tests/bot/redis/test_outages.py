"""Redis goes, hangs and comes back: messages are refused meanwhile, and nobody starts anything again."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from actions.plan import UserChange
from bot.exchanges.exchange import StoreUnavailable
from bot.redis.batches import Batches
from bot.redis.connection import connect
from bot.redis.users import RedisUsers
from tests.bot.exchanges.sides import Side, asks, message, record_of, speak
from tests.bot.redis_server import RedisServer

ANSWER_SECONDS = 2.0
A_LITTLE = 0.7
INFORMED = UserChange(informed=True)


async def until_healthy(side: Side, healthy: bool) -> None:
    deadline = time.monotonic() + 10
    while side.store.healthy is not healthy:
        assert time.monotonic() < deadline, "its health does not change"
        await asyncio.sleep(0.02)


async def test_a_server_that_dies_and_comes_back_is_used_again_by_itself(
    own_server: RedisServer, shaken: Side
) -> None:
    await shaken.store.start()
    await shaken.answer(message(1), "loan_scam", change=INFORMED)
    assert (shaken.store.healthy, shaken.health) == (True, [True])

    await asyncio.sleep(1.1)  # the server writes its log to the disk once a second
    own_server.kill()
    with pytest.raises(StoreUnavailable) as failure:
        await shaken.open(message(2))
    assert "\n" not in str(failure.value)
    await until_healthy(shaken, False)
    with pytest.raises(StoreUnavailable):
        await shaken.open(message(2))
    assert len(shaken.recorded) == 1

    own_server.start()
    await until_healthy(shaken, True)
    assert shaken.health == [True, False, True]
    await shaken.answer(message(2))
    seen = await shaken.look(message(1))
    assert (seen.texts, seen.count) == (["text 1", "text 2"], 2)
    assert seen.reply == [{"text": "answer to text 1"}]
    assert seen.user.informed_at is not None

    # Those who wait are woken at once again, too.
    await asyncio.sleep(0.6)
    holding = await shaken.open(message(3))
    waiting = await asks(shaken.open(message(4)))
    began = time.monotonic()
    await shaken.end(holding)
    await shaken.end(await waiting)
    assert time.monotonic() - began < 0.3


async def set_up(server: RedisServer, *command: str) -> None:
    client = connect(server.url)
    await client.execute_command(*command)
    await client.close(close_connection_pool=True)


@pytest.mark.parametrize(
    ("breaks", "mends"),
    [
        (("REPLICAOF", "127.0.0.1", "1"), ("REPLICAOF", "NO", "ONE")),
        (("CONFIG", "SET", "maxmemory", "1"), ("CONFIG", "SET", "maxmemory", "0")),
    ],
    ids=["read-only", "full"],
)
async def test_a_server_that_answers_but_takes_no_writes_is_not_healthy(
    own_server: RedisServer, shaken: Side, breaks: tuple[str, ...], mends: tuple[str, ...]
) -> None:
    await shaken.answer(message(1))
    assert shaken.store.healthy
    await set_up(own_server, *breaks)
    await until_healthy(shaken, False)
    with pytest.raises(StoreUnavailable) as failure:
        await shaken.open(message(2))
    assert "\n" not in str(failure.value)
    await set_up(own_server, *mends)
    await until_healthy(shaken, True)
    assert shaken.health == [True, False, True]
    await shaken.answer(message(2))
    assert (await shaken.look(message(3))).texts == ["text 1", "text 2"]


async def test_a_service_may_start_before_its_server(own_server: RedisServer, shaken: Side) -> None:
    own_server.stop()
    await shaken.store.start()
    assert (shaken.store.healthy, shaken.health) == (False, [False])
    with pytest.raises(StoreUnavailable):
        await shaken.open(message(1))
    own_server.start()
    await until_healthy(shaken, True)
    await shaken.answer(message(1))


async def test_calls_to_a_server_that_hangs_fail_in_about_two_seconds(
    own_server: RedisServer, shaken: Side
) -> None:
    await shaken.store.start()
    await shaken.answer(message(1))
    exchange = await shaken.open(message(2))
    speak(exchange, "text 2")
    await shaken.exchanges.record("test:talk", record_of(message(2), "loan_scam"))

    own_server.freeze()

    async def refused(delay: float, number: int) -> float:
        await asyncio.sleep(delay)
        began = time.monotonic()
        with pytest.raises(StoreUnavailable):
            await shaken.open(message(1, f"talk {number}"))
        return time.monotonic() - began

    async def not_written() -> None:
        with pytest.raises(StoreUnavailable):
            await shaken.commit(exchange)

    # Whether they find the server still good or join those who wait for it already.
    took, _ = await asyncio.gather(
        asyncio.gather(*(refused(0.25 * number, number) for number in range(6))), not_written()
    )
    assert max(took) < ANSWER_SECONDS + A_LITTLE
    await until_healthy(shaken, False)
    own_server.thaw()
    await shaken.end(exchange)
    await until_healthy(shaken, True)

    # What was begun comes to the same end: its signal is there already, and stays one.
    assert shaken.events() == [("m2", "loan_scam")]
    seen = await shaken.look(message(2))
    if seen.reply is None:  # unless the server wrote when it woke what nobody waited for any more
        assert seen.texts == ["text 1"]
        await shaken.answer(message(2), "loan_scam")
    assert shaken.events() == [("m2", "loan_scam")]
    assert (await shaken.look(message(3))).texts == ["text 1", "text 2"]


async def test_a_commit_that_fails_changes_nothing_and_comes_to_the_same_when_repeated(
    own_server: RedisServer, shaken: Side
) -> None:
    await shaken.answer(message(1))
    exchange = await shaken.open(message(2))
    speak(exchange, "text 2")
    await shaken.exchanges.record("test:talk", record_of(message(2), "loan_scam", change=INFORMED))
    await asyncio.sleep(1.1)
    own_server.kill()
    with pytest.raises(StoreUnavailable):
        await shaken.commit(exchange)
    await shaken.end(exchange)
    assert shaken.events() == [("m2", "loan_scam")]
    assert not any(record.signals for record in shaken.recorded)

    own_server.start()
    # The message that broke off holds the conversation until its lease runs out, which it does here.
    client = connect(own_server.url)
    await client.delete(*await client.keys("*:lock"))
    await client.close(close_connection_pool=True)
    seen = await shaken.look(message(2))
    assert (seen.texts, seen.reply, seen.user.informed_at) == (["text 1"], None, None)
    await shaken.answer(message(2), "loan_scam", change=INFORMED)
    assert shaken.events() == [("m2", "loan_scam")]
    assert (await shaken.look(message(3))).texts == ["text 1", "text 2"]


@pytest.fixture
async def users(own_server: RedisServer) -> AsyncIterator[RedisUsers]:
    """The records alone, as the process of an exchange uses them before it writes the rest."""
    batches = Batches(connect(own_server.url))
    yield RedisUsers(batches)
    await batches.close()


async def test_an_erasure_that_was_interrupted_is_completed_when_its_message_comes_again(
    shaken: Side, users: RedisUsers
) -> None:
    for talk in ("talk", "second"):
        await shaken.answer(message(1, talk), change=INFORMED)
    erasing = record_of(message("erase"), change=UserChange(erase=True))
    user = shaken.hasher.user("test", "borrower")
    turn = shaken.hasher.turn("test:talk", "merase")
    assert len(await users.change(user, turn, erasing)) == 2
    # Here the process died, before it erased the conversations.
    await shaken.answer(message("erase"), change=UserChange(erase=True))
    assert (await shaken.look(message(1, "second"))).texts == []
    # Told once more, long after, it touches nothing of what was begun since.
    await shaken.answer(message(2, "second"))
    assert list(await users.change(user, turn, erasing)) == []
