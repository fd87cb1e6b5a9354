"""What buttons ask for, through the real assistant: from a wrong warning to the news that it was wrong."""

from __future__ import annotations

import uuid

import pytest

from actions.content import CONTENT
from bot.audit import Actor
from bot.cases.builder import CaseBuilder
from bot.cases.rules import load_rules
from bot.feedback.feedback import Feedback
from bot.feedback.verdict import FALSE_ALARM, Ruling
from bot.ledger.events import event_source
from tests.conftest import Answer, Desk

OFFER = "有人叫我加微信abc00021，说先交2000定金就能停息挂账"
CORRECTED = "您说得对，那不是骗局"


@pytest.fixture
def user() -> str:
    return uuid.uuid4().hex[:8]


def buttons(answer: Answer) -> list[str]:
    return [button["title"] for bubble in answer.bubbles for button in bubble.get("buttons") or ()]


def find_a_false_alarm(desk: Desk, event_id: str) -> None:
    services = desk.services
    source = event_source(services.content.short_name)
    feedback = Feedback(services.ledger.reader, services.ledger.writer, source, CONTENT)
    judging = feedback.judge(event_id, Ruling(FALSE_ALARM), Actor("reviewer"))
    desk.loop.run_until_complete(judging)


def test_who_wants_to_hear_of_it_hears_once_that_a_warning_was_wrong(desk: Desk, user: str) -> None:
    warned = desk.say(user, OFFER)
    assert "这不是诈骗" in buttons(warned)
    disputed = desk.say(user, "这不是诈骗")
    assert disputed.signals == []
    assert buttons(disputed) == ["告诉我结果", "不用了"]
    desk.say(user, "告诉我结果")
    assert CORRECTED not in desk.say(user, "还款日是哪天").text
    find_a_false_alarm(desk, warned.signals[0]["id"])
    assert CORRECTED in desk.say(user, "还款日是哪天").text
    assert CORRECTED not in desk.say(user, "还款日是哪天").text


def test_who_does_not_want_to_hear_of_it_does_not(desk: Desk, user: str) -> None:
    warned = desk.say(user, OFFER)
    desk.say(user, "这不是诈骗")
    desk.say(user, "不用了")
    find_a_false_alarm(desk, warned.signals[0]["id"])
    assert CORRECTED not in desk.say(user, "还款日是哪天").text


def test_a_repeated_message_gets_the_news_again_and_no_other_one_does(
    desk: Desk, user: str
) -> None:
    warned = desk.say(user, OFFER)
    desk.say(user, "这不是诈骗")
    desk.say(user, "告诉我结果")
    find_a_false_alarm(desk, warned.signals[0]["id"])
    first = desk.say(user, "在吗", message_id="the same")
    assert CORRECTED in first.text
    assert desk.say(user, "在吗", message_id="the same").bubbles == first.bubbles
    assert CORRECTED not in desk.say(user, "在吗").text


def test_who_paid_can_have_the_talk_kept_as_evidence_and_take_that_back(
    desk: Desk, user: str
) -> None:
    desk.say(user, OFFER)
    paid = desk.say(user, "我已经转了2000给他了")
    assert "同意把聊天作为证据" in buttons(paid)
    desk.say(user, "同意把聊天作为证据")
    desk.say(user, "撤回证据同意")
    key = desk.services.hasher.user(desk.channel, user).current
    rows = desk.services.ledger.reader.rows(
        "SELECT given FROM evidence_consents WHERE user = ? ORDER BY at", (key,)
    )
    assert rows == [(1,), (0,)]


def test_words_are_kept_from_the_first_threat_on_with_secrets_masked(desk: Desk, user: str) -> None:
    desk.say(user, "你好")
    desk.say(user, OFFER)
    answered = desk.say(user, "我卡号6222020200112233445，要给他吗")
    key = desk.services.hasher.user(desk.channel, user).current
    rows = desk.services.ledger.reader.rows(
        "SELECT said, answered FROM turns WHERE user = ? ORDER BY at", (key,)
    )
    assert rows[0][0] == OFFER
    assert len(rows) == 2
    assert "6222020200112233445" not in rows[1][0]
    assert answered.bubbles[0]["text"] in rows[1][1]


def test_a_warning_tells_how_many_others_told_of_the_contact(desk: Desk, user: str) -> None:
    services = desk.services
    rules = load_rules(CONTENT)
    builder = CaseBuilder(services.ledger, services.ledger.writer, services.hasher, rules)
    for place in range(rules.shown_from):
        # Whoever tells of it twice is still one.
        for _ in range(2):
            desk.say(f"{user}-{place}", f"加微信zz{user}，先交定金就能停息挂账")
    desk.loop.run_until_complete(builder.build())
    desk.loop.run_until_complete(services.reports.refresh())
    warned = desk.say(user, f"加微信ZZ{user}，先交定金就能停息挂账")
    assert f"已有{rules.shown_from}位用户" in warned.text


def test_erasure_takes_everything_along_that_was_said(desk: Desk, user: str) -> None:
    desk.say(user, OFFER)
    desk.say(user, "同意把聊天作为证据")
    desk.say(user, "删除我的记录")
    key = desk.services.hasher.user(desk.channel, user).current
    for table in ("turns", "evidence_consents", "replies", "conversations"):
        kept = desk.services.ledger.reader.rows(
            f"SELECT count(*) FROM {table} WHERE user = ?",
            (key,),
        )
        # The answer to the request itself is remembered, so that it can be repeated.
        assert kept[0][0] == (1 if table == "replies" else 0)


@pytest.mark.parametrize("text", ["拉黑删除一条龙"])
def test_words_that_may_mean_something_else_erase_nothing(desk: Desk, user: str, text: str) -> None:
    answer = desk.say(user, text)
    key = desk.services.hasher.user(desk.channel, user).current
    kept = desk.services.ledger.reader.rows("SELECT erased_at FROM users WHERE user = ?", (key,))
    assert kept == [(None,)]
    assert "确认删除" in buttons(answer)
