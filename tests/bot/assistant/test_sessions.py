"""A conversation that has rested goes on, or starts a session anew, just when it does behind Rasa's own agent."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

import pytest
from rasa.core.agent import Agent
from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.events import ActionExecuted, Event, SessionStarted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.inbound import InboundMessage
from tests.bot.assistant.playing import CHANNEL, Ours, Stock
from tests.conftest import make_services

SESSION_MINUTES = 720  # as the domain has it


@dataclass(frozen=True)
class Two:
    ours: Ours
    stock: Stock


@pytest.fixture
async def two(model: Path, tmp_path: Path) -> AsyncIterator[Two]:
    services = [make_services(tmp_path / name) for name in ("ours", "stock")]
    yield Two(Ours(services[0], model), Stock(services[1], model))
    for each in services:
        each.close()


def rested(key: str, said: str, minutes: float) -> DialogueStateTracker:
    """A conversation of one message, so many minutes ago."""
    then = time.time() - minutes * 60
    events: list[Event] = [
        ActionExecuted(ACTION_SESSION_START_NAME, timestamp=then),
        SessionStarted(timestamp=then),
        ActionExecuted(ACTION_LISTEN_NAME, timestamp=then),
        UserUttered(said, timestamp=then),
        ActionExecuted(ACTION_LISTEN_NAME, timestamp=then),
    ]
    return DialogueStateTracker.from_events(key, events)


async def names(agent: Agent, key: str) -> list[str]:
    """What happened in the conversation, by kind."""
    tracker = await agent.tracker_store.retrieve_full_tracker(key)
    assert tracker is not None
    return [getattr(event, "action_name", None) or event.type_name for event in tracker.events]


@pytest.mark.parametrize(
    "said", [pytest.param("有人让我先交保证金才放款", id="words"), pytest.param("", id="no words")]
)
@pytest.mark.parametrize(
    ("minutes", "sessions"), [(0, 1), (SESSION_MINUTES - 1, 1), (SESSION_MINUTES + 1, 2)]
)
async def test_a_session_ends_after_its_time_and_not_before(
    two: Two, said: str, minutes: float, sessions: int
) -> None:
    key = f"{CHANNEL}:rested"
    for each in (two.ours, two.stock):
        assert each.agent.domain is not None
        assert each.agent.domain.session_config.session_expiration_time == SESSION_MINUTES
        await each.agent.tracker_store.save(rested(key, said, minutes))
    message = InboundMessage(
        CHANNEL, key, "rested", "1", "那我现在怎么办", datetime.now(timezone.utc)
    )
    bubbles = await two.ours.say(message)
    led = await two.stock.lead(two.ours.heard)
    assert led.bubbles[key] == [bubbles]
    ours, stock = await asyncio.gather(*(names(each.agent, key) for each in (two.ours, two.stock)))
    # What Rasa keeps is the conversation itself; what ours read from its store begins with a head of its own.
    assert ours[-len(stock) :] == stock
    assert stock.count("session_started") == sessions
