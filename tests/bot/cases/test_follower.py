"""Cases follow the running service, built by one process at a time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import pytest

from bot.cases.contacts import ContactKey
from bot.cases.follower import CaseFollower
from bot.cases.reports import ReportCounts
from bot.ledger.errors import LedgerError
from tests.bot.cases.conftest import RULES, Office, telling

PHONE = ContactKey("phone", "+8613800001234")


def follower(office: Office) -> tuple[CaseFollower, ReportCounts]:
    counts = ReportCounts(office.ledger.reader, RULES)
    return CaseFollower(office.builder, counts, office.home, look_seconds=0.02), counts


async def until(true: Callable[[], Any]) -> None:
    for _ in range(500):
        if true():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never came")


async def test_new_signals_enter_by_themselves_and_are_counted_for_warnings(office: Office) -> None:
    following, counts = follower(office)
    running = asyncio.ensure_future(following.run())
    for n in range(3):
        await office.ledger.record(telling(f"u{n}", str(PHONE)))
    await until(lambda: counts.count(PHONE) == 3)
    await following.stop()
    assert running.done()
    assert not following.builds


async def test_one_of_two_builds_and_the_other_goes_on_when_it_ends(office: Office) -> None:
    (first, _), (second, counts) = follower(office), follower(office)
    running = [asyncio.ensure_future(first.run())]
    await until(lambda: first.builds)
    running.append(asyncio.ensure_future(second.run()))
    await asyncio.sleep(0.1)
    assert not second.builds
    await first.stop()
    for n in range(3):
        await office.ledger.record(telling(f"u{n}", str(PHONE)))
    await until(lambda: second.builds and counts.count(PHONE) == 3)
    await second.stop()


async def test_an_error_is_told_once_and_what_waited_enters_afterwards(
    office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    following, counts = follower(office)
    broken = True
    build = office.builder.build

    async def failing() -> int:
        if broken:
            raise LedgerError("jingzhong.db: disk is full")
        return await build()

    monkeypatch.setattr(office.builder, "build", failing)
    for n in range(3):
        await office.ledger.record(telling(f"u{n}", str(PHONE)))
    with caplog.at_level(logging.WARNING):
        running = asyncio.ensure_future(following.run())
        await until(lambda: following.last_error)
        await asyncio.sleep(0.15)
        broken = False
        await until(lambda: counts.count(PHONE) == 3)
    await following.stop()
    assert running.done()
    assert following.last_error is None
    assert [record.message for record in caplog.records] == [
        "cases: jingzhong.db: disk is full; signals wait in the ledger",
        "cases: built again",
    ]
