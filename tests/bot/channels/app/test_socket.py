"""The app's channel over a WebSocket."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import websockets

from bot.channels.app.tokens import CLOCK_SKEW
from tests.bot.channels.app.backend import bearer, token
from tests.bot.channels.app.serving_app import PAGE, App

PATIENCE = 15


class Socket:
    """A client that reads and writes frames."""

    def __init__(self, opened: Any) -> None:
        self.opened = opened

    async def send(self, **frame: Any) -> None:
        await self.opened.send(json.dumps(frame))

    async def next(self) -> dict[str, Any]:
        frame: dict[str, Any] = json.loads(await asyncio.wait_for(self.opened.recv(), PATIENCE))
        return frame

    async def next_of(self, kind: str) -> dict[str, Any]:
        while True:
            frame = await self.next()
            if frame["type"] == kind:
                return frame

    async def is_closed(self) -> tuple[int, str]:
        """The code and reason with which the service closes."""
        await asyncio.wait_for(self.opened.wait_closed(), PATIENCE)
        return self.opened.close_code, self.opened.close_reason


@asynccontextmanager
async def connected(app: App, **options: Any) -> AsyncIterator[Socket]:
    async with websockets.connect(app.socket_url, **options) as opened:
        yield Socket(opened)


@asynccontextmanager
async def greeted(app: App, user: str = "u1", **options: Any) -> AsyncIterator[Socket]:
    async with connected(app) as socket:
        await socket.send(type="token", token=token(user, **options))
        assert (await socket.next())["type"] == "hello"
        yield socket


def fresh() -> str:
    return uuid.uuid4().hex


async def test_the_token_may_be_the_first_frame(app: App) -> None:
    async with connected(app) as socket:
        await socket.send(type="token", token=token())
        hello = await socket.next()
        assert hello["type"] == "hello"
        assert 590 <= hello["expires_in"] <= 600


async def test_the_token_may_come_with_the_handshake_and_does_not_come_back(app: App) -> None:
    offered = ["jingzhong", f"token.{token()}"]
    async with connected(app, subprotocols=offered, origin=PAGE) as socket:
        assert (await socket.next())["type"] == "hello"
        assert socket.opened.subprotocol == "jingzhong"


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        ('{"type": "token"}', "none was sent"),
        ('{"type": "token", "token": 5}', "none was sent"),
        ('{"type": "token", "token": "x.y.z"}', "cannot be verified"),
        ('{"type": "message", "message_id": "m", "text": "a"}', "first frame"),
        ("not json", "first frame"),
        ("[]", "first frame"),
    ],
)
async def test_a_socket_without_a_good_token_is_closed_with_4401(
    app: App, frame: str, said: str
) -> None:
    async with connected(app) as socket:
        await socket.opened.send(frame)
        code, reason = await socket.is_closed()
        assert code == 4401
        assert reason.startswith("token: ")
        assert said in reason


async def test_a_token_in_the_url_is_no_token(app: App) -> None:
    url = f"{app.socket_url}?token={token()}&access_token={token()}"
    async with websockets.connect(url) as opened:
        await opened.send('{"type": "history"}')
        assert (await Socket(opened).is_closed())[0] == 4401


@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
async def test_a_page_of_another_site_is_closed_with_4403_whatever_it_brings(
    app: App, origin: str
) -> None:
    offered = ["jingzhong", f"token.{token()}"]
    async with connected(app, subprotocols=offered, origin=origin) as socket:
        code, reason = await socket.is_closed()
        assert code == 4403
        assert "JINGZHONG_APP_ORIGINS" in reason


async def test_messages_are_answered_in_their_order_and_as_over_http(app: App) -> None:
    ids = [fresh() for _ in range(5)]
    async with greeted(app, "u-order") as socket:
        for message_id in ids:
            await socket.send(type="message", message_id=message_id, text="你好")
        replies = [await socket.next_of("reply") for _ in ids]
    assert [reply["in_reply_to"] for reply in replies] == ids
    async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
        again = await client.post(
            f"{app.base_url}/webhooks/app/messages",
            json={"message_id": ids[0], "text": "你好"},
            headers=bearer("u-order"),
        )
    assert again.json()["messages"] == replies[0]["messages"]


async def test_mail_comes_by_itself_and_again_on_a_new_socket_until_it_was_acknowledged(
    app: App,
) -> None:
    user = fresh()
    async with greeted(app, user) as socket:
        await asyncio.to_thread(app.write, user, f"{user}-1")
        started = time.monotonic()
        mail = await socket.next_of("mail")
        assert time.monotonic() - started < 3
        assert mail["id"] == f"{user}-1"
        assert mail["messages"] == [{"text": "您好"}]
    async with greeted(app, user) as socket:
        assert (await socket.next_of("mail"))["id"] == f"{user}-1"
        await socket.send(type="receipt", delivered=[f"{user}-1"])
        assert await socket.next_of("receipt") == {"type": "receipt", "delivered": 1, "read": 0}
        await socket.send(type="receipt", read=[f"{user}-1"])
        assert await socket.next_of("receipt") == {"type": "receipt", "delivered": 0, "read": 1}
    async with greeted(app, user) as socket:
        await asyncio.to_thread(app.write, user, f"{user}-2")
        assert (await socket.next_of("mail"))["id"] == f"{user}-2"


async def test_history_is_sent_when_it_is_asked_for(app: App) -> None:
    user = fresh()
    await asyncio.to_thread(app.write, user, f"{user}-h")
    async with greeted(app, user) as socket:
        await socket.send(type="history")
        history = await socket.next_of("history")
    assert [entry["id"] for entry in history["entries"]] == [f"{user}-h"]


async def test_a_frame_is_handled_while_an_answer_is_made(app: App) -> None:
    async with greeted(app, "u-slow") as socket:
        await socket.send(type="message", message_id=fresh(), text="slow")
        await socket.send(type="receipt", delivered=[])
        kinds = [(await socket.next())["type"] for _ in range(3)]
    assert sorted(kinds[:2]) == ["receipt", "typing"]
    assert kinds[2] == "reply"


@pytest.mark.parametrize(
    "frame", [{"type": "unknown"}, {}, {"type": 5}, {"type": "receipt", "read": "m"}]
)
async def test_a_frame_that_cannot_be_read_gets_an_error_and_the_socket_stays(
    app: App, frame: dict[str, Any]
) -> None:
    async with greeted(app) as socket:
        await socket.send(**frame)
        error = await socket.next()
        assert error["type"] == "error"
        assert "\n" not in error["error"]
        await socket.send(type="message", message_id=fresh(), text="还在吗")
        assert (await socket.next_of("reply"))["messages"]


async def test_a_socket_whose_token_runs_out_is_closed_with_4401(app: App) -> None:
    now = int(time.time())
    ends = now - CLOCK_SKEW + 2
    async with greeted(app, iat=now - 600, exp=ends) as socket:
        started = time.monotonic()
        assert await socket.is_closed() == (4401, "token: ran out")
        assert 0.5 < time.monotonic() - started < 4


async def test_a_fresh_token_keeps_the_socket_open_and_brings_its_phrase(app: App) -> None:
    now = int(time.time())
    ends = now - CLOCK_SKEW + 2
    async with greeted(app, "u-renew", iat=now - 600, exp=ends) as socket:
        await socket.send(type="token", token=token("u-renew", "session-2"))
        renewed = await socket.next()
        assert renewed["type"] == "token"
        assert renewed["expires_in"] > 500
        await asyncio.sleep(max(0.0, ends + CLOCK_SKEW + 1 - time.time()))
        await socket.send(type="message", message_id=fresh(), text="你好")
        said = (await socket.next_of("reply"))["messages"][1]["text"]
    url = f"{app.base_url}/webhooks/app/phrase"
    async with httpx.AsyncClient(trust_env=False) as client:
        shown = (await client.get(url, headers=bearer("u-renew", "session-2"))).json()["phrase"]
    assert said == f"phrase {shown}"


@pytest.mark.parametrize(
    ("fresh_token", "code"),
    [
        (token("u-other"), "token_invalid"),
        (token(iat=int(time.time()) - 900, exp=int(time.time()) - 300), "token_expired"),
        ("x.y.z", "token_invalid"),
        ("", "token_missing"),
    ],
    ids=["of somebody else", "expired", "no token", "empty"],
)
async def test_a_fresh_token_that_is_not_good_changes_nothing(
    app: App, fresh_token: str, code: str
) -> None:
    async with greeted(app, "u1") as socket:
        await socket.send(type="token", token=fresh_token)
        error = await socket.next()
        assert (error["type"], error["code"]) == ("error", code)
        await socket.send(type="message", message_id=fresh(), text="你好")
        assert (await socket.next_of("reply"))["messages"]


async def test_a_message_is_answered_although_its_socket_broke(app: App) -> None:
    user, message_id = fresh(), fresh()
    async with greeted(app, user) as socket:
        await socket.send(type="message", message_id=message_id, text="slow")
        assert (await socket.next())["type"] == "typing"
        socket.opened.transport.abort()
    async with greeted(app, user) as socket:
        await socket.send(type="message", message_id=message_id, text="slow")
        reply = await socket.next_of("reply")
    assert reply["messages"][0] == {"text": "heard slow"}
