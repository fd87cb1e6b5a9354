"""Replies that cannot come with their post: too slow, too long, or not there at all."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.channels.reach import Reach
from bot.channels.wechat.rendering import LONGEST_TEXT
from bot.ledger.database import database_path
from tests.bot.channels.wechat.posts import xml
from tests.bot.channels.wechat.talking import (
    HASTY,
    Assistant,
    OfficialAccount,
    Wechat,
    person,
    until,
)
from tests.bot.channels.wechat.talking import wechat as open_wechat

SLOW = HASTY.passive + 0.3


@pytest.fixture
def start(start: Callable[..., Wechat]) -> Callable[..., Wechat]:
    """As everywhere, with a service that waits for a moment only."""
    return lambda assistant, **settings: start(assistant, timing=HASTY, **settings)


def long_reply(_: str) -> list[dict[str, Any]]:
    return [{"text": f"第{part}段" + "字" * 300} for part in range(5)]


def owed(wechat: Wechat) -> bool:
    """Whether a reply was promised and is not settled."""
    return any(due for _, due in wechat.inbox())


def make_due(home: Path) -> None:
    """Makes what waits in the inbox due; the first look comes with the start."""
    with closing(sqlite3.connect(database_path(home))) as other:
        other.execute("UPDATE wechat_inbox SET due_at = '2000' WHERE due_at IS NOT NULL")
        other.commit()


def test_a_slow_reply_comes_as_a_customer_service_message(start: Callable[..., Wechat]) -> None:
    wechat, borrower = start(Assistant(seconds=SLOW)), person()
    began = time.monotonic()
    assert wechat.say(borrower, "你好") is None
    assert time.monotonic() - began < SLOW
    until(lambda: wechat.account.said(borrower) == ["回复你好"])
    until(lambda: not owed(wechat))


def test_a_late_reply_is_not_given_a_second_time_to_a_repeated_post(
    start: Callable[..., Wechat],
) -> None:
    wechat, borrower = start(Assistant(seconds=SLOW)), person()
    said = xml(borrower, "text", Content="你好")
    assert wechat.bring(said) is None
    assert wechat.bring(said) is None
    until(lambda: not owed(wechat))
    assert wechat.bring(said) is None
    assert wechat.account.said(borrower) == ["回复你好"]
    assert wechat.heard() == ["你好"]


def test_posts_of_one_message_at_the_same_time_share_one_answer(
    start: Callable[..., Wechat],
) -> None:
    wechat, borrower = start(Assistant(seconds=0.05)), person()
    said, answers = xml(borrower, "text", Content="你好"), []
    threads = [
        threading.Thread(target=lambda: answers.append(wechat.bring(said))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == ["回复你好"] * 4
    assert wechat.heard() == ["你好"]


def test_a_second_post_that_waits_for_a_promised_reply_does_not_bring_it_too(
    start: Callable[..., Wechat],
) -> None:
    wechat, borrower = start(Assistant(seconds=HASTY.passive + 0.2)), person()
    said, answers = xml(borrower, "text", Content="你好"), []
    threads = [
        threading.Thread(target=lambda: answers.append(wechat.bring(said))) for _ in range(2)
    ]
    for thread in threads:
        thread.start()
        time.sleep(HASTY.passive - 0.05)
    for thread in threads:
        thread.join()
    until(lambda: not owed(wechat))
    assert answers == [None, None]
    assert wechat.account.said(borrower) == ["回复你好"]


def test_an_account_that_can_only_answer_at_once_answers_the_next_post(
    start: Callable[..., Wechat],
) -> None:
    wechat, borrower = start(Assistant(seconds=SLOW), wechat_secret=None), person()
    post = wechat.poster.post(xml(borrower, "text", Content="你好"))
    with pytest.raises(httpx.ReadTimeout):
        wechat.client.post(
            "/webhooks/wechat", params=post.query, content=post.body, timeout=HASTY.passive + 0.2
        )
    assert wechat.poster.opened(wechat.post(post).text)["Content"] == "回复你好"
    assert wechat.heard() == ["你好"]


def test_a_long_reply_comes_whole_and_in_order(start: Callable[..., Wechat]) -> None:
    wechat, borrower = start(Assistant(long_reply)), person()
    assert wechat.say(borrower, "你好") is None
    until(lambda: not owed(wechat))
    parts = wechat.account.said(borrower)
    assert len(parts) == 3
    assert all(len(part.encode()) <= LONGEST_TEXT for part in parts)
    assert "\n\n".join(parts) == "\n\n".join(bubble["text"] for bubble in long_reply(""))


def test_a_long_reply_of_an_account_that_can_send_nothing_says_where_it_ends(
    start: Callable[..., Wechat],
) -> None:
    wechat = start(Assistant(long_reply), wechat_secret=None)
    reply = wechat.say(person(), "你好")
    assert reply is not None
    assert len(reply.encode()) <= LONGEST_TEXT
    assert reply.startswith("第0段")
    assert wechat.services.content.hotline in reply.split("\n\n")[-1]


def test_late_replies_to_one_person_keep_their_order(start: Callable[..., Wechat]) -> None:
    wechat, borrower = start(Assistant(seconds=SLOW)), person()
    words = [f"第{number}句" for number in range(3)]
    for said in words:
        assert wechat.say(borrower, said) is None
    until(lambda: len(wechat.account.said(borrower)) == 3)
    assert wechat.account.said(borrower) == [f"回复{said}" for said in words]


def test_a_failing_assistant_is_asked_again_before_anybody_hears_of_it(
    start: Callable[..., Wechat],
) -> None:
    wechat = start(Assistant(failures=2), wechat_secret=None)
    assert wechat.say(person(), "你好") == "回复你好"


def test_what_cannot_be_recorded_is_not_acknowledged_before_the_last_post(
    start: Callable[..., Wechat],
) -> None:
    wechat = start(Assistant(failures=1000), wechat_secret=None)
    post = wechat.poster.post(xml(person(), "text", Content="你好"))
    with pytest.raises(httpx.ReadTimeout):
        wechat.client.post(
            "/webhooks/wechat", params=post.query, content=post.body, timeout=HASTY.passive + 0.2
        )
    words = wechat.poster.opened(wechat.post(post).text)["Content"]
    assert words == wechat.services.plain("utter_unavailable")


def test_nothing_is_promised_that_cannot_be_kept(start: Callable[..., Wechat]) -> None:
    wechat, borrower = start(Assistant(seconds=SLOW)), person()
    with closing(sqlite3.connect(database_path(wechat.services.settings.home))) as other:
        other.execute("DROP TABLE wechat_inbox")
    assert wechat.say(borrower, "你好") == "回复你好"
    assert wechat.account.said(borrower) == []


@pytest.mark.parametrize("code", [45015, 45047, 48001, 43004, 40003])
def test_a_reply_that_wechat_refuses_for_good_is_not_tried_again(
    start: Callable[..., Wechat], code: int
) -> None:
    wechat, borrower = start(Assistant(seconds=SLOW)), person()
    wechat.account.refuse.append(code)
    assert wechat.say(borrower, "你好") is None
    until(lambda: bool(wechat.inbox()) and not owed(wechat))
    assert wechat.account.said(borrower) == []
    assert [body for body, _ in wechat.inbox()] == [None]
    lost = Reach(wechat.services.ledger, wechat.services.hasher).is_lost("wechat", borrower)
    assert lost == (code == 43004)


def test_an_account_without_the_right_to_send_is_not_relied_on_again(
    start: Callable[..., Wechat],
) -> None:
    wechat = start(Assistant(seconds=SLOW))
    wechat.account.refuse.append(48001)
    assert wechat.say(person(), "你好") is None
    until(lambda: bool(wechat.inbox()) and not owed(wechat))
    assert wechat.say(person(), "你好") == "回复你好"


def test_a_promise_survives_a_restart_and_goes_on_where_it_stopped(tmp_path: Path) -> None:
    account, borrower = OfficialAccount(), person()
    with open_wechat(tmp_path, Assistant(long_reply), account, HASTY) as wechat:
        account.refuse.extend([0, -1])
        assert wechat.say(borrower, "你好") is None
        until(lambda: not account.refuse)
        assert owed(wechat)
    make_due(tmp_path)
    with open_wechat(tmp_path, Assistant(long_reply), account, HASTY) as wechat:
        until(lambda: not owed(wechat))
        assert wechat.heard() == [], "the stored reply is sent"
    assert [text[:3] for text in account.said(borrower)] == ["第0段", "第2段", "第4段"]
    account.stop()


def test_a_message_whose_answer_was_lost_with_the_process_is_answered_later(tmp_path: Path) -> None:
    account, borrower = OfficialAccount(), person()
    with open_wechat(tmp_path, Assistant(failures=1000), account, HASTY) as wechat:
        assert wechat.say(borrower, "你好") is None
    make_due(tmp_path)
    with open_wechat(tmp_path, Assistant(), account, HASTY):
        until(lambda: account.said(borrower) == ["回复你好"])
    account.stop()


def test_what_waits_is_masked_and_forgotten_when_it_is_settled(
    start: Callable[..., Wechat],
) -> None:
    wechat = start(Assistant(seconds=SLOW))
    assert wechat.say(person(), "身份证号110101199003070015") is None
    ((body, _),) = wechat.inbox()
    assert "身份证号" in body
    assert "110101199003070015" not in body
    until(lambda: not owed(wechat))
    assert wechat.inbox() == [(None, None)]
