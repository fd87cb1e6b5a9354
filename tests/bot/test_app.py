"""What the service does when parts of it fail: it says so, and acknowledges nothing it did not write."""

from __future__ import annotations

import asyncio
import io
import logging
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from actions.content import Hotline
from bot.gate import Gate, Unavailable
from bot.inbound import InboundMessage
from bot.ledger.reading import LedgerView
from bot.quiet import WordlessFormatter
from bot.services import Services
from bot.voice import Voices
from tests.bot.conftest import Rest
from tests.conftest import Desk, RunningService, make_services

THREAT = "有家公司说能帮我停息挂账，收两千定金"
NUMBER_QUESTION = "13000000001是你们的电话吗"


def codes(home: Path, message_id: str) -> list[str]:
    events = [stored.event["data"] for stored in LedgerView.at(home).iterate()]
    return [data["code"] for data in events if data["message_id"] == message_id]


def test_while_the_ledger_cannot_be_written_nothing_is_acknowledged_and_health_says_so(
    rest: Rest, service: RunningService, ledger_locked: Callable[[], AbstractContextManager[None]]
) -> None:
    sender, message_id = uuid.uuid4().hex, uuid.uuid4().hex
    body = {"sender": sender, "message": THREAT, "message_id": message_id}
    with ledger_locked():
        answer = rest.post(body)
        assert answer.status_code == 503
        (bubble,) = answer.json()
        assert bubble["recipient_id"] == sender
        assert "400-012-345" in bubble["text"]
        health = rest.client.get("/health")
        assert health.status_code == 503
        assert (health.json()["status"], health.json()["ledger"]) == ("unavailable", "failing")
        assert codes(service.home, message_id) == []
    assert rest.client.get("/health").json()["status"] == "ok"
    # Sent again it is answered as if nothing had been, and written once.
    again = rest.say(sender, THREAT, message_id)
    assert again[0]["text"] == rest.say(uuid.uuid4().hex, THREAT)[0]["text"]
    assert codes(service.home, message_id) == ["debt_optimization"]


class BrokenHotline(Hotline):
    """Content that makes a decision fail in its middle, with words of the user in the error."""

    @property
    def digits(self) -> str:
        raise ValueError(NUMBER_QUESTION)


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    made = make_services(tmp_path)
    yield made
    made.close()


def undecided(services: Services) -> Services:
    """The same services with content on which every check of a number fails."""
    hotline = services.content.hotlines[0]
    broken = BrokenHotline(hotline.number, hotline.name, hotline.hours)
    voice = services.voices.now
    return replace(
        services,
        voices=Voices(replace(voice, content=replace(voice.content, hotlines=(broken,)))),
    )


@pytest.fixture
def service_log() -> Iterator[io.StringIO]:
    """What the service would have on its standard error."""
    log = io.StringIO()
    handler = logging.StreamHandler(log)
    handler.setFormatter(WordlessFormatter("%(levelname)s %(name)s: %(message)s"))
    logging.getLogger().addHandler(handler)
    yield log
    logging.getLogger().removeHandler(handler)


def test_a_message_whose_decision_fails_is_not_acknowledged_and_can_be_sent_again(
    model: Path, services: Services, tmp_path: Path, service_log: io.StringIO
) -> None:
    failing = Desk(undecided(services), model)
    with pytest.raises(Unavailable) as raised:
        failing.say("a", NUMBER_QUESTION, "1")
    assert "400-012-345" in raised.value.text
    assert "ValueError" in service_log.getvalue()
    assert "13000000001" not in service_log.getvalue()
    assert codes(tmp_path, "1") == []
    # Others are answered meanwhile.
    assert [event["data"]["code"] for event in failing.say("b", THREAT, "2").signals] == [
        "debt_optimization"
    ]
    repaired = Desk(services, model)
    assert repaired.say("a", NUMBER_QUESTION, "1").text
    assert codes(tmp_path, "1") == ["fake_hotline"]


def inbound(text: str) -> InboundMessage:
    return InboundMessage("rest", "a", "a", "1", text, datetime.now(timezone.utc))


def test_an_assistant_that_breaks_or_stays_silent_is_never_taken_for_an_answer(
    services: Services, caplog: pytest.LogCaptureFixture
) -> None:
    async def breaks(message: Any) -> None:
        raise ValueError(message.text)

    async def is_silent(message: Any) -> None:
        return None

    for assistant in (breaks, is_silent):
        with caplog.at_level(logging.DEBUG), pytest.raises(Unavailable) as raised:
            asyncio.run(Gate(services).handle(inbound(THREAT), assistant))
        assert "400-012-345" in raised.value.text
    assert services.ledger.stored_reply("rest:a", "1") is None
    assert "jingzhong_failures_total 2.0" in services.counters.exposition().decode()
    # The log tells that and where it happened, and nothing of what the user wrote.
    assert "ValueError" in caplog.text
    assert "停息挂账" not in caplog.text


def test_a_reply_that_cannot_be_stored_is_not_given(services: Services) -> None:
    async def answers(message: Any) -> None:
        await message.output_channel.send_response("a", {"text": "好"})

    services.ledger.close()
    with pytest.raises(Unavailable):
        asyncio.run(Gate(services).handle(inbound("您好"), answers))
