"""A real ledger in a folder of its own, and records to put into it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from actions.plan import Contact, Signal
from bot.hashing import Hasher
from bot.ledger.events import TurnContext, event_source
from bot.ledger.ledger import Ledger, TurnRecord

RECEIVED_AT = datetime(2026, 11, 23, 4, 0, tzinfo=timezone.utc)


@pytest.fixture
def hasher() -> Hasher:
    return Hasher([b"a key of the tests alone"])


@pytest.fixture
def context() -> TurnContext:
    return TurnContext(
        channel="rest",
        user="u1",
        conversation="rest:u1",
        message_id="m1",
        received_at=RECEIVED_AT,
        model="20261101-weir",
        content="0123456789ab",
        replies=("utter_debt_optimization_asking",),
    )


@pytest.fixture
def signal() -> Signal:
    return Signal(
        code="debt_optimization",
        confidence=0.97,
        stage="approached",
        evidence=("交三千就能停息挂账",),
        contacts=(Contact("phone", "+8613800001234", "138 0000 1234"),),
        agency="某某优化",
        amounts=("3000",),
        platform="抖音",
    )


@pytest.fixture
def turn(context: TurnContext, signal: Signal) -> Callable[..., TurnRecord]:
    """Builds records that differ from a plain one in what is named."""

    def build(message_id: str = "m1", **changes: Any) -> TurnRecord:
        moment = changes.pop("received_at", RECEIVED_AT)
        place = replace(context, message_id=message_id, received_at=moment)
        return replace(TurnRecord(place, (signal,)), **changes)

    return build


@pytest.fixture
def ledger(tmp_path: Path, hasher: Hasher) -> Iterator[Ledger]:
    ledger = Ledger.open(tmp_path, hasher=hasher, source=event_source("demo"))
    yield ledger
    ledger.close()
