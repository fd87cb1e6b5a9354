"""The rules that both transports of the chat share."""

from __future__ import annotations

import pytest

from bot.channels.chat_protocol import ProtocolError, decode, message_of, same_origin, session_of


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        (None, "chat.example"),
        ("https://chat.example", "chat.example"),
        ("https://chat.example", "chat.example:443"),
        ("http://chat.example:80", "chat.example"),
        ("https://CHAT.example", "chat.EXAMPLE"),
        ("http://127.0.0.1:5005", "127.0.0.1:5005"),
        ("http://[::1]:5005", "[::1]:5005"),
    ],
)
def test_a_page_of_the_same_host_is_of_the_same_origin(origin: str | None, host: str) -> None:
    assert same_origin(origin, host)


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("https://chat.example.evil.example", "chat.example"),
        ("https://evil.example", "chat.example"),
        ("https://chat.example:8443", "chat.example"),
        ("http://127.0.0.1:5006", "127.0.0.1:5005"),
        ("null", "chat.example"),
        ("", ""),
        ("file://", "chat.example"),
        ("https://", ""),
        ("https://chat.example:port", "chat.example"),
        ("ftp://chat.example", "chat.example"),
    ],
)
def test_any_other_page_is_not(origin: str, host: str) -> None:
    assert not same_origin(origin, host)


@pytest.mark.parametrize("session", ["abcdefgh", "A-b_0" * 2, "a" * 64])
def test_a_session_of_8_to_64_plain_characters_is_taken(session: str) -> None:
    assert session_of(session) == session


@pytest.mark.parametrize(
    "session", [None, 12345678, "abcdefg", "a" * 65, "abcdefgh\n", "ａｂｃｄｅｆｇｈ"]
)
def test_any_other_session_is_refused(session: object) -> None:
    with pytest.raises(ProtocolError):
        session_of(session)


def test_half_a_surrogate_pair_keeps_its_place() -> None:
    message = message_of(decode(rb'{"message_id": "m", "text": "a\ud83db\ud83d\ude00"}'))
    assert message.text == "a\ufffdb😀"


def test_a_frame_is_measured_in_bytes() -> None:
    with pytest.raises(ProtocolError, match="too large"):
        decode(('{"text": "' + "字" * 5460 + '"}').encode())
