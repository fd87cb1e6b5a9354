"""What the chat tells a client when the assistant cannot answer, and what outlives a connection."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import websockets
from sanic import Sanic

from bot.channels.base import Bubble, OnNewMessage, Refused, Unavailable
from bot.channels.chat import ChatChannel
from bot.inbound import InboundMessage

APOLOGY = "现在答不了，请稍后再试"
URL = "/webhooks/chat"

Receive = Callable[[InboundMessage], Awaitable[list[Bubble]]]


class Scripted(ChatChannel):
    """The chat with another way to answer; everything around it is real."""

    def __init__(self, answer: Receive) -> None:
        super().__init__()
        self._receive = answer

    async def receive(self, message: InboundMessage, on_new_message: OnNewMessage) -> list[Bubble]:
        return await self._receive(message)


async def unavailable(message: InboundMessage) -> list[Bubble]:
    raise Unavailable(APOLOGY)


async def refused(message: InboundMessage) -> list[Bubble]:
    raise Refused(APOLOGY, 7)


async def broken(message: InboundMessage) -> list[Bubble]:
    raise ValueError(message.text)


@asynccontextmanager
async def serving(channel: ChatChannel) -> AsyncIterator[str]:
    """Serves one channel on a free port of this process; gives the address after ``http``."""

    async def nobody(_: object) -> None:
        raise AssertionError("the script answers")

    Sanic.test_mode = True
    app = Sanic(f"chat-{id(channel)}", configure_logging=False)
    app.blueprint(channel.blueprint(nobody), url_prefix=URL)
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    host, port = listening.getsockname()
    server = await app.create_server(sock=listening, return_asyncio_server=True, access_log=False)
    assert server is not None
    await server.startup()
    await server.start_serving()
    yield f"://{host}:{port}{URL}"
    await server.before_stop()
    await server.close()
    await server.after_stop()


async def frames_of(address: str, message: dict[str, Any]) -> list[dict[str, Any]]:
    async with websockets.connect(f"ws{address}/ws?session=abcdefgh") as client:
        await client.send(json.dumps({"type": "message", **message}))
        frames: list[dict[str, Any]] = []
        while not frames or frames[-1]["type"] not in ("reply", "error"):
            frames.append(json.loads(await asyncio.wait_for(client.recv(), 10)))
        return frames


async def test_http_does_not_acknowledge_what_was_not_taken() -> None:
    async with (
        serving(Scripted(unavailable)) as address,
        httpx.AsyncClient(trust_env=False) as client,
    ):
        answer = await client.post(
            f"http{address}/messages",
            json={"session": "abcdefgh", "message_id": "m1", "text": "你好"},
        )
    assert answer.status_code == 503
    body = answer.json()
    assert body["messages"] == [{"text": APOLOGY}]
    assert body["in_reply_to"] == "m1"
    assert "again" in body["error"]


async def test_whoever_sends_too_much_is_told_when_to_come_again() -> None:
    async with (
        serving(Scripted(refused)) as address,
        httpx.AsyncClient(trust_env=False) as client,
    ):
        body = {"session": "abcdefgh", "message_id": "m1", "text": "您好"}
        answer = await client.post(f"http{address}/messages", json=body)
        frame = (await frames_of(address, {"message_id": "m1", "text": "您好"}))[-1]
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "7")
    told = {"in_reply_to": "m1", "retry_after": 7, "messages": [{"text": APOLOGY}]}
    assert {key: answer.json()[key] for key in told} == told
    assert {key: frame[key] for key in told} == told


async def test_the_socket_does_not_acknowledge_what_was_not_taken() -> None:
    async with serving(Scripted(unavailable)) as address:
        frames = await frames_of(address, {"message_id": "m1", "text": "你好"})
    assert [frame["type"] for frame in frames] == ["hello", "typing", "error"]
    assert frames[-1]["messages"] == [{"text": APOLOGY}]
    assert frames[-1]["in_reply_to"] == "m1"


async def test_a_failure_of_ours_reaches_the_client_and_without_the_text_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    message = {"message_id": "m1", "text": "我的密码"}
    async with serving(Scripted(broken)) as address, httpx.AsyncClient(trust_env=False) as client:
        frames = await frames_of(address, message)
        answer = await client.post(
            f"http{address}/messages", json=message | {"session": "abcdefgh"}
        )
    assert (frames[-1]["type"], frames[-1]["in_reply_to"]) == ("error", "m1")
    assert (answer.status_code, answer.json()["in_reply_to"]) == (503, "m1")
    assert caplog.text.count("not answered: ValueError") == 2
    assert "我的密码" not in caplog.text


async def test_a_message_is_answered_even_if_its_client_has_gone() -> None:
    taken, answered = asyncio.Event(), asyncio.Event()

    async def slow(message: InboundMessage) -> list[Bubble]:
        taken.set()
        await asyncio.sleep(0.2)
        answered.set()
        return [{"text": "好"}]

    async with serving(Scripted(slow)) as address:
        client = await websockets.connect(f"ws{address}/ws?session=abcdefgh")
        await client.send('{"type": "message", "message_id": "m1", "text": "你好"}')
        await asyncio.wait_for(taken.wait(), 10)
        client.transport.abort()
        await asyncio.wait_for(answered.wait(), 10)


async def test_a_server_that_stops_finishes_the_answer_it_makes() -> None:
    taken = asyncio.Event()
    answered: list[str] = []

    async def slow(message: InboundMessage) -> list[Bubble]:
        taken.set()
        await asyncio.sleep(0.3)
        answered.append(message.message_id)
        return [{"text": "好"}]

    async with serving(Scripted(slow)) as address:
        client = await websockets.connect(f"ws{address}/ws?session=abcdefgh")
        await client.send('{"type": "message", "message_id": "m1", "text": "你好"}')
        await asyncio.wait_for(taken.wait(), 10)
    assert answered == ["m1"]


async def test_clients_that_vanish_leave_no_task_behind() -> None:
    async def quick(message: InboundMessage) -> list[Bubble]:
        return [{"text": "好"}]

    async with serving(Scripted(quick)) as address:
        before = len(asyncio.all_tasks())
        for _ in range(20):
            client = await websockets.connect(f"ws{address}/ws?session=abcdefgh")
            for _ in range(3):
                await client.send('{"type": "message", "message_id": "m1", "text": "你好"}')
            client.transport.abort()
        for _ in range(50):
            await asyncio.sleep(0.1)
            if len(asyncio.all_tasks()) <= before:
                break
        assert len(asyncio.all_tasks()) <= before
