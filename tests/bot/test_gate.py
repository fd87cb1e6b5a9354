"""The gate: limits with a polite text, and messages that are answered whatever their sender does."""

from __future__ import annotations

import asyncio
import json
import re
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import httpx
import pytest
import websockets
from rasa.core.channels.channel import UserMessage

from bot.gate import TOO_MANY, UNAVAILABLE, Gate, Refused, Unavailable
from bot.inbound import InboundMessage
from bot.ledger.reading import LedgerView
from bot.limits import Limit, Limits
from bot.services import Services
from tests.bot.conftest import Rest
from tests.conftest import Desk, RunningService, make_services

THREAT = "有家公司说能帮我停息挂账，收两千定金"
BURST = 3


def inbound(
    text: str = THREAT, user: str | None = None, message_id: str | None = None
) -> InboundMessage:
    user = user or uuid.uuid4().hex
    return InboundMessage(
        channel="test",
        user=user,
        conversation=user,
        message_id=message_id or uuid.uuid4().hex,
        text=text,
        received_at=datetime.now(timezone.utc),
    )


class Assistant:
    """The real assistant, which begins with a message only when it may."""

    def __init__(self, desk: Desk) -> None:
        self.may = asyncio.Event()
        self.begun = asyncio.Event()
        self._agent = desk.agent

    async def answer(self, message: UserMessage) -> None:
        self.begun.set()
        await self.may.wait()
        await self._agent.handle_message(message)


@pytest.fixture
async def assistant(desk: Desk) -> Assistant:
    return Assistant(desk)


@pytest.fixture
def services(desk: Desk) -> Services:
    return desk.services


def ids_of(services: Services, message: InboundMessage) -> list[str]:
    """The codes of the events of a message."""
    events = [stored.event["data"] for stored in services.ledger.events()]
    return [data["code"] for data in events if data["message_id"] == message.message_id]


async def test_a_message_whose_caller_goes_away_is_answered_and_recorded_all_the_same(
    services: Services, assistant: Assistant
) -> None:
    gate, message = Gate(services), inbound()
    calling = asyncio.ensure_future(gate.handle(message, assistant.answer))
    await assistant.begun.wait()
    calling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await calling
    assert ids_of(services, message) == []
    assistant.may.set()
    bubbles = await gate.handle(message, _never)  # as the caller sends it again
    assert "停息挂账" in bubbles[0]["text"]
    assert ids_of(services, message) == ["debt_optimization"]


async def test_a_message_that_waits_for_its_conversation_is_answered_too_when_its_caller_goes_away(
    services: Services, assistant: Assistant
) -> None:
    gate, user = Gate(services), uuid.uuid4().hex
    first, second = inbound(user=user), inbound("我已经转了2000给他了", user=user)
    calls = [asyncio.ensure_future(gate.handle(m, assistant.answer)) for m in (first, second)]
    await assistant.begun.wait()
    for call in calls:
        call.cancel()
    assistant.may.set()
    await gate.drain(10)
    assert ids_of(services, first) == ids_of(services, second) == ["debt_optimization"]


async def _never(message: UserMessage) -> None:
    raise AssertionError("it was answered before")


async def test_draining_waits_until_what_was_let_in_is_answered(
    services: Services, assistant: Assistant
) -> None:
    gate = Gate(services)
    await gate.drain(10)  # at once, with nothing under way
    calling = asyncio.ensure_future(gate.handle(inbound(), assistant.answer))
    await assistant.begun.wait()
    draining = asyncio.ensure_future(gate.drain(10))
    await asyncio.sleep(0.05)
    assert not draining.done()
    assistant.may.set()
    await draining
    assert await asyncio.wait_for(calling, 0.1)


async def test_draining_waits_no_longer_than_it_may(
    services: Services, assistant: Assistant
) -> None:
    gate = Gate(services)
    calling = asyncio.ensure_future(gate.handle(inbound(), assistant.answer))
    await assistant.begun.wait()
    began = time.monotonic()
    await gate.drain(0.1)
    assert time.monotonic() - began < 1
    assert not calling.done()
    assistant.may.set()
    await calling


async def test_a_message_too_many_is_refused_before_anything_is_read(
    services: Services, assistant: Assistant
) -> None:
    gate = Gate(replace(services, limits=Limits(Limit(burst=1, per_minute=1))))
    assistant.may.set()
    first, second = inbound(user="a loud one"), inbound(user="a loud one")
    bubbles = await gate.handle(first, assistant.answer)
    for refused in (second, first):
        with pytest.raises(Refused) as refusal:
            await gate.handle(refused, _never)
        assert refusal.value.text == services.plain(TOO_MANY)
        assert 1 <= refusal.value.retry_after <= 61
    assert bubbles
    assert ids_of(services, second) == []
    assert await gate.handle(inbound(user="a calm one"), assistant.answer)


