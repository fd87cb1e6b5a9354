"""What passes for a post of WeChat, and what does not."""

from __future__ import annotations

import time

import pytest
from wechatpy.crypto import PrpCrypto

from bot.channels.wechat.envelope import LONGEST_BODY, Envelope, field
from bot.channels.wechat.errors import Forged, Unreadable
from tests.bot.channels.wechat.posts import (
    AES_KEY,
    APP_ID,
    TOKEN,
    Post,
    Poster,
    signature,
    xml,
)

SAID = xml("user", "text", Content="你好")


def envelope(mode: str) -> Envelope:
    return Envelope(TOKEN, APP_ID, None if mode == "plain" else AES_KEY)


@pytest.mark.parametrize("mode", ["plain", "safe", "both"])
def test_a_post_of_each_mode_is_opened(mode: str) -> None:
    post = Poster(mode).post(SAID)
    assert field(envelope(mode).open(post.query, post.body), "Content") == "你好"


@pytest.mark.parametrize("mode", ["plain", "safe"])
def test_an_answer_comes_in_the_form_of_the_post(mode: str) -> None:
    poster = Poster(mode)
    sealed = envelope(mode).seal(SAID, poster.post(SAID).query)
    assert poster.opened(sealed)["Content"] == "你好"
    assert ("你好" in sealed) == (mode == "plain")


@pytest.mark.parametrize("mode", ["plain", "safe", "both"])
def test_a_changed_query_is_forged(mode: str) -> None:
    post = Poster(mode).post(SAID)
    for name in ("signature" if mode == "plain" else "msg_signature", "timestamp", "nonce"):
        for value in ("", post.query[name][::-1] + "0", "签名"):
            with pytest.raises(Forged):
                envelope(mode).open({**post.query, name: value}, post.body)


def test_a_changed_sealed_body_is_forged() -> None:
    post, other = Poster().post(SAID), Poster().post(SAID)
    with pytest.raises(Forged):
        envelope("safe").open(post.query, other.body)


def test_the_clear_text_beside_a_sealed_one_is_not_believed() -> None:
    post = Poster("both").post(SAID)
    body = post.body.replace("你好".encode(), "转账".encode())
    assert body != post.body
    assert field(envelope("safe").open(post.query, body), "Content") == "你好"


def test_a_post_in_clear_is_refused_where_there_is_a_key() -> None:
    post = Poster("plain").post(SAID)
    with pytest.raises(Forged, match="safe mode"):
        envelope("safe").open(post.query, post.body)


def test_a_post_for_another_account_is_forged() -> None:
    post = Poster(app_id="wxfedcba9876543210").post(SAID)
    with pytest.raises(Forged, match="another account"):
        envelope("safe").open(post.query, post.body)


@pytest.mark.parametrize("mode", ["plain", "safe"])
@pytest.mark.parametrize("age", [-3600, 3600])
def test_an_old_post_cannot_be_used_again(mode: str, age: int) -> None:
    post = Poster(mode).post(SAID, time.time() - age)
    with pytest.raises(Forged, match="too old"):
        envelope(mode).open(post.query, post.body)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"<xml>",
        b"<xml/>",
        b"<xml>text</xml>",
        b"<other><a>1</a></other>",
        b"\xff\xfe\x00",
        b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><xml><Encrypt>&b;</Encrypt></xml>',
        b"<xml><Content>" + b"a" * LONGEST_BODY + b"</Content></xml>",
    ],
)
@pytest.mark.parametrize("mode", ["plain", "safe"])
def test_a_body_that_is_no_message_is_unreadable(mode: str, body: bytes) -> None:
    post = Poster(mode).post(SAID)
    with pytest.raises((Unreadable, Forged)):
        envelope(mode).open(post.query, body)


@pytest.mark.parametrize(
    "sealed",
    ["", "not base64!", "YWJj", "a" * 44, PrpCrypto(b"0" * 32).encrypt("x", APP_ID)],
    ids=["empty", "no base64", "short", "nonsense", "another key"],
)
def test_what_cannot_be_decrypted_is_refused_without_a_crash(sealed: str | bytes) -> None:
    text = sealed.decode() if isinstance(sealed, bytes) else sealed
    stamp = str(int(time.time()))
    query = {"timestamp": stamp, "nonce": "1", "msg_signature": signature(stamp, "1", text)}
    with pytest.raises((Unreadable, Forged)):
        envelope("safe").open(query, f"<xml><Encrypt>{text}</Encrypt></xml>".encode())


def test_the_check_of_the_address_is_echoed() -> None:
    stamp = str(int(time.time()))
    query = {"timestamp": stamp, "nonce": "1", "echostr": "4711"}
    query["signature"] = signature(stamp, "1")
    assert envelope("safe").echo(query) == "4711"
    with pytest.raises(Forged):
        envelope("safe").echo({**query, "signature": "0" * 40})
    with pytest.raises(Unreadable):
        envelope("safe").echo({**query, "echostr": ""})


def test_a_sealed_check_is_echoed_in_clear() -> None:
    stamp = str(int(time.time()))
    sealed = PrpCrypto(Poster().crypto.key).encrypt("4711", APP_ID).decode()
    query = {"timestamp": stamp, "nonce": "1", "echostr": sealed}
    query["msg_signature"] = signature(stamp, "1", sealed)
    assert envelope("safe").echo(query, sealed=True) == "4711"


def test_an_element_that_comes_twice_counts_as_none() -> None:
    doubled = Post(
        Poster("plain").post(SAID).query, b"<xml><Content>a</Content><Content>b</Content></xml>"
    )
    assert field(envelope("plain").open(doubled.query, doubled.body), "Content") == ""
