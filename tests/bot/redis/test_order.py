"""One conversation in several processes: one message at a time, in order, whoever dies meanwhile."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable

import pytest
from redis.asyncio import Redis

from bot.exchanges.exchange import ExchangeLost
from tests.bot.exchanges.sides import DOMAIN, SOON, Side, asks, message, record_of, soon, speak
from tests.bot.redis.conftest import Doomed

LEASE_SECONDS = 6.0
PATIENCE_SECONDS = 2.0
A_LITTLE = 1.2


async def test_messages_of_two_processes_are_let_in_in_the_order_in_which_they_asked(
    sides: tuple[Side, Side], redis: Redis
) -> None:
    holding = await sides[0].open(message("first"))
    let_in: list[int] = []

    async def send(number: int) -> None:
        side = sides[number % 3 % 2]
        exchange = await side.open(message(number))
        let_in.append(number)
        speak(exchange, f"text {number}")
        await side.commit(exchange)

    sending = []
    for number in range(30):
        sending.append(asyncio.ensure_future(send(number)))
        deadline = time.monotonic() + 5
        while sum([await redis.llen(key) for key in await redis.keys("*:queue")]) != number + 1:
            assert time.monotonic() < deadline, "it does not ask"
            await asyncio.sleep(0.001)
    began = time.monotonic()
    await sides[0].commit(holding)
    await asyncio.gather(*sending)
    assert let_in == list(range(30))
    assert time.monotonic() - began < 30 * SOON / 3


async def test_of_forty_messages_at_once_over_two_processes_none_is_lost_or_doubled(
    sides: tuple[Side, Side],
) -> None:
    began = time.monotonic()
    await asyncio.gather(*(sides[n % 2].answer(message(n), "loan_scam") for n in range(40)))
    took = time.monotonic() - began
    events = Counter(event for side in sides for event in side.events())
    assert events == Counter({(f"m{n}", "loan_scam"): 1 for n in range(40)})
    for side in sides:
        seen = await side.look(message("next"))
        assert seen.count == 40
        assert len(set(seen.texts)) == len(seen.texts) >= 10
        for number in range(40):
            reply = (await side.look(message(number))).reply
            assert reply == [{"text": f"answer to text {number}"}]
    assert took < 40 * SOON / 3


async def test_the_same_message_at_two_processes_at_once_is_answered_once(
    sides: tuple[Side, Side],
) -> None:
    answered = 0

    async def send(side: Side) -> str:
        nonlocal answered
        exchange = await side.open(message(1))
        if exchange.reply is not None:
            await side.end(exchange)
            return str(exchange.reply.messages[0]["text"])
        answered += 1
        speak(exchange, "text 1")
        await side.commit(exchange, f"answer {answered}")
        return f"answer {answered}"

    assert set(await asyncio.gather(*(send(sides[n % 2]) for n in range(10)))) == {"answer 1"}


async def test_a_process_that_dies_frees_its_conversation_and_its_place_by_itself(
    sides: tuple[Side, Side], doomed: Callable[[], Doomed], redis: Redis
) -> None:
    side, other = sides
    holder = doomed()
    assert [await asyncio.to_thread(holder.told) for _ in range(2)] == ["asks", "holds"]
    waiter = doomed()
    assert await asyncio.to_thread(waiter.told) == "asks"
    waiting = await asks(side.open(message(1)))
    behind = await asks(other.open(message(2)))
    began = time.monotonic()
    holder.kill()
    waiter.kill()
    exchange = await asyncio.wait_for(waiting, LEASE_SECONDS + PATIENCE_SECONDS + A_LITTLE)
    took = time.monotonic() - began
    assert PATIENCE_SECONDS < took < LEASE_SECONDS + A_LITTLE
    assert not behind.done()
    speak(exchange, "text 1")
    await side.commit(exchange)
    await other.end(await soon(behind))
    assert [key for key in await redis.keys() if key.endswith((":lock", ":queue", ":seen"))] == []


async def test_a_dead_waiter_is_passed_over_when_it_asks_no_more(
    sides: tuple[Side, Side], doomed: Callable[[], Doomed]
) -> None:
    side, _ = sides
    holding = await side.open(message(1))
    waiter = doomed()
    assert await asyncio.to_thread(waiter.told) == "asks"
    waiter.kill()
    waiting = await asks(side.open(message(2)))
    await side.commit(holding)
    await side.end(await asyncio.wait_for(waiting, PATIENCE_SECONDS + A_LITTLE))


async def test_a_holder_that_comes_back_too_late_has_written_nothing_to_the_conversation(
    sides: tuple[Side, Side], redis: Redis
) -> None:
    late, side = sides
    await side.answer(message(1))
    exchange = await late.open(message(2))
    speak(exchange, "text 2")
    await late.exchanges.record("test:talk", record_of(message(2), "loan_scam"))
    await redis.delete(*await redis.keys("*:lock"))  # as its lease does when it runs out

    await side.answer(message(3))
    with pytest.raises(ExchangeLost):
        await late.commit(exchange, "too late")
    await late.end(exchange)
    for looking in sides:
        seen = await looking.look(message(2))
        assert (seen.texts, seen.count, seen.reply) == (["text 1", "text 3"], 2, None)
    assert len(late.memory) == 0

    # Its message comes again and is answered then, with the event that it had come to.
    await late.answer(message(2), "loan_scam")
    assert late.events() == [("m2", "loan_scam")]
    assert (await side.look(message(4))).texts == ["text 1", "text 3", "text 2"]


async def test_a_holder_that_comes_back_too_late_does_not_let_others_in(
    sides: tuple[Side, Side], redis: Redis
) -> None:
    late, side = sides
    exchange = await late.open(message(1))
    await redis.delete(*await redis.keys("*:lock"))
    holding = await side.open(message(2))
    waiting = await asks(side.open(message(3)))
    await late.end(exchange)
    await asyncio.sleep(0.1)
    assert not waiting.done()
    speak(holding, "text 2")
    await side.commit(holding)
    await side.end(await soon(waiting))


async def test_scripts_that_the_server_has_forgotten_are_told_to_it_again(
    sides: tuple[Side, Side], redis: Redis
) -> None:
    side, other = sides
    await side.answer(message(1))
    await redis.script_flush()
    await other.answer(message(2))
    exchange = await side.open(message(3))
    waiting = await asks(other.open(message(4)))
    await redis.script_flush()
    speak(exchange, "text 3")
    await side.commit(exchange)
    await redis.script_flush()
    await other.end(await soon(waiting))
    assert (await side.look(message(5))).texts == ["text 1", "text 2", "text 3"]


async def test_the_scripts_may_be_forgotten_at_any_time(
    sides: tuple[Side, Side], redis: Redis
) -> None:
    async def forget() -> None:
        while True:
            await redis.script_flush()
            await asyncio.sleep(0.02)

    forgetting = asyncio.ensure_future(forget())
    await asyncio.gather(*(sides[n % 2].answer(message(n)) for n in range(20)))
    forgetting.cancel()
    exchange = await sides[0].open(message("next"))
    tracker = exchange.tracker(DOMAIN)
    assert tracker is not None
    assert tracker.get_slot("count") == 20
    await sides[0].end(exchange)
