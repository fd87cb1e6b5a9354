"""One suite for both transports of the in-app chat, against the running service."""

from __future__ import annotations

import asyncio
import json
import re
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import websockets
from websockets.exceptions import InvalidStatusCode
from websockets.frames import Opcode

from bot.channels.chat_protocol import MAX_FRAME_BYTES

ANSWER_SECONDS = 30


def fresh() -> str:
    return uuid.uuid4().hex


def as_json(fields: dict[str, Any]) -> str:
    """JSON as a browser writes it: UTF-8 as it is, half a surrogate pair escaped."""
    text = json.dumps(fields, ensure_ascii=False)
    return text.encode("utf-8", "backslashreplace").decode()


@dataclass(frozen=True)
class Outcome:
    messages: list[dict[str, Any]] | None
    error: str | None


class HttpChat:
    def __init__(self, base_url: str, session: str) -> None:
        self.base_url = base_url
        self.session = session

    async def __aenter__(self) -> HttpChat:
        self.client = httpx.AsyncClient(
            base_url=self.base_url, timeout=ANSWER_SECONDS, trust_env=False
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.client.aclose()

    async def send(self, fields: dict[str, Any]) -> Outcome:
        return await self.raw(as_json({"session": self.session, **fields}))

    async def raw(self, body: str | bytes) -> Outcome:
        content = body.encode() if isinstance(body, str) else body
        answer = await self.client.post("/webhooks/chat/messages", content=content)
        data = answer.json()
        if answer.status_code == 200:
            assert set(data) == {"in_reply_to", "messages"}
            return Outcome(data["messages"], None)
        assert 400 <= answer.status_code < 500
        assert set(data) == {"error"}
        return Outcome(None, data["error"])


class SocketChat:
    def __init__(self, base_url: str, session: str) -> None:
        self.url = f"{socket_url(base_url)}?session={session}"

    async def __aenter__(self) -> SocketChat:
        self.socket = await websockets.connect(self.url)
        assert await self.next_frame() == {"type": "hello"}
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.socket.close()

    async def next_frame(self) -> dict[str, Any]:
        frame = await asyncio.wait_for(self.socket.recv(), ANSWER_SECONDS)
        data = json.loads(frame)
        assert isinstance(data, dict)
        return data

    async def send(self, fields: dict[str, Any]) -> Outcome:
        return await self.raw(as_json({"type": "message", **fields}))

    async def raw(self, frame: str | bytes) -> Outcome:
        if isinstance(frame, bytes):
            await self.socket.write_frame(True, Opcode.TEXT, frame)
        else:
            await self.socket.send(frame)
        while True:
            data = await self.next_frame()
            if data["type"] == "reply":
                return Outcome(data["messages"], None)
            if data["type"] == "error":
                return Outcome(None, data["error"])
            assert data["type"] == "typing"


Chat = HttpChat | SocketChat
TRANSPORTS = [pytest.param(HttpChat, id="http"), pytest.param(SocketChat, id="websocket")]


@pytest.fixture(params=TRANSPORTS)
async def chat(request: pytest.FixtureRequest, running_service: str) -> AsyncIterator[Chat]:
    async with request.param(running_service, fresh()) as opened:
        yield opened


def socket_url(base_url: str) -> str:
    return base_url.replace("http", "ws", 1).rstrip("/") + "/webhooks/chat/ws"


def config_of(base_url: str) -> dict[str, Any]:
    config = httpx.get(f"{base_url}/webhooks/chat/config", trust_env=False).json()
    assert isinstance(config, dict)
    return config


async def reply_to(chat: Chat, text: str) -> list[dict[str, Any]]:
    """The bubbles of a reply that any text must get: at least one, each with words."""
    outcome = await chat.send({"message_id": fresh(), "text": text})
    assert outcome.error is None
    assert outcome.messages
    for bubble in outcome.messages:
        assert isinstance(bubble["text"], str)
        assert bubble["text"].strip()
        for button in bubble.get("buttons", []):
            assert button["title"].strip()
            assert button["payload"].strip()
    return outcome.messages


def is_one_line(error: str | None) -> bool:
    return bool(error) and "\n" not in str(error)


async def test_a_message_gets_a_reply_with_the_official_hotline(
    chat: Chat, running_service: str
) -> None:
    config = config_of(running_service)
    bubbles = await reply_to(chat, "有人说能帮我停息挂账，要先交2000元")
    assert config["hotline"] in "".join(bubble["text"] for bubble in bubbles)


async def test_a_repeated_message_id_gets_the_same_reply(chat: Chat) -> None:
    message = {"message_id": fresh(), "text": "有人说能帮我停息挂账，要先交2000元"}
    first = await chat.send(message)
    await reply_to(chat, "你好")
    assert (await chat.send(message)).messages == first.messages
    # Under the same id even another text is the same message.
    assert (await chat.send({**message, "text": "你好"})).messages == first.messages


async def test_the_same_message_id_in_two_sessions_is_two_messages(
    request: pytest.FixtureRequest, chat: Chat, running_service: str
) -> None:
    message_id = fresh()
    first = await chat.send(
        {"message_id": message_id, "text": "有人说能帮我停息挂账，要先交2000元"}
    )
    async with type(chat)(running_service, fresh()) as other:
        second = await other.send({"message_id": message_id, "text": "你好"})
    assert second.messages != first.messages


@pytest.mark.parametrize("text", ["", "   ", "\n\t\n", "\u3000"])
async def test_an_empty_text_gets_a_reply(chat: Chat, text: str) -> None:
    await reply_to(chat, text)


@pytest.mark.parametrize("length", [2000, 2001, 4001])
async def test_a_long_text_gets_a_reply(chat: Chat, length: int) -> None:
    await reply_to(chat, ("低息贷款，当天放款，先交保证金。" * 400)[:length])


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("😭😭😭", id="emoji"),
        pytest.param("👨‍👩‍👧‍👦🏳️‍🌈", id="joined emoji"),
        pytest.param("\ud83d", id="half a surrogate pair"),
        pytest.param("他\x00让我转账", id="null"),
        pytest.param("\u202e号码0000000831\u202c", id="text direction"),
        pytest.param("客\u200b服\u200d电\u2060话\ufeff", id="invisible characters"),
        pytest.param("你\u0301\u0302\u0303\u0304\u0305\u0306\u0307好", id="piled accents"),
        pytest.param("一行\u2028二行\u2029三行\r\n四行", id="line ends"),
        pytest.param("有人說能幫我停息掛賬", id="traditional"),
        pytest.param("４００－０００－００００是你们的吗", id="full width"),
        pytest.param("𠮷𠮷𠀋", id="beyond the basic plane"),
        pytest.param("\uffff\ufffe\ue000", id="noncharacters"),
    ],
)
async def test_unusual_characters_get_a_reply(chat: Chat, text: str) -> None:
    bubbles = await reply_to(chat, text)
    "".join(bubble["text"] for bubble in bubbles).encode()


