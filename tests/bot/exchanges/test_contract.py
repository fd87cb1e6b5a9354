"""What both stores promise: a message and its answer are one unit, and one at a time in a conversation."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from contextlib import closing

import pytest

from actions.plan import UserChange
from actions.signal_ids import event_id
from bot.exchanges.exchange import KEPT_TURNS
from bot.ledger.errors import LedgerError
from bot.users import UserRecord
from tests.bot.exchanges.sides import (
    DOMAIN,
    SOON,
    Side,
    Storage,
    asks,
    message,
    record_of,
    soon,
    speak,
)

INFORMED = UserChange(informed=True)


async def test_messages_of_a_conversation_are_let_in_in_the_order_in_which_they_asked(
    side: Side,
) -> None:
    let_in: list[int] = []
    inside = 0

    async def send(number: int) -> None:
        nonlocal inside
        exchange = await side.open(message(number))
        inside += 1
        assert inside == 1
        let_in.append(number)
        speak(exchange, f"text {number}")
        await asyncio.sleep(0.002)
        inside -= 1
        await side.commit(exchange)

    first = await side.open(message("first"))
    sending = [asyncio.ensure_future(send(number)) for number in range(30)]
    await asyncio.sleep(0.1)
    assert let_in == []
    await side.commit(first)
    await asyncio.wait_for(asyncio.gather(*sending), 10)
    assert let_in == list(range(30))


@pytest.mark.parametrize("ends", ["commit", "end"])
async def test_the_next_message_is_let_in_at_once(side: Side, ends: str) -> None:
    for number in range(5):  # the first time a process waits is like every other
        holding = await side.open(message(f"{number}a"))
        waiting = await asks(side.open(message(f"{number}b")))
        await getattr(side, ends)(holding)
        await side.end(await soon(waiting))


async def test_a_message_that_comes_just_before_the_end_of_the_one_before_it_is_let_in_at_once(
    side: Side,
) -> None:
    began = time.monotonic()
    for number in range(40):
        holding = await side.open(message(f"{number}a"))
        waiting = asyncio.ensure_future(side.open(message(f"{number}b")))
        await asyncio.sleep(0)
        await side.commit(holding)
        await side.end(await waiting)
    assert time.monotonic() - began < 40 * SOON / 3


async def test_different_conversations_do_not_wait_for_each_other(side: Side) -> None:
    holding = await side.open(message(1, "one"))
    other = await asyncio.wait_for(side.open(message(1, "another")), SOON)
    await side.end(other)
    await side.end(holding)


async def test_an_abandoned_exchange_leaves_nothing_and_frees_the_conversation(
    side: Side, storage: Storage
) -> None:
    await side.answer(message(1))
    exchange = await side.open(message(2))
    speak(exchange, "text 2")
    await side.exchanges.record("test:talk", record_of(message(2), "loan_scam", change=INFORMED))
    waiting = await asks(side.open(message(2)))
    await side.end(exchange)
    await side.end(await soon(waiting))
    for other in (side, storage.side()):
        seen = await other.look(message(2))
        assert (seen.texts, seen.count) == (["text 1"], 1)
        assert seen.reply is None
        assert seen.user == UserRecord()
        assert other.events() == []
    assert not any(record.signals for record in side.recorded)


async def test_what_an_exchange_leaves_is_there_for_the_next_one(
    side: Side, storage: Storage
) -> None:
    said = message(1)
    await side.answer(said, "loan_scam", "credit_repair", change=INFORMED)
    for other in (side, storage.side()):
        seen = await other.look(message(2))
        assert (seen.texts, seen.first, seen.count) == (["text 1"], "text 1", 1)
        assert seen.user == UserRecord(informed_at=said.received_at)
        assert seen.reply is None
    assert side.events() == [("m1", "loan_scam"), ("m1", "credit_repair")]
    assert [len(record.signals) for record in side.recorded] == [2]


async def test_a_message_without_a_turn_leaves_its_reply_alone(
    side: Side, storage: Storage
) -> None:
    await side.answer(message(1))
    await side.commit(await side.open(message(2)), "we are closed")
    for other in (side, storage.side()):
        seen = await other.look(message(2))
        assert (seen.texts, seen.reply) == (["text 1"], [{"text": "we are closed"}])


async def test_a_repeated_message_finds_the_reply_to_it(side: Side, storage: Storage) -> None:
    await side.answer(message(1), "loan_scam")
    await side.answer(message(2))
    for other in (side, storage.side()):
        assert (await other.look(message(1))).reply == [{"text": "answer to text 1"}]
        assert (await other.look(message(1, "another"))).reply is None
    await side.answer(message(3))  # nothing is lost by it
    assert (await side.look(message(4))).texts == ["text 1", "text 2", "text 3"]


async def test_of_a_message_that_comes_twice_at_once_the_second_finds_the_reply_to_the_first(
    side: Side,
) -> None:
    first = await side.open(message(1))
    second = await asks(side.open(message(1)))
    speak(first, "text 1")
    await side.commit(first, "the answer")
    exchange = await soon(second)
    assert exchange.reply is not None
    assert list(exchange.reply.messages) == [{"text": "the answer"}]
    await side.end(exchange)


async def test_a_message_that_could_not_be_written_changes_nothing_and_comes_to_the_same_when_repeated(
    side: Side, storage: Storage
) -> None:
    await side.answer(message(1), "loan_scam")
    with closing(sqlite3.connect(side.database)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LedgerError):
            await side.answer(message(2), "loan_scam", "credit_repair", change=INFORMED)
    for looking in (side, storage.side()):
        seen = await looking.look(message(2))
        assert (seen.texts, seen.count, seen.reply) == (["text 1"], 1, None)
        assert seen.user == UserRecord()
    assert [len(record.signals) for record in side.recorded] == [1]
    await side.answer(message(2), "loan_scam", "credit_repair", change=INFORMED)
    assert side.events() == [("m1", "loan_scam"), ("m2", "loan_scam"), ("m2", "credit_repair")]
    ids = [stored.event["id"] for stored in side.ledger.events()][1:]
    assert ids == [event_id("test:talk", "m2", code) for code in ("loan_scam", "credit_repair")]
    assert (await side.look(message(3))).texts == ["text 1", "text 2"]


async def test_after_a_new_key_what_stood_under_the_old_one_is_found(storage: Storage) -> None:
    before, after = storage.side(b"old"), storage.side(b"new", b"old")
    said = message(1)
    await before.answer(said, "loan_scam", change=INFORMED)
    for _ in range(2):
        seen = await after.look(message(1))
        assert (seen.texts, seen.first, seen.count) == (["text 1"], "text 1", 1)
        assert seen.reply == [{"text": "answer to text 1"}]
        assert seen.user == UserRecord(informed_at=said.received_at)
    await after.answer(message(2), change=UserChange(minor=True))
    for looking in (after, storage.side(b"newest", b"new", b"old")):
        seen = await looking.look(message(1))
        assert (seen.first, seen.count) == ("text 1", 2)
        assert seen.texts[-1:] == ["text 2"]
        assert seen.reply == [{"text": "answer to text 1"}]
        assert seen.user == UserRecord(informed_at=said.received_at, minor=True)


async def test_a_message_that_waits_no_longer_frees_its_place(side: Side) -> None:
    holding = await side.open(message(1))
    gone = await asks(side.open(message(2)))
    waiting = await asks(side.open(message(3)))
    gone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gone
    await side.commit(holding)
    await side.end(await soon(waiting))


async def test_a_message_that_waits_no_longer_when_its_turn_comes_passes_it_on(side: Side) -> None:
    holding = await side.open(message(1))
    gone = await asks(side.open(message(2)))
    waiting = await asks(side.open(message(3)))
    committing = asyncio.ensure_future(side.commit(holding))
    gone.cancel()
    await committing
    await side.end(await soon(waiting))


async def test_a_conversation_keeps_its_last_turns_and_all_of_its_slots(
    side: Side, storage: Storage
) -> None:
    for number in range(KEPT_TURNS + 4):
        await side.answer(message(number))
    seen = await storage.side().look(message("next"))
    assert seen.texts == [f"text {number}" for number in range(4, KEPT_TURNS + 4)]
    assert (seen.first, seen.count) == ("text 0", KEPT_TURNS + 4)


async def test_a_conversation_in_memory_costs_the_same_however_long_it_is(side: Side) -> None:
    for number in range(60):
        await side.answer(message(number))
    exchange = await side.open(message("next"))
    tracker = exchange.tracker(DOMAIN)
    assert tracker is not None
    assert len(tracker.events) <= 130
    assert (tracker.get_slot("first"), tracker.get_slot("count")) == ("text 0", 60)
    await side.end(exchange)
