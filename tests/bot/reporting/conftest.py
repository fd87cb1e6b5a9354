"""A real ledger with signals."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from actions.plan import Contact, Signal
from bot.hashing import Hasher
from bot.ledger.events import TurnContext, event_source
from bot.ledger.ledger import Ledger, TurnRecord

PHONE = Contact("phone", "+8613800001234", "138 0000 1234")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = Ledger.open(tmp_path, hasher=Hasher([b"key"]), source=event_source("demo"))
    yield ledger
    ledger.close()


@pytest.fixture
def turn() -> Callable[..., TurnRecord]:
    """``turn(moment, code="loan_scam", user="u1", ...)``: a message with one signal."""
    numbers = iter(range(10_000))

    def build(at: datetime, user: str = "u1", channel: str = "rest", **signal: Any) -> TurnRecord:
        given = {"code": "loan_scam", "confidence": 0.9, "stage": "asking", "evidence": ("先交钱",)}
        context = TurnContext(channel, user, f"{channel}:{user}", f"m{next(numbers)}", at, "m", "c")
        return TurnRecord(context, (Signal(**{"contacts": (PHONE,), **given, **signal}),))

    return build