@pytest.mark.parametrize(
    "text", ["/", "/restart", "/session_start", "/back", '/debt_evasion{"amount": "1"}', " /stop"]
)
async def test_a_text_that_begins_with_a_slash_is_ordinary_text(chat: Chat, text: str) -> None:
    await reply_to(chat, text)


async def test_markup_and_templates_in_a_text_are_ordinary_text(chat: Chat) -> None:
    await reply_to(chat, "{hotline} {{7*7}} <script>alert(1)</script> %s ${HOME} \\u0000")


async def test_unknown_fields_are_ignored(chat: Chat) -> None:
    outcome = await chat.send(
        {"message_id": fresh(), "text": "你好", "metadata": {"admin": True}, "sender": "else"}
    )
    assert outcome.messages


@pytest.mark.parametrize(
    "body", ["", "{", "not json", "null", "[]", '"text"', "12", "[" * 5000, '{"a": NaN']
)
async def test_a_body_that_is_no_json_object_is_refused_and_the_next_is_answered(
    chat: Chat, body: str
) -> None:
    assert is_one_line((await chat.raw(body)).error)
    await reply_to(chat, "你好")


@pytest.mark.parametrize("text", [None, 5, 1.5, True, ["你好"], {"text": "你好"}])
async def test_a_text_that_is_no_string_is_refused(chat: Chat, text: object) -> None:
    assert is_one_line((await chat.send({"message_id": fresh(), "text": text})).error)
    await reply_to(chat, "你好")


