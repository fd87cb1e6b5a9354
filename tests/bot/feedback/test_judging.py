"""Verdicts: all are kept, the last one counts, and everybody who must know is told."""

from __future__ import annotations

import pytest

from bot.feedback.errors import FeedbackError, UnknownRecord
from bot.feedback.judging import VERDICT_TYPE
from bot.feedback.verdict import Ruling
from tests.bot.feedback.conftest import ANNA, BERT, RIGHT, WRONG, Room


async def test_the_last_verdict_counts_and_the_earlier_ones_are_kept(room: Room) -> None:
    signal = await room.signal()
    await room.feedback.judge(signal, RIGHT, ANNA)
    await room.feedback.judge(signal, Ruling("false_alarm", note="官方来电"), BERT)
    judgement = room.feedback.queue.judgements([signal])[signal]
    assert [(said.by, said.verdict) for said in judgement.verdicts] == [
        ("anna", "confirmed"),
        ("bert", "false_alarm"),
    ]
    assert judgement.current is not None
    assert judgement.current.note == "官方来电"


async def test_people_who_differ_are_shown_until_they_agree(room: Room) -> None:
    signal = await room.signal()
    await room.feedback.judge(signal, RIGHT, ANNA)
    judged = await room.feedback.judge(signal, WRONG, BERT)
    assert judged.disagreement
    assert [item.id for item in room.feedback.queue.disagreed()] == [signal]
    assert not (await room.feedback.judge(signal, WRONG, ANNA)).disagreement
    assert room.feedback.queue.disagreed() == []


async def test_one_person_who_changes_their_mind_is_no_disagreement(room: Room) -> None:
    signal = await room.signal()
    await room.feedback.judge(signal, RIGHT, ANNA)
    assert not (await room.feedback.judge(signal, WRONG, ANNA)).disagreement
    assert room.feedback.queue.disagreed() == []


async def test_saying_the_same_again_adds_nothing(room: Room) -> None:
    signal = await room.signal()
    assert (await room.feedback.judge(signal, WRONG, ANNA)).changed
    assert not (await room.feedback.judge(signal, WRONG, ANNA)).changed
    assert len(room.published(VERDICT_TYPE)) == 1
    assert len(room.audited("signal.verdict")) == 1


async def test_a_verdict_is_published_with_the_right_code_behind_its_signal(room: Room) -> None:
    signal = await room.signal(agency="某某优化")
    await room.feedback.judge(signal, Ruling("wrong_code", "credit_repair"), ANNA)
    (event,) = room.published(VERDICT_TYPE)
    assert event["data"] == {
        "signal": {"source": "/jingzhong/demo", "id": signal},
        "verdict": "wrong_code",
        "code": "credit_repair",
        "was": "loan_scam",
        "disagreement": False,
        "by_appeal": False,
    }
    assert event["subject"] == room.ledger.events()[0].event["subject"]
    assert "anna" not in str(event)


@pytest.mark.parametrize(
    ("verdict", "code", "code_published"),
    [("confirmed", None, "loan_scam"), ("false_alarm", None, None)],
)
async def test_the_published_code_is_what_is_right_now(
    room: Room, verdict: str, code: str | None, code_published: str | None
) -> None:
    signal = await room.signal()
    await room.feedback.judge(signal, Ruling(verdict, code), ANNA)
    assert room.published(VERDICT_TYPE)[0]["data"]["code"] == code_published


async def test_each_change_of_mind_is_an_event_of_its_own(room: Room) -> None:
    signal = await room.signal()
    for ruling in (RIGHT, WRONG, RIGHT):
        room.wait(minutes=1)
        await room.feedback.judge(signal, ruling, ANNA)
    told = [event["data"]["verdict"] for event in room.published(VERDICT_TYPE)]
    assert told == ["confirmed", "false_alarm", "confirmed"]


async def test_the_audit_says_who_judged_and_keeps_the_note_out(room: Room) -> None:
    signal = await room.signal()
    await room.feedback.judge(signal, Ruling("false_alarm", note="张三打来过"), ANNA)
    (entry,) = room.audited("signal.verdict")
    assert (entry.actor, entry.subject) == ("anna", signal)
    assert dict(entry.detail) == {"verdict": "false_alarm"}


@pytest.mark.parametrize(
    ("ruling", "mend"),
    [
        (Ruling("maybe"), "use one of confirmed"),
        (Ruling("confirmed", "loan_scam"), "takes no code"),
        (Ruling("wrong_code"), "needs the right one"),
        (Ruling("wrong_code", "repayment"), "needs the right one"),
        (Ruling("wrong_code", "loan_scam"), "say confirmed"),
    ],
)
async def test_a_ruling_that_says_nothing_is_refused(room: Room, ruling: Ruling, mend: str) -> None:
    signal = await room.signal()
    with pytest.raises(FeedbackError, match=mend):
        await room.feedback.judge(signal, ruling, ANNA)
    assert room.feedback.queue.judgements([signal])[signal].verdicts == ()


async def test_only_signals_can_be_judged(room: Room) -> None:
    signal = await room.signal()
    await room.feedback.judge(signal, RIGHT, ANNA)
    verdict = room.published(VERDICT_TYPE)[0]["id"]
    for id in ("0" * 64, verdict):
        with pytest.raises(UnknownRecord, match="no signal has the id"):
            await room.feedback.judge(id, RIGHT, ANNA)
