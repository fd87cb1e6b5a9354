"""Appeals: a deadline, another person than who judged, and a result that reaches everybody."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

import pytest

from bot.feedback.appeal import Appeal, Decision
from bot.feedback.deciding import APPEAL_TYPE
from bot.feedback.errors import FeedbackError, UnknownRecord
from bot.feedback.judging import VERDICT_TYPE
from tests.bot.feedback.conftest import ANNA, BERT, CARL, RIGHT, WRONG, Room

WRONG_WARNING = Decision(True, "核对过，是我们的来电", "false_alarm")
STANDS = Decision(False, "对方要先交钱")
AGENCY = "agency:青禾数据"

Open = Callable[..., Coroutine[Any, Any, Appeal]]


@pytest.fixture
def borrowers(room: Room) -> Open:
    """Opens the appeal of a borrower whose signal anna confirmed."""

    async def begin(*, notify: bool = False) -> Appeal:
        signal = await room.signal()
        await room.feedback.judge(signal, RIGHT, ANNA)
        return await room.feedback.appeals.open_for_borrower(
            signal, "那是你们自己打来的", CARL, notify=notify
        )

    return begin


@pytest.fixture
def accused(room: Room) -> Open:
    """Opens the appeal of a company that two signals name."""

    async def begin() -> Appeal:
        for _ in range(2):
            await room.names(await room.signal(agency="青禾数据"), AGENCY)
        return await room.feedback.appeals.open_for_accused(
            AGENCY, "我们是正规公司", CARL, reply_to="法务部"
        )

    return begin


async def test_an_appeal_has_a_deadline_and_waits_with_the_nearest_first(
    room: Room, borrowers: Open
) -> None:
    first = await borrowers()
    room.wait(days=1)
    second = await borrowers()
    assert first.state == "open"
    assert first.due_at - room.now > timedelta(days=10)
    assert [item.id for item in room.feedback.appeals.list()] == [first.id, second.id]


async def test_an_upheld_appeal_corrects_the_signal_and_tells_the_borrower(
    room: Room, borrowers: Open
) -> None:
    opened = await borrowers(notify=True)
    await room.feedback.appeals.take(opened.id, BERT)
    decided = await room.feedback.appeals.decide(opened.id, WRONG_WARNING, BERT)
    assert (decided.state, decided.reviewer) == ("upheld", "bert")
    assert room.told() == ["utter_verdict_corrected"]
    last = room.published(VERDICT_TYPE)[-1]["data"]
    assert (last["verdict"], last["by_appeal"]) == ("false_alarm", True)
    (event,) = room.published(APPEAL_TYPE)
    assert event["data"]["signals"] == list(opened.signals)
    assert event["data"]["contact"] is None


async def test_a_rejected_appeal_changes_no_verdict_and_tells_the_borrower(
    room: Room, borrowers: Open
) -> None:
    opened = await borrowers(notify=True)
    await room.feedback.appeals.take(opened.id, BERT)
    await room.feedback.appeals.decide(opened.id, STANDS, BERT)
    assert room.told() == ["utter_verdict_kept"]
    assert len(room.published(VERDICT_TYPE)) == 1


async def test_a_borrower_who_did_not_ask_to_hear_is_told_nothing(
    room: Room, borrowers: Open
) -> None:
    opened = await borrowers()
    await room.feedback.appeals.take(opened.id, BERT)
    await room.feedback.appeals.decide(opened.id, WRONG_WARNING, BERT)
    assert room.told() == []


async def test_whoever_gave_a_verdict_neither_takes_nor_decides(
    room: Room, borrowers: Open
) -> None:
    opened = await borrowers()
    with pytest.raises(FeedbackError, match="another person decides"):
        await room.feedback.appeals.take(opened.id, ANNA)
    await room.feedback.appeals.take(opened.id, BERT)
    await room.feedback.judge(opened.signals[0], WRONG, BERT)
    with pytest.raises(FeedbackError, match="another person decides"):
        await room.feedback.appeals.decide(opened.id, WRONG_WARNING, BERT)


async def test_whoever_confirmed_the_case_does_not_decide_about_its_contact(
    room: Room, accused: Open
) -> None:
    opened = await accused()

    def confirmed(connection: Any) -> None:
        connection.execute(
            "INSERT INTO cases (id, title, opened_at, updated_at) VALUES ('c1', '', '', '')"
        )
        connection.execute(
            "INSERT INTO case_contacts (key, case_id, home, kind, value, added_at, added_by) "
            "VALUES (?, 'c1', 'c1', 'agency', '', '', '')",
            (AGENCY,),
        )
        connection.execute(
            "INSERT INTO case_log (case_id, at, actor, action, detail) "
            "VALUES ('c1', '', 'anna', 'move', '{}')"
        )

    await room.ledger.writer.commit(confirmed)
    with pytest.raises(FeedbackError, match="another person decides"):
        await room.feedback.appeals.take(opened.id, ANNA)
    await room.feedback.appeals.take(opened.id, BERT)


async def test_only_the_reviewer_decides_and_another_may_take_over(
    room: Room, borrowers: Open
) -> None:
    opened = await borrowers()
    with pytest.raises(FeedbackError, match="take it first"):
        await room.feedback.appeals.decide(opened.id, STANDS, BERT)
    await room.feedback.appeals.take(opened.id, BERT)
    await room.feedback.appeals.take(opened.id, CARL)
    with pytest.raises(FeedbackError, match="take it first"):
        await room.feedback.appeals.decide(opened.id, STANDS, BERT)
    await room.feedback.appeals.decide(opened.id, STANDS, CARL)
    with pytest.raises(FeedbackError, match="rejected already"):
        await room.feedback.appeals.take(opened.id, BERT)


async def test_after_an_appeal_only_another_appeal_changes_the_verdict(
    room: Room, borrowers: Open
) -> None:
    opened = await borrowers()
    await room.feedback.appeals.take(opened.id, BERT)
    await room.feedback.appeals.decide(opened.id, WRONG_WARNING, BERT)
    with pytest.raises(FeedbackError, match="only a further appeal"):
        await room.feedback.judge(opened.signals[0], RIGHT, ANNA)
    again = await room.feedback.appeals.open_for_borrower(opened.signals[0], "其实是骗子", ANNA)
    await room.feedback.appeals.take(again.id, CARL)
    other = Decision(True, "是冒充客服", "wrong_code", "fake_hotline")
    await room.feedback.appeals.decide(again.id, other, CARL)
    judgement = room.feedback.queue.judgements(opened.signals)[opened.signals[0]]
    assert judgement.current is not None
    assert judgement.current.code == "fake_hotline"


async def test_the_accused_is_cleared_while_the_signals_still_speak_of_a_threat(
    room: Room, accused: Open
) -> None:
    opened = await accused()
    assert len(opened.signals) == 2
    assert not room.feedback.appeals.is_cleared(AGENCY)
    await room.feedback.appeals.take(opened.id, BERT)
    await room.feedback.appeals.decide(opened.id, Decision(True, "名字被人借用"), BERT)
    assert room.feedback.appeals.is_cleared(AGENCY)
    assert room.published(VERDICT_TYPE) == []
    (event,) = room.published(APPEAL_TYPE)
    assert (event["data"]["contact"], event["data"]["state"]) == (AGENCY, "upheld")
    assert "法务部" not in str(event)


async def test_the_accused_is_cleared_with_every_signal(room: Room, accused: Open) -> None:
    opened = await accused()
    await room.feedback.appeals.take(opened.id, BERT)
    await room.feedback.appeals.decide(opened.id, WRONG_WARNING, BERT)
    told = {event["data"]["signal"]["id"] for event in room.published(VERDICT_TYPE)}
    assert told == set(opened.signals)


async def test_the_same_thing_is_appealed_once_at_a_time(room: Room, borrowers: Open) -> None:
    opened = await borrowers()
    with pytest.raises(FeedbackError, match=f"appeal {opened.id} about this waits"):
        await room.feedback.appeals.open_for_borrower(opened.signals[0], "还是不对", CARL)


async def test_an_appeal_needs_something_to_be_about(room: Room) -> None:
    with pytest.raises(UnknownRecord, match="no signal names"):
        await room.feedback.appeals.open_for_accused(AGENCY, "不是我们", CARL)
    with pytest.raises(UnknownRecord, match="no signal has the id"):
        await room.feedback.appeals.open_for_borrower("0" * 64, "不是", CARL)
    with pytest.raises(UnknownRecord, match="no appeal has the id"):
        await room.feedback.appeals.take("AP-NONE", BERT)
    signal = await room.signal()
    with pytest.raises(FeedbackError, match="needs a reason"):
        await room.feedback.appeals.open_for_borrower(signal, "  ", CARL)


@pytest.mark.parametrize(
    ("decision", "mend"),
    [
        (Decision(True, "", "false_alarm"), "needs a reason"),
        (Decision(False, "不变", "false_alarm"), "leave the verdict out"),
        (Decision(True, "对", "confirmed"), "reject the appeal"),
        (Decision(True, "对"), "needs a verdict"),
        (Decision(True, "对", "wrong_code"), "needs the right one"),
    ],
)
async def test_a_decision_that_does_not_fit_leaves_the_appeal_open(
    room: Room, borrowers: Open, decision: Decision, mend: str
) -> None:
    opened = await borrowers()
    await room.feedback.appeals.take(opened.id, BERT)
    with pytest.raises(FeedbackError, match=mend):
        await room.feedback.appeals.decide(opened.id, decision, BERT)
    assert room.feedback.appeals.get(opened.id).state == "in_review"
    assert room.published(APPEAL_TYPE) == []


async def test_the_breach_counts_late_decisions_and_what_is_overdue(
    room: Room, borrowers: Open
) -> None:
    late, in_time, overdue = [await borrowers() for _ in range(3)]
    await room.feedback.appeals.take(in_time.id, BERT)
    await room.feedback.appeals.decide(in_time.id, STANDS, BERT)
    assert room.feedback.appeals.punctuality().breach == 0
    room.wait(days=30)
    fresh = await borrowers()
    await room.feedback.appeals.take(late.id, BERT)
    await room.feedback.appeals.decide(late.id, STANDS, BERT)
    found = room.feedback.appeals.punctuality()
    assert (found.decided, found.late, found.waiting, found.overdue) == (2, 1, 2, 1)
    assert found.breach == pytest.approx(2 / 3)
    assert [item.id for item in room.feedback.appeals.list()][:2] == [overdue.id, fresh.id]


async def test_the_deadline_itself_is_too_late(room: Room, borrowers: Open) -> None:
    opened = await borrowers()
    assert not opened.is_late(opened.due_at - timedelta(microseconds=1))
    room.now = opened.due_at
    assert opened.is_late(room.now)
    assert room.feedback.appeals.punctuality().overdue == 1


async def test_every_step_is_audited_without_a_word_of_the_borrower(
    room: Room, borrowers: Open
) -> None:
    opened = await borrowers()
    await room.feedback.appeals.take(opened.id, BERT)
    await room.feedback.appeals.decide(opened.id, STANDS, BERT)
    entries = room.audited("appeal.")
    assert [(entry.actor, entry.action) for entry in entries[::-1]] == [
        ("carl", "appeal.open"),
        ("bert", "appeal.take"),
        ("bert", "appeal.decide"),
    ]
    assert "那是你们自己打来的" not in str(entries)


async def test_the_users_own_secrets_in_a_reason_are_masked(room: Room) -> None:
    signal = await room.signal()
    opened = await room.feedback.appeals.open_for_borrower(
        signal, "我的验证码是482913，那是你们要的", CARL
    )
    assert "482913" not in opened.reason
