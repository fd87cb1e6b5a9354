"""Customer-service messages that answer no post, against a server that speaks WeChat's interface."""

from __future__ import annotations

import pytest

from bot.channels.reach import Reach
from bot.channels.wechat.account import Account
from bot.channels.wechat.sender import attempted
from bot.outbound.message import OutboundMessage
from tests.bot.channels.wechat.posts import APP_ID
from tests.bot.channels.wechat.talking import OfficialAccount, Wechat
from tests.bot.channels.wechat.tencent import SECRET

QUESTION = OutboundMessage(
    "q1",
    (
        {
            "text": "昨天那家公司后来联系过您吗？",
            "buttons": [
                {"title": "没有", "payload": "没有再联系"},
                {"title": "又打来了", "payload": "他们又打来了"},
            ],
        },
    ),
)


def test_a_message_goes_out_and_its_numbers_stand_for_its_buttons(wechat: Wechat) -> None:
    assert wechat.write("o-numbers", QUESTION) == "sent"
    (text,) = wechat.account.said("o-numbers")
    assert text.startswith("昨天那家公司后来联系过您吗？")
    assert "2. 又打来了" in text
    wechat.say("o-numbers", "2")
    assert [message.text for message in wechat.assistant.heard] == ["他们又打来了"]


def test_a_message_without_buttons_leaves_the_numbers_of_the_last_reply(wechat: Wechat) -> None:
    assert wechat.write("o-plain", QUESTION) == "sent"
    plain = OutboundMessage("q2", ({"text": "我们已经收到您的举报。"},))
    assert wechat.write("o-plain", plain) == "sent"
    wechat.say("o-plain", "1")
    assert [message.text for message in wechat.assistant.heard] == ["没有再联系"]


@pytest.mark.parametrize(
    ("code", "fate"),
    [
        (45015, "window_closed"),
        (45047, "window_closed"),
        (40003, "refused"),
        (45009, "failed"),
        (-1, "failed"),
        (None, "unknown"),
    ],
)
def test_what_wechat_says_becomes_a_fate(wechat: Wechat, code: int | None, fate: str) -> None:
    wechat.account.refuse.append(code)
    assert wechat.write(f"o-code{code}", QUESTION) == fate
    assert wechat.account.said(f"o-code{code}") == []


def test_who_unsubscribed_is_noted(wechat: Wechat) -> None:
    wechat.account.refuse.append(43004)
    assert wechat.write("o-gone", QUESTION) == "blocked"
    assert Reach(wechat.services.ledger, wechat.services.hasher).is_lost("wechat", "o-gone")


def test_outside_of_the_48_hours_words_wait_for_the_next_visit(wechat: Wechat) -> None:
    wechat.account.refuse.append(45015)
    assert wechat.write("o-late", QUESTION, keep=True) == "kept"
    assert QUESTION.bubbles[0]["text"] in (wechat.say("o-late", "在吗") or "")


async def test_a_server_that_is_not_there_and_a_token_that_is_late_took_nothing() -> None:
    nobody = Account("http://127.0.0.1:1", APP_ID, SECRET)
    assert (await attempted(nobody.send_text("o", "在"))).fate == "failed"
    await nobody.close()
    server = OfficialAccount()
    wrong = Account(server.base_url, APP_ID, "wrong")
    assert (await attempted(wrong.send_text("o", "在"))).fate == "failed"
    await wrong.close()
    server.stop()
