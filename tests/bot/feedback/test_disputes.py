"""A borrower objects, and hears the result once if that was wanted."""

from __future__ import annotations

import pytest

from bot.feedback.disputes import dispute_unit
from bot.feedback.notices import delivered_unit
from bot.feedback.verdict import Ruling
from bot.hashing import Hasher
from tests.bot.feedback.conftest import ANNA, BERT, RIGHT, WRONG, Room


async def deliver(room: Room, user: str = "u1") -> int:
    """The next reply tells what waits; returns how much of it was new."""
    ids = [id for notice in room.feedback.pending(room.user(user)) for id in notice.ids]
    return await room.ledger.writer.commit(
        lambda connection: delivered_unit(connection, ids, room.now)
    )


async def test_an_objection_comes_first_in_the_queue_and_changes_no_signal(room: Room) -> None:
    first, second, third = [await room.signal(f"u{n}") for n in range(3)]
    lines = [stored.line for stored in room.ledger.events()]
    assert await room.feedback.disputed([first], room.user("u0"), room.now) == 1
    assert [item.id for item in room.feedback.queue.waiting()] == [first, third, second]
    assert [stored.line for stored in room.ledger.events()] == lines


async def test_nobody_objects_to_the_signals_of_others(room: Room) -> None:
    signal = await room.signal("u1")
    assert await room.feedback.disputed([signal, "0" * 64], room.user("u2"), room.now) == 0
    assert room.feedback.queue.backlog().disputed == 0


async def test_a_borrower_known_by_an_older_key_can_object(room: Room) -> None:
    signal = await room.signal("u1")
    rotated = Hasher([b"a new key", b"a key of the tests alone"]).user("rest", "u1")
    assert await room.feedback.disputed([signal], rotated, room.now, notify=True) == 1
    await room.feedback.judge(signal, WRONG, ANNA)
    assert [notice.response for notice in room.feedback.pending(rotated)] == [
        "utter_verdict_corrected"
    ]


async def test_a_borrower_who_agreed_hears_the_result_once(room: Room) -> None:
    signal = await room.signal()
    await room.feedback.disputed([signal], room.user(), room.now, notify=True)
    assert room.told() == []
    await room.feedback.judge(signal, WRONG, ANNA)
    assert room.told() == ["utter_verdict_corrected"]
    assert await deliver(room) == 1
    assert room.told() == []
    room.wait(days=1)
    await room.feedback.judge(signal, WRONG, BERT)
    assert room.told() == []


async def test_a_notice_is_told_by_one_of_two_replies_alone(room: Room) -> None:
    signal = await room.signal()
    await room.feedback.disputed([signal], room.user(), room.now, notify=True)
    await room.feedback.judge(signal, WRONG, ANNA)
    (notice,) = room.feedback.pending(room.user())
    told = [
        await room.ledger.writer.commit(
            lambda connection: delivered_unit(connection, notice.ids, room.now)
        )
        for _ in range(2)
    ]
    assert told == [1, 0]


async def test_whoever_did_not_agree_hears_nothing(room: Room) -> None:
    silent, refused = await room.signal("u1"), await room.signal("u2")
    await room.feedback.disputed([silent], room.user("u1"), room.now)
    await room.feedback.disputed([refused], room.user("u2"), room.now, notify=False)
    for signal in (silent, refused):
        await room.feedback.judge(signal, WRONG, ANNA)
    assert room.told("u1") == room.told("u2") == []


async def test_no_longer_wanting_to_hear_takes_back_what_waits(room: Room) -> None:
    signal = await room.signal()
    await room.feedback.disputed([signal], room.user(), room.now, notify=True)
    await room.feedback.judge(signal, WRONG, ANNA)
    await room.feedback.disputed([signal], room.user(), room.now, notify=False)
    assert room.told() == []


async def test_objecting_again_keeps_the_wish_to_hear(room: Room) -> None:
    signal = await room.signal()
    await room.feedback.disputed([signal], room.user(), room.now, notify=True)
    await room.feedback.disputed([signal], room.user(), room.now)
    await room.feedback.judge(signal, Ruling("wrong_code", "fake_hotline"), ANNA)
    assert room.told() == ["utter_verdict_changed"]


async def test_a_verdict_between_the_objection_and_the_wish_to_hear_is_told(room: Room) -> None:
    signal = await room.signal()
    await room.feedback.disputed([signal], room.user(), room.now)
    room.wait(minutes=1)
    await room.feedback.judge(signal, RIGHT, ANNA)
    room.wait(minutes=1)
    await room.feedback.disputed([signal], room.user(), room.now, notify=True)
    assert room.told() == ["utter_verdict_kept"]


async def test_a_verdict_of_before_the_objection_is_no_answer_to_it(room: Room) -> None:
    signal = await room.signal()
    await room.feedback.judge(signal, RIGHT, ANNA)
    room.wait(minutes=1)
    await room.feedback.disputed([signal], room.user(), room.now, notify=True)
    assert room.told() == []
    assert [item.id for item in room.feedback.queue.waiting()] == [signal]


async def test_a_newer_result_replaces_one_that_was_not_told_yet(room: Room) -> None:
    signal = await room.signal()
    await room.feedback.disputed([signal], room.user(), room.now, notify=True)
    await room.feedback.judge(signal, RIGHT, ANNA)
    await room.feedback.judge(signal, WRONG, BERT)
    assert room.told() == ["utter_verdict_corrected"]


async def test_a_correction_after_the_result_was_told_is_told_too(room: Room) -> None:
    signal = await room.signal()
    await room.feedback.disputed([signal], room.user(), room.now, notify=True)
    await room.feedback.judge(signal, RIGHT, ANNA)
    await deliver(room)
    await room.feedback.judge(signal, WRONG, BERT)
    assert room.told() == ["utter_verdict_corrected"]


async def test_equal_results_of_one_message_are_told_in_one_reply(room: Room) -> None:
    signals = [await room.signal(), await room.signal()]
    await room.feedback.disputed(signals, room.user(), room.now, notify=True)
    for signal in signals:
        await room.feedback.judge(signal, WRONG, ANNA)
    (notice,) = room.feedback.pending(room.user())
    assert len(notice.ids) == 2


async def test_an_objection_that_fails_with_its_turn_leaves_nothing(room: Room) -> None:
    signal = await room.signal()

    def unit(connection: object) -> None:
        dispute_unit(connection, [signal], room.user(), room.now, True)  # type: ignore[arg-type]
        raise RuntimeError("the turn failed")

    with pytest.raises(RuntimeError, match="the turn failed"):
        await room.ledger.writer.commit(unit)
    assert room.reader.rows("SELECT * FROM disputes") == []
