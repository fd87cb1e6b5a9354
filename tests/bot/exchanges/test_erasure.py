"""What a user had erased does not come back, whoever holds it or writes at the same time; of both stores."""

from __future__ import annotations

import pytest

from actions.plan import UserChange
from bot.exchanges.exchange import ExchangeLost
from bot.users import UserRecord
from tests.bot.exchanges.sides import Side, Storage, message, record_of, speak

INFORMED = UserChange(informed=True)
ERASE = UserChange(erase=True)


async def test_an_erasure_removes_the_users_conversations_replies_and_record(
    side: Side, storage: Storage
) -> None:
    talks = ("talk", "second")
    for number, speaking in enumerate((side, storage.side())):
        for talk in talks:
            await speaking.answer(message(number, talk), "loan_scam", change=INFORMED)
    await side.answer(message(1, "not mine", user="neighbour"), change=INFORMED)

    farewell = message("erase")
    await side.answer(farewell, change=ERASE)

    for looking in (side, storage.side()):
        for talk in talks:
            for number in (0, 1):
                seen = await looking.look(message(number, talk))
                assert (seen.texts, seen.first, seen.reply) == ([], None, None)
                assert seen.user == UserRecord(erased_at=farewell.received_at)
        assert (await looking.look(farewell)).reply == [{"text": "answer to text erase"}]
        kept = await looking.look(message(1, "not mine", user="neighbour"))
        assert (kept.texts, kept.reply) == (["text 1"], [{"text": "answer to text 1"}])
        assert kept.user.informed_at is not None
    assert len(side.memory) <= 1  # the neighbour's at most


async def test_a_conversation_that_was_erased_is_not_continued_from_memory(
    storage: Storage,
) -> None:
    side, other = storage.side(), storage.side()
    for number in range(3):
        await side.answer(message(number))
    assert len(side.memory) == 1
    await other.answer(message("erase"), change=ERASE)
    assert (await side.look(message("next"))).texts == []

    for number in range(3):  # as many turns as the memory knew of the old one
        await side.answer(message(f"{number} of the second"))
    await other.answer(message("erase again"), change=ERASE)
    for number in range(3):
        await other.answer(message(f"{number} of the third"))
    assert len(side.memory) == 1
    seen = await side.look(message("last"))
    assert seen.texts == [f"text {number} of the third" for number in range(3)]
    assert seen.first == "text 0 of the third"


@pytest.mark.parametrize("from_memory", [True, False], ids=["from memory", "from the store"])
@pytest.mark.parametrize("keys", [(b"key",), (b"new", b"key")], ids=["one key", "a new key"])
async def test_an_exchange_that_is_open_during_an_erasure_brings_nothing_back(
    storage: Storage, from_memory: bool, keys: tuple[bytes, ...]
) -> None:
    before, side = storage.side(), storage.side(*keys)
    await (side if from_memory else before).answer(message(1), change=INFORMED)
    late = await side.open(message(2))
    speak(late, "text 2")
    assert bool(late.opened.talk.since) is from_memory
    await storage.side(*keys).answer(message("erase", "second"), change=ERASE)

    with pytest.raises(ExchangeLost, match="erased"):
        await side.commit(late)
    await side.end(late)
    for looking in (side, storage.side(*keys)):
        seen = await looking.look(message(2))
        assert (seen.texts, seen.first, seen.count, seen.reply) == ([], None, None, None)
    await side.answer(message(2))
    assert (await side.look(message(3))).texts == ["text 2"]


async def test_an_erasure_without_a_gate_is_not_undone_by_the_end_of_its_exchange(
    side: Side, storage: Storage
) -> None:
    await side.answer(message(1), change=INFORMED)
    async with side.exchanges.hold("test:talk") as exchange:
        speak(exchange, "text 2")
        await side.exchanges.record("test:talk", record_of(message(2), change=ERASE))
    for looking in (side, storage.side()):
        assert (await looking.look(message(3))).texts == []


async def test_an_erasure_after_a_new_key_reaches_what_stood_under_the_old_one(
    storage: Storage,
) -> None:
    before, after = storage.side(b"old"), storage.side(b"new", b"old")
    for talk in ("talk", "second", "third"):
        await before.answer(message(1, talk), change=INFORMED)
    await after.answer(message(2, "second"))
    await after.answer(message("erase"), change=ERASE)
    for looking in (after, before, storage.side(b"new", b"old")):
        for talk in ("talk", "second", "third"):
            for number in (1, 2):
                seen = await looking.look(message(number, talk))
                assert (seen.texts, seen.first, seen.reply) == ([], None, None), talk
                assert seen.user.informed_at is None