@pytest.mark.parametrize("message_id", [None, 5, True, [], {}, "", "a b", "../x", "é", "a" * 65])
async def test_a_message_id_of_another_form_is_refused(chat: Chat, message_id: object) -> None:
    assert is_one_line((await chat.send({"message_id": message_id, "text": "你好"})).error)


@pytest.mark.parametrize("fields", [{"text": "你好"}, {"message_id": "m1"}, {}])
async def test_a_missing_field_is_refused(chat: Chat, fields: dict[str, str]) -> None:
    assert is_one_line((await chat.send(fields)).error)


async def test_an_error_does_not_repeat_what_the_user_wrote(chat: Chat) -> None:
    for body in ('{"text": "密码0000"', json.dumps({"message_id": "密码0000", "text": "密码0000"})):
        outcome = await chat.raw(body)
        assert outcome.error
        assert "0000" not in outcome.error


async def test_a_body_that_is_no_utf8_is_refused(chat: Chat) -> None:
    body = '{"type": "message", "session": "aaaaaaaa", "message_id": "m", "text": "你好"}'
    for encoding in ("gb18030", "utf-16"):
        assert is_one_line((await chat.raw(body.encode(encoding))).error)
    await reply_to(chat, "你好")


async def test_what_is_larger_than_16_kilobytes_is_refused(chat: Chat) -> None:
    outcome = await chat.send({"message_id": fresh(), "text": "a" * MAX_FRAME_BYTES})
    assert is_one_line(outcome.error)
    await reply_to(chat, "你好")


BAD_SESSIONS = [
    "",
    "short",
    "a" * 65,
    "with space",
    "用户用户用户用户",
    "..%2F..%2Fetc",
    "a.b.c.d.e",
]


@pytest.mark.parametrize("session", [None, 5, ["aaaaaaaa"], True, *BAD_SESSIONS])
async def test_http_refuses_a_session_of_another_form(
    running_service: str, session: object
) -> None:
    async with HttpChat(running_service, fresh()) as chat:
        body = {"session": session, "message_id": fresh(), "text": "你好"}
        assert is_one_line((await chat.raw(json.dumps(body))).error)


async def test_http_refuses_a_missing_session(running_service: str) -> None:
    async with HttpChat(running_service, fresh()) as chat:
        outcome = await chat.raw(json.dumps({"message_id": fresh(), "text": "你好"}))
        assert is_one_line(outcome.error)


@pytest.mark.parametrize("query", ["", "?session=", "?sessions=aaaaaaaa", "?session=short"])
async def test_the_socket_does_not_open_without_a_session(running_service: str, query: str) -> None:
    with pytest.raises(InvalidStatusCode) as refused:
        await websockets.connect(socket_url(running_service) + query)
    assert refused.value.status_code == 400


OTHER_SITES = ["https://elsewhere.example", "null", "http://127.0.0.1:1"]


@pytest.mark.parametrize("origin", OTHER_SITES)
async def test_the_socket_does_not_open_for_a_page_of_another_site(
    running_service: str, origin: str
) -> None:
    url = f"{socket_url(running_service)}?session={fresh()}"
    with pytest.raises(InvalidStatusCode) as refused:
        await websockets.connect(url, origin=origin)
    assert refused.value.status_code == 403


@pytest.mark.parametrize("origin", OTHER_SITES)
def test_http_refuses_a_page_of_another_site(running_service: str, origin: str) -> None:
    posted = httpx.post(
        f"{running_service}/webhooks/chat/messages",
        json={"session": fresh(), "message_id": fresh(), "text": "你好"},
        headers={"Origin": origin},
        trust_env=False,
    )
    assert posted.status_code == 403


async def test_a_page_of_the_same_host_is_let_in(running_service: str) -> None:
    url = f"{socket_url(running_service)}?session={fresh()}"
    async with websockets.connect(url, origin=running_service.rstrip("/")) as socket:
        assert json.loads(await socket.recv()) == {"type": "hello"}


