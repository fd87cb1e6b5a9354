"""An erasure leaves what staff decided and nothing of the borrower."""

from __future__ import annotations

from bot.feedback.appeal import Decision
from bot.feedback.forgetting import forget_unit
from tests.bot.feedback.conftest import ANNA, BERT, WRONG, Room


async def test_nothing_of_a_borrower_is_left_but_what_staff_decided(room: Room) -> None:
    mine, other = await room.signal("u1"), await room.signal("u2")
    for signal, user in ((mine, "u1"), (other, "u2")):
        await room.feedback.disputed([signal], room.user(user), room.now, notify=True)
        await room.feedback.judge(signal, WRONG, ANNA)
    appeal = await room.feedback.appeals.open_for_borrower(mine, "我的话", BERT)
    rows = await room.ledger.writer.commit(
        lambda connection: forget_unit(connection, room.user("u1"))
    )
    assert rows == 3
    left = str(
        [room.reader.rows(f"SELECT * FROM {table}") for table in ("disputes", "notices", "appeals")]
    )
    assert room.user("u1").current not in left
    assert "我的话" not in left
    assert room.feedback.appeals.get(appeal.id).state == "open"
    assert room.feedback.queue.judgements([mine])[mine].current is not None
    assert room.told("u2") == ["utter_verdict_corrected"]


async def test_an_appeal_of_somebody_forgotten_can_still_be_decided(room: Room) -> None:
    signal = await room.signal()
    appeal = await room.feedback.appeals.open_for_borrower(signal, "我的话", BERT, notify=True)
    await room.ledger.writer.commit(lambda connection: forget_unit(connection, room.user()))
    await room.feedback.appeals.take(appeal.id, ANNA)
    await room.feedback.appeals.decide(appeal.id, Decision(True, "对", "false_alarm"), ANNA)
    assert room.told() == []
