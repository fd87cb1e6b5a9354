"""What people send to WeCom's customer service, from the announcement to the reply."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from wechatpy.crypto import PrpCrypto

from actions.facts import FACTS_KEY
from bot.channels.reach import Reach
from tests.bot.channels.wechat.posts import Post, Poster, signature
from tests.bot.channels.wechat.talking import Assistant, until
from tests.bot.channels.wecom.customer_service import (
    ACCOUNT,
    CORP_ID,
    SEND_ON_EVENT,
    WEBHOOK,
    Wecom,
    person,
    said,
)


def test_a_text_is_read_and_answered(wecom: Wecom) -> None:
    borrower = person()
    assert wecom.say(borrower, "你好") == ["回复你好"]
    (body,) = wecom.theirs.sent(borrower)
    assert (body["open_kfid"], body["msgtype"]) == (ACCOUNT, "text")
    assert len(body["msgid"]) == 32


def test_the_address_is_checked(wecom: Wecom) -> None:
    stamp = str(int(time.time()))
    sealed = PrpCrypto(Poster().crypto.key).encrypt("4711", CORP_ID).decode()
    query = {"timestamp": stamp, "nonce": "1", "echostr": sealed}
    query["msg_signature"] = signature(stamp, "1", sealed)
    assert wecom.client.get(WEBHOOK, params=query).text == "4711"
    assert wecom.client.get(WEBHOOK, params={**query, "nonce": "2"}).status_code == 403


def test_what_is_forged_or_unreadable_sets_nothing_going(wecom: Wecom) -> None:
    reads = len(wecom.theirs.reads())
    post = wecom.poster.post("<xml><Event>kf_msg_or_event</Event></xml>")
    assert wecom.post(post).status_code == 400
    assert wecom.post(Post(post.query, b"")).status_code == 400
    assert wecom.post(Post({**post.query, "nonce": "0"}, post.body)).status_code == 403
    assert wecom.announce(event="something_else").status_code == 200
    assert wecom.announced() == []
    assert len(wecom.theirs.reads()) == reads


@pytest.mark.parametrize(
    ("kind", "content", "attachment"),
    [
        ("image", {"media_id": "1"}, "photo"),
        ("voice", {"media_id": "1"}, "voice"),
        ("video", {"media_id": "1"}, "other"),
        ("file", {"media_id": "1", "filename": "合同.pdf"}, "file"),
        ("location", {"name": "某处"}, "location"),
        ("business_card", {"userid": "1"}, "contact"),
        ("miniprogram", {"title": "x"}, "other"),
        ("something_of_next_year", {}, "other"),
        ("merged_msg", {"item": "broken"}, "forwarded"),
    ],
)
def test_what_is_not_text_is_told_as_what_it_is(
    wecom: Wecom, kind: str, content: dict[str, Any], attachment: str
) -> None:
    assert wecom.bring(person(), kind, **{kind: content}) == ["回复"]
    facts = wecom.assistant.heard[-1].metadata[FACTS_KEY]
    assert list(facts["attachments"]) == [attachment]


def test_a_shared_link_is_read_like_a_text(wecom: Wecom) -> None:
    wecom.bring(person(), "link", link={"title": "停息挂账", "desc": "", "url": "http://a.example"})
    assert wecom.heard() == ["停息挂账\nhttp://a.example"]


def packed(kind: str, content: dict[str, Any]) -> dict[str, Any]:
    """One item of a chat record, as WeCom writes it."""
    return {"msgtype": kind, "sender_name": "某人", "msg_content": json.dumps({kind: content})}


def test_the_words_of_a_forwarded_chat_record_are_read(wecom: Wecom) -> None:
    inner = {"title": "聊天记录", "item": [packed("text", {"content": "加我微信"})]}
    record = [
        packed("text", {"content": "能停息挂账"}),
        packed("image", {"media_id": "1"}),
        packed("merged_msg", inner),
        {"msgtype": "text", "msg_content": "{broken"},
        "broken",
    ]
    wecom.bring(person(), "merged_msg", merged_msg={"title": "聊天记录", "item": record})
    assert wecom.heard() == ["能停息挂账\n加我微信"]


def two_ways(text: str) -> list[dict[str, Any]]:
    if text != "被骗了":
        return [{"text": f"回复{text}"}]
    buttons = [{"title": "转了钱", "payload": "已经转了钱"}, {"title": "长", "payload": "长" * 99}]
    return [{"text": "先停下。"}, {"text": "发生了什么？", "buttons": buttons}]


def test_buttons_are_a_menu_whose_entries_stand_for_their_words(
    start: Callable[..., Wecom],
) -> None:
    wecom, borrower = start(Assistant(two_ways)), person()
    assert wecom.say(borrower, "被骗了") == ["先停下。", "发生了什么？\n转了钱\n长"]
    menu = wecom.theirs.sent(borrower)[-1]["msgmenu"]
    ids = [item["click"]["id"] for item in menu["list"]]
    assert all(len(entry.encode()) <= 128 for entry in ids)
    assert wecom.say(borrower, "转了钱", menu_id=ids[0]) == ["回复已经转了钱"]
    assert wecom.say(borrower, "长", menu_id=ids[1]) == ["回复长"]


def test_who_comes_in_is_greeted_with_the_code_of_the_event(wecom: Wecom) -> None:
    borrower = person()
    wecom.theirs.put_event(borrower, "enter_session", welcome_code="code-1")
    wecom.announce()
    wecom.settled()
    (body,) = [body for body in wecom.theirs.bodies(SEND_ON_EVENT) if body["code"] == "code-1"]
    assert said(body) == "回复你好"
    assert wecom.theirs.sent(borrower) == []


def test_who_came_in_a_while_ago_is_not_greeted(wecom: Wecom) -> None:
    wecom.theirs.put_event(person(), "enter_session", time.time() - 60, welcome_code="code-2")
    wecom.theirs.put_event(person(), "enter_session")
    wecom.theirs.put_event(person(), "session_status_change", change_type=1)
    wecom.announce()
    wecom.settled()
    assert wecom.heard() == []


def test_what_servicers_write_is_not_answered(wecom: Wecom) -> None:
    wecom.theirs.put(person(), "text", origin=5, text={"content": "我是人工客服"})
    wecom.announce()
    wecom.settled()
    assert wecom.heard() == []


def test_who_refuses_messages_is_noted_as_out_of_reach(wecom: Wecom) -> None:
    borrower, reach = person(), Reach(wecom.services.ledger, wecom.services.hasher)
    wecom.theirs.put_event(borrower, "msg_send_fail", fail_msgid="1", fail_type=4)
    wecom.announce()
    wecom.settled()
    assert not reach.is_lost("wecom", borrower)
    wecom.theirs.put_event(borrower, "msg_send_fail", fail_msgid="1", fail_type=10)
    wecom.announce()
    until(lambda: reach.is_lost("wecom", borrower))
    wecom.say(borrower, "你好")
    assert not reach.is_lost("wecom", borrower)


def test_messages_of_each_person_are_answered_in_their_order(start: Callable[..., Wecom]) -> None:
    wecom = start(Assistant(seconds=0.05))
    people = [person() for _ in range(6)]
    wecom.theirs.page = 7
    for number in range(5):
        for somebody in people:
            wecom.theirs.put(somebody, "text", text={"content": f"第{number}句"})
    wecom.announce()
    wecom.settled()
    for somebody in people:
        assert wecom.theirs.said(somebody) == [f"回复第{number}句" for number in range(5)]
    assert wecom.cursor() == "c30"
    assert [body["cursor"] for body in wecom.theirs.reads()] == ["", "c7", "c14", "c21", "c28"]


def test_accounts_are_read_each_with_its_own_cursor(wecom: Wecom) -> None:
    borrower = person()
    wecom.say(borrower, "甲")
    wecom.theirs.put(borrower, "text", "wk-other", text={"content": "乙"})
    wecom.announce("wk-other")
    wecom.settled()
    assert wecom.cursor("wk-other") == "c1"
    assert [body["open_kfid"] for body in wecom.theirs.sent(borrower)] == [ACCOUNT, "wk-other"]