async def test_the_socket_says_that_it_is_typing_before_it_replies(running_service: str) -> None:
    async with SocketChat(running_service, fresh()) as chat:
        message_id = fresh()
        frame = {"type": "message", "message_id": message_id, "text": "你好"}
        await chat.socket.send(json.dumps(frame))
        assert await chat.next_frame() == {"type": "typing"}
        reply = await chat.next_frame()
        assert (reply["type"], reply["in_reply_to"]) == ("reply", message_id)


async def test_messages_sent_at_once_are_answered_in_their_order(running_service: str) -> None:
    async with SocketChat(running_service, fresh()) as chat:
        ids = [fresh() for _ in range(20)]
        for message_id in ids:
            frame = {"type": "message", "message_id": message_id, "text": "你好"}
            await chat.socket.send(json.dumps(frame))
        answered = []
        while len(answered) < len(ids):
            frame = await chat.next_frame()
            assert frame["type"] in ("typing", "reply")
            if frame["type"] == "reply":
                answered.append(frame["in_reply_to"])
        assert answered == ids


@pytest.mark.parametrize(
    "frame", ['{"type": "typing"}', '{"type": 5}', "{}", b'{"type": "message"}']
)
async def test_a_frame_of_another_kind_gets_an_error_and_the_socket_stays_open(
    running_service: str, frame: str | bytes
) -> None:
    async with SocketChat(running_service, fresh()) as chat:
        assert is_one_line((await chat.raw(frame)).error)
        await reply_to(chat, "你好")


async def test_an_error_about_a_message_names_it(running_service: str) -> None:
    async with SocketChat(running_service, fresh()) as chat:
        await chat.socket.send('{"type": "message", "message_id": "m1", "text": 5}')
        assert (await chat.next_frame())["in_reply_to"] == "m1"


async def test_a_reply_lost_with_its_socket_is_found_over_http(running_service: str) -> None:
    session, message_id = fresh(), fresh()
    fields = {"message_id": message_id, "text": "有人说能帮我停息挂账，要先交2000元"}
    async with SocketChat(running_service, session) as chat:
        await chat.socket.send(json.dumps({"type": "message", **fields}))
        chat.socket.transport.abort()
    async with HttpChat(running_service, session) as chat:
        first = await chat.send(fields)
        assert first.messages
        assert (await chat.send(fields)).messages == first.messages
    async with SocketChat(running_service, session) as chat:
        assert (await chat.send(fields)).messages == first.messages


async def test_clients_that_vanish_leave_no_trace_in_the_log(service: Any) -> None:
    before = len(service.log.read_text())
    for _ in range(10):
        async with SocketChat(service.base_url, fresh()) as chat:
            frame = {"type": "message", "message_id": fresh(), "text": "你好"}
            await chat.socket.write_frame(True, Opcode.TEXT, b"\xff")
            await chat.socket.send(json.dumps(frame))
            chat.socket.transport.abort()
    async with HttpChat(service.base_url, fresh()) as chat:
        await reply_to(chat, "你好")
    assert not re.search(r"Traceback|exception|ERROR", service.log.read_text()[before:])


def test_the_config_has_all_that_the_page_shows(running_service: str) -> None:
    answer = httpx.get(f"{running_service}/webhooks/chat/config", trust_env=False)
    config = answer.json()
    assert answer.headers["cache-control"] == "no-store"
    assert config["institution"]
    assert config["short_name"] in config["strings"]["title"]
    assert config["hotline"]
    assert config["hours"]
    assert len(config["openers"]) == 4
    filled_by_the_page = {"count", "limit", "over", "megabytes", "percent"}
    for text in config["strings"].values():
        assert text.strip()
        assert set(re.findall(r"\{(\w*)\}", text)) <= filled_by_the_page
    assert config["strings"]["counter"] == "{count}/{limit}"


def test_the_number_of_an_example_institution_cannot_be_tapped(running_service: str) -> None:
    assert config_of(running_service)["dial"] is None