async def test_too_many_messages_under_way_in_a_conversation_are_refused_and_others_are_not(
    services: Services, assistant: Assistant
) -> None:
    gate = Gate(replace(services, limits=Limits(Limit(in_conversation=2))))
    user = uuid.uuid4().hex
    calls = [
        asyncio.ensure_future(gate.handle(inbound("您好", user), assistant.answer))
        for _ in range(2)
    ]
    await assistant.begun.wait()
    with pytest.raises(Refused):
        await gate.handle(inbound("您好", user), _never)
    assistant.may.set()
    assert await gate.handle(inbound("您好"), assistant.answer)
    await asyncio.gather(*calls)
    assert await gate.handle(inbound("您好", user), assistant.answer)


async def test_a_message_that_the_assistant_fails_at_frees_its_conversation(
    services: Services, assistant: Assistant, caplog: pytest.LogCaptureFixture
) -> None:
    gate, message = Gate(services), inbound()

    async def fails(message: UserMessage) -> None:
        raise RuntimeError(message.text)

    with pytest.raises(Unavailable) as failure:
        await gate.handle(message, fails)
    assert not isinstance(failure.value, Refused)
    assert failure.value.text == services.plain(UNAVAILABLE)
    assert "RuntimeError" in caplog.text
    assert "停息挂账" not in caplog.text
    assistant.may.set()
    assert await asyncio.wait_for(gate.handle(message, assistant.answer), 5)
    assert ids_of(services, message) == ["debt_optimization"]


@pytest.fixture(scope="module")
def strict(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """A service that lets a person send a few messages, and one a minute after that."""
    running = RunningService(
        tmp_path_factory.mktemp("strict"),
        JINGZHONG_RATE_BURST=str(BURST),
        JINGZHONG_RATE_PER_MINUTE="1",
    )
    yield running
    running.stop()


@pytest.fixture(scope="module")
def polite(model: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """What a person is told who sends too much."""
    services = make_services(tmp_path_factory.mktemp("words"))
    services.close()
    return services.plain(TOO_MANY)


def test_over_rest_a_message_too_many_is_told_when_to_come_again(
    strict: RunningService, rest_of: Callable[[str], Rest], polite: str
) -> None:
    rest = rest_of(strict.base_url)
    for number in range(BURST):
        rest.say("loud", "您好", f"m{number}")
    body = {"sender": "loud", "message": THREAT, "message_id": "too many"}
    refused = rest.post(body)
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 61
    assert refused.json() == [{"recipient_id": "loud", "text": polite}]
    assert rest.say("calm", THREAT)
    noted = [stored.event["data"] for stored in LedgerView.at(strict.home).events()]
    assert "too many" not in {data["message_id"] for data in noted}
    metrics = rest.client.get("/metrics").text
    assert re.search(r'jingzhong_limited_total\{reason="rate"\} [1-9]', metrics)


async def test_over_the_chat_socket_a_message_too_many_is_answered_by_a_frame_of_its_own(
    strict: RunningService, polite: str
) -> None:
    address = strict.base_url.replace("http://", "ws://")
    session = uuid.uuid4().hex

    async def frames(number: int) -> list[dict[str, Any]]:
        fields = {"type": "message", "message_id": f"m{number}", "text": "您好"}
        await socket.send(json.dumps(fields, ensure_ascii=False))
        found = [json.loads(await asyncio.wait_for(socket.recv(), 30))]
        while found[-1]["type"] in ("typing", "hello"):
            found.append(json.loads(await asyncio.wait_for(socket.recv(), 30)))
        return found

    async with websockets.connect(f"{address}/webhooks/chat/ws?session={session}") as socket:
        kinds = [(await frames(number))[-1]["type"] for number in range(BURST)]
        assert kinds == ["reply"] * BURST
        last = (await frames(BURST))[-1]
        assert last["type"] == "error"
        assert last["in_reply_to"] == f"m{BURST}"
        assert last["messages"] == [{"text": polite}]


def test_over_plain_http_the_chat_says_the_same(strict: RunningService, polite: str) -> None:
    session = uuid.uuid4().hex
    with httpx.Client(base_url=strict.base_url, timeout=30, trust_env=False) as client:
        for number in range(BURST + 1):
            body = {"session": session, "message_id": f"m{number}", "text": "您好"}
            answer = client.post("/webhooks/chat/messages", json=body)
        assert not answer.is_success
        assert answer.json()["messages"] == [{"text": polite}]
