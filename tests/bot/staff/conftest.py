"""Accounts on a real ledger."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.hashing import Hasher
from bot.ledger.events import event_source
from bot.ledger.ledger import Ledger
from bot.staff.accounts import StaffBook


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = Ledger.open(tmp_path, hasher=Hasher([b"key"]), source=event_source("demo"))
    yield ledger
    ledger.close()


@pytest.fixture
def book(ledger: Ledger) -> StaffBook:
    return StaffBook(ledger.reader, ledger.writer)
