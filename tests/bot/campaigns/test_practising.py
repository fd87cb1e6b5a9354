"""A practice through the whole service: gate, understanding, decision, guard, ledger."""

from __future__ import annotations

import sqlite3
import uuid
from typing import Any

import pytest

from bot.campaigns.library import Library
from bot.campaigns.scripts import Choice, Script
from bot.ledger.encoding import rfc3339, utc_now
from tests.conftest import Answer, Desk


@pytest.fixture
def user() -> str:
    return uuid.uuid4().hex[:8]


@pytest.fixture(scope="module")
def library(desk: Desk) -> Library:
    return Library.load(desk.services.settings.content, desk.services.content)


def choices(answer: Answer) -> list[str]:
    return [button["title"] for button in answer.bubbles[-1].get("buttons") or ()]


def best(script: Script, step: str) -> Choice:
    return max(script.steps[step].choices, key=lambda choice: choice.score)


def practices(desk: Desk, user: str) -> list[tuple[Any, ...]]:
    key = desk.services.hasher.user(desk.channel, user).current
    return desk.services.ledger.reader.rows(
        "SELECT campaign, score, finished_at IS NOT NULL FROM practices WHERE user = ?", (key,)
    )


def push(desk: Desk, user: str, script: Script) -> str:
    """Leaves a campaign in the ledger as it stands there once its message went out."""
    campaign, now = uuid.uuid4().hex, rfc3339(utc_now())
    key = desk.services.hasher.user(desk.channel, user).current

    def unit(connection: sqlite3.Connection) -> None:
        connection.execute(
            "INSERT INTO campaigns (id, title, script, hash, state, created_by, created_at, "
            "changed_at) VALUES (?, '', ?, ?, 'running', 'anna', ?, ?)",
            (campaign, script.id, script.hash, now, now),
        )
        connection.execute(
            "INSERT INTO campaign_messages (campaign, user, channel, address, variant, state, "
            "due_at, queued_at, sent_at) VALUES (?, ?, 'test', ?, 'A', 'sent', ?, ?, ?)",
            (campaign, key, user, now, now, now),
        )

    desk.loop.run_until_complete(desk.services.ledger.writer.commit(unit))
    return campaign


def test_every_shipped_script_can_be_played_to_its_end_as_a_pushed_campaign(
    desk: Desk, library: Library
) -> None:
    for script in library.own_choice():
        user = uuid.uuid4().hex[:8]
        campaign = push(desk, user, script)
        step = script.first
        while step != "end":
            choice = best(script, step)
            answer = desk.say(user, choice.label)
            assert answer.signals == [], (script.id, step)
            step = choice.goto
        assert practices(desk, user) == [(campaign, 100, 1)], script.id
        assert desk.services.content.hotline in answer.text


def test_free_words_of_the_scripts_are_answers_and_never_signals(
    desk: Desk, library: Library
) -> None:
    for script in library.own_choice():
        for choice in script.steps[script.first].choices:
            user = uuid.uuid4().hex[:8]
            push(desk, user, script)
            answer = desk.say(user, choice.words[0])
            assert answer.signals == [], (script.id, choice.words[0])
            assert practices(desk, user), (script.id, choice.words[0])


def test_a_real_offer_in_the_middle_is_warned_of_and_the_practice_waits(
    desk: Desk, user: str
) -> None:
    assert choices(desk.say(user, "考考我"))
    warned = desk.say(user, "不是演练，真的有人叫我加微信abc00021，说先交2000定金就能停息挂账")
    assert [signal["data"]["code"] for signal in warned.signals] == ["debt_optimization"]
    assert choices(desk.say(user, "继续演练"))


def test_an_ordinary_question_is_answered_and_the_practice_offered_again(
    desk: Desk, user: str
) -> None:
    desk.say(user, "考考我")
    answer = desk.say(user, "我的还款日是哪天，在哪里看账单")
    assert answer.signals == []
    assert choices(answer) == ["继续演练", "不玩了"]


def test_who_has_enough_is_let_go(desk: Desk, user: str) -> None:
    desk.say(user, "考考我")
    assert "演练" in desk.say(user, "不玩了").text
    assert practices(desk, user)[0][2] == 0


def test_an_emergency_in_the_middle_stops_everything(desk: Desk, user: str) -> None:
    desk.say(user, "考考我")
    answer = desk.say(user, "等一下，我现在正开着屏幕共享，他让我转五万到安全账户，我正在输密码")
    assert "110" in answer.text
    assert answer.signals
