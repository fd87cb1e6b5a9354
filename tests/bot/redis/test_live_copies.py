"""A conversation that goes on in several processes: each reads what it has missed, and no more."""

from __future__ import annotations

from actions.plan import UserChange
from bot.exchanges.exchange import KEPT_TURNS
from tests.bot.exchanges.sides import DOMAIN, Side, message, speak, texts_of


async def found(side: Side, number: int) -> tuple[int, list[str]]:
    """How many turns a message has to read, and what the conversation says then; it is answered."""
    exchange = await side.open(message(number))
    turns = exchange.opened.talk.turns
    texts = texts_of(exchange.tracker(DOMAIN))
    speak(exchange, f"text {number}")
    await side.commit(exchange)
    return len(turns), texts


async def test_a_process_reads_only_the_turns_that_others_have_answered(
    sides: tuple[Side, Side],
) -> None:
    side, other = sides
    spoken: list[str] = []
    who_reads_what = [
        (side, 0),
        (side, 0),
        (other, 2),
        (other, 0),
        (side, 2),
        (other, 1),
        (other, 0),
        (other, 0),
        (side, 3),
    ]
    for number, (speaking, missing) in enumerate(who_reads_what):
        assert await found(speaking, number) == (missing, spoken)
        spoken.append(f"text {number}")
    for looking in sides:
        assert (await looking.look(message("next"))).count == len(spoken)


async def test_a_process_that_missed_more_than_is_kept_reads_the_conversation_anew(
    sides: tuple[Side, Side],
) -> None:
    side, other = sides
    await side.answer(message("first"))
    for number in range(KEPT_TURNS + 1):
        await other.answer(message(number))
    exchange = await side.open(message("next"))
    assert exchange.opened.talk.since == 0
    tracker = exchange.tracker(DOMAIN)
    assert texts_of(tracker) == [f"text {number}" for number in range(1, KEPT_TURNS + 1)]
    assert tracker is not None
    assert (tracker.get_slot("first"), tracker.get_slot("count")) == ("text first", 12)
    await side.end(exchange)


async def test_what_others_have_answered_counts_as_memory_too(sides: tuple[Side, Side]) -> None:
    side, other = sides
    for number in range(8):
        await side.answer(message(number))
    whole = side.memory.bytes
    await other.answer(message("first", "another"))
    for number in range(7):
        await side.answer(message(number, "another"))
    assert await side.look(message("next")) is not None  # out of the memory, and not back
    assert 0.9 < side.memory.bytes / whole < 1.1


async def test_an_erasure_in_one_process_ends_what_the_other_has_in_memory(
    sides: tuple[Side, Side],
) -> None:
    side, other = sides
    for number in range(3):
        await side.answer(message(number))
        await side.answer(message(number, "second"))
    await other.answer(message("erase", "third"), change=UserChange(erase=True))
    assert len(side.memory) == 2
    for talk in ("talk", "second"):
        assert (await side.look(message("next", talk))).texts == []
