"""What waits for a person, and in which order."""

from __future__ import annotations

from tests.bot.feedback.conftest import ANNA, RIGHT, Room


async def test_the_newest_come_first_and_judged_signals_leave(room: Room) -> None:
    first, second, third = [await room.signal() for _ in range(3)]
    await room.feedback.judge(second, RIGHT, ANNA)
    assert [item.id for item in room.feedback.queue.waiting()] == [third, first]
    assert [item.id for item in room.feedback.queue.judged()] == [second]


async def test_pages_go_on_behind_the_last_signal_without_the_disputed_ones(room: Room) -> None:
    signals = [await room.signal(f"u{n}") for n in range(5)]
    await room.feedback.disputed([signals[0]], room.user("u0"), room.now)
    page = room.feedback.queue.waiting(3)
    assert [item.id for item in page] == [signals[0], signals[4], signals[3]]
    rest = room.feedback.queue.waiting(3, before=page[-1].seq)
    assert [item.id for item in rest] == [signals[2], signals[1]]


async def test_one_code_alone_can_be_asked_for(room: Room) -> None:
    await room.signal()
    mule = await room.signal(code="mule_account")
    assert [item.id for item in room.feedback.queue.waiting(code="mule_account")] == [mule]


async def test_a_disputed_signal_that_was_judged_leaves_the_queue(room: Room) -> None:
    signal = await room.signal()
    await room.feedback.disputed([signal], room.user(), room.now)
    room.wait(minutes=1)
    await room.feedback.judge(signal, RIGHT, ANNA)
    assert room.feedback.queue.waiting() == []
    backlog = room.feedback.queue.backlog()
    assert (backlog.unseen, backlog.disputed) == (0, 0)


async def test_the_backlog_counts_what_waits(room: Room) -> None:
    signals = [await room.signal() for _ in range(4)]
    await room.feedback.disputed(signals[:1], room.user(), room.now)
    await room.feedback.judge(signals[1], RIGHT, ANNA)
    backlog = room.feedback.queue.backlog()
    assert (backlog.unseen, backlog.disputed) == (2, 1)


async def test_verdicts_in_the_outbox_are_no_signals_to_review(room: Room) -> None:
    signal = await room.signal()
    await room.feedback.judge(signal, RIGHT, ANNA)
    assert room.feedback.queue.waiting() == []
    assert room.feedback.queue.backlog().unseen == 0
