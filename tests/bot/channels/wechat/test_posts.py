"""What people do in an official account, from the post to the reply in it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from actions.facts import FACTS_KEY
from bot.channels.reach import Reach
from tests.bot.channels.wechat.posts import ACCOUNT, Post, Poster, signature, xml
from tests.bot.channels.wechat.talking import WEBHOOK, Assistant, Wechat, person, until


def facts(wechat: Wechat) -> dict[str, Any]:
    """What the assistant was told of the last message besides its words."""
    told: dict[str, Any] = wechat.assistant.heard[-1].metadata[FACTS_KEY]
    return told


@pytest.mark.parametrize("key", ["", None], ids=["plain", "safe"])
def test_a_text_is_answered_in_its_post(start: Callable[..., Wechat], key: str | None) -> None:
    wechat = start(**({"wechat_aes_key": None} if key == "" else {}))
    borrower = person()
    answer = wechat.post(wechat.poster.post(xml(borrower, "text", Content="你好")))
    assert answer.headers["content-type"].startswith("text/xml")
    reply = wechat.poster.opened(answer.text)
    assert (reply["FromUserName"], reply["ToUserName"]) == (ACCOUNT, borrower)
    assert (reply["MsgType"], reply["Content"]) == ("text", "回复你好")
    assert wechat.account.called == []


def test_the_address_is_checked_with_and_without_a_trailing_slash(wechat: Wechat) -> None:
    stamp = str(int(time.time()))
    query = {"timestamp": stamp, "nonce": "1", "echostr": "4711"}
    query["signature"] = signature(stamp, "1")
    for path in (WEBHOOK, f"{WEBHOOK}/"):
        assert wechat.client.get(path, params=query).text == "4711"
    assert wechat.client.get(WEBHOOK, params={**query, "nonce": "2"}).status_code == 403
    assert wechat.client.get(WEBHOOK).status_code == 400


def test_what_is_forged_or_unreadable_reaches_nobody(wechat: Wechat) -> None:
    post = wechat.poster.post(xml(person(), "text", Content="你好"))
    assert (
        wechat.post(Post({**post.query, "msg_signature": "0" * 40}, post.body)).status_code == 403
    )
    assert wechat.post(Post({}, post.body)).status_code == 403
    assert wechat.post(Post(post.query, b"")).status_code == 400
    assert wechat.post(Post(post.query, b"{}")).status_code == 400
    assert (
        wechat.post(Poster("plain").post(xml(person(), "text", Content="你好"))).status_code == 403
    )
    assert wechat.post(wechat.poster.post("<xml><MsgType>text</MsgType></xml>")).status_code == 400
    assert wechat.heard() == []


def test_the_same_message_again_gets_the_same_reply_and_is_thought_of_once(wechat: Wechat) -> None:
    borrower = person()
    said = xml(borrower, "text", Content="你好")
    assert [wechat.bring(said) for _ in range(3)] == ["回复你好"] * 3
    assert wechat.heard() == ["你好"]
    assert wechat.say(borrower, "你好") == "回复你好"
    assert wechat.heard() == ["你好"] * 2


def test_the_same_event_again_is_thought_of_once(wechat: Wechat) -> None:
    borrower = person()
    followed = xml(borrower, "event", Event="subscribe")
    assert [wechat.bring(followed) for _ in range(2)] == ["回复你好"] * 2
    assert len(wechat.heard()) == 1


@pytest.mark.parametrize(
    ("fields", "words", "kind"),
    [
        ({"MsgType": "voice", "Recognition": "有人让我转账。"}, "有人让我转账。", "voice"),
        ({"MsgType": "voice", "Recognition": ""}, "", "voice"),
        ({"MsgType": "image", "PicUrl": "http://x", "MediaId": "1"}, "", "photo"),
        ({"MsgType": "location", "Label": "某处"}, "", "location"),
        ({"MsgType": "file", "Title": "合同.pdf"}, "", "file"),
        ({"MsgType": "video", "MediaId": "1"}, "", "other"),
        ({"MsgType": "shortvideo", "MediaId": "1"}, "", "other"),
        ({"MsgType": "miniprogrampage", "Title": "x"}, "", "other"),
        ({"MsgType": "something_of_next_year"}, "", "other"),
        ({"MsgType": "text", "Content": "【收到不支持的消息类型，暂无法显示】"}, "", "other"),
    ],
)
def test_what_is_not_text_is_told_as_what_it_is(
    wechat: Wechat, fields: dict[str, str], words: str, kind: str
) -> None:
    assert wechat.bring(xml(person(), fields.pop("MsgType"), **fields)) == f"回复{words}"
    assert wechat.heard() == [words]
    assert list(facts(wechat)["attachments"]) == [kind]


def test_a_shared_link_is_read_like_a_text(wechat: Wechat) -> None:
    link = {"Title": "停息挂账", "Description": "先收两千", "Url": "http://example.com/a"}
    wechat.bring(xml(person(), "link", **link))
    assert wechat.heard() == ["停息挂账\n先收两千\nhttp://example.com/a"]


@pytest.mark.parametrize(
    ("event", "fields", "words"),
    [
        ("subscribe", {}, "你好"),
        ("subscribe", {"EventKey": "qrscene_12", "Ticket": "t"}, "你好"),
        ("SCAN", {"EventKey": "12"}, "你好"),
        ("CLICK", {"EventKey": "human"}, "转人工"),
        ("CLICK", {"EventKey": "of another menu"}, ""),
    ],
)
def test_an_event_stands_for_words(
    wechat: Wechat, event: str, fields: dict[str, str], words: str
) -> None:
    assert wechat.event(person(), event, **fields) == f"回复{words}"


@pytest.mark.parametrize("event", ["VIEW", "TEMPLATESENDJOBFINISH", "LOCATION", "new_one"])
def test_other_events_are_received_and_not_answered(wechat: Wechat, event: str) -> None:
    assert wechat.event(person(), event) is None
    assert wechat.heard() == []


def test_who_unsubscribes_cannot_be_reached_until_they_come_back(wechat: Wechat) -> None:
    borrower = person()
    reach = Reach(wechat.services.ledger, wechat.services.hasher)
    assert wechat.event(borrower, "unsubscribe") is None
    assert reach.is_lost("wechat", borrower)
    wechat.event(borrower, "subscribe")
    assert not reach.is_lost("wechat", borrower)


def two_ways(text: str) -> list[dict[str, Any]]:
    """A question with choices to the first words, plain replies to all else."""
    if text != "被骗了":
        return [{"text": f"回复{text}"}]
    buttons = [{"title": title, "payload": title} for title in ("给了验证码", "转了钱")]
    return [{"text": "先停下。"}, {"text": "发生了什么？", "buttons": buttons}]


def test_choices_are_numbered_and_a_number_stands_for_its_words(
    start: Callable[..., Wechat],
) -> None:
    wechat, borrower = start(Assistant(two_ways)), person()
    reply = wechat.say(borrower, "被骗了")
    assert reply == "先停下。\n\n发生了什么？\n\n回复数字选择：\n1. 给了验证码\n2. 转了钱"
    assert wechat.say(person(), "2") == "回复2"
    assert wechat.say(borrower, " ２。") == "回复转了钱"


def test_a_number_means_the_choices_of_the_last_reply_alone(start: Callable[..., Wechat]) -> None:
    wechat, borrower = start(Assistant(two_ways)), person()
    wechat.say(borrower, "被骗了")
    assert wechat.say(borrower, "3") == "回复3"
    assert wechat.say(borrower, "1") == "回复1"


def test_a_repeated_number_keeps_its_meaning(start: Callable[..., Wechat]) -> None:
    wechat, borrower = start(Assistant(two_ways)), person()
    wechat.say(borrower, "被骗了")
    chosen = xml(borrower, "text", Content="2")
    assert [wechat.bring(chosen) for _ in range(2)] == ["回复转了钱"] * 2


def test_a_quoted_end_of_a_section_does_not_break_the_answer(wechat: Wechat) -> None:
    words = "]]><MsgType>news</MsgType> & <b>"
    assert wechat.say(person(), words) == f"回复{words}"


def test_who_sends_too_much_is_asked_to_wait(start: Callable[..., Wechat]) -> None:
    wechat, borrower = start(rate_burst=3, rate_per_minute=1), person()
    answers = [wechat.say(borrower, "你好") for _ in range(5)]
    assert answers == ["回复你好"] * 3 + [wechat.services.plain("utter_busy")] * 2


def test_nothing_of_a_message_is_logged(wechat: Wechat, caplog: pytest.LogCaptureFixture) -> None:
    wechat.assistant.failures = 1
    assert wechat.say(person(), "我的身份证号是机密") == "回复我的身份证号是机密"
    assert "机密" not in caplog.text
    until(lambda: wechat.inbox() == [])
