"""Cases follow the running service, built by one process at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from bot.cases.beside import cases_beside
from bot.cases.contacts import ContactKey
from bot.cases.reports import ReportCounts
from tests.bot.cases.conftest import RULES, Office, telling

PHONE = ContactKey("phone", "+8613800001234")


async def until(true: Callable[[], Any]) -> None:
    for _ in range(500):
        if true():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never came")


async def test_new_signals_enter_by_themselves_and_every_process_counts_them(
    office: Office,
) -> None:
    counts = [ReportCounts(office.ledger.reader, RULES) for _ in range(2)]
    work = [part for own in counts for part in cases_beside(office.home, office.builder, own, 0.02)]
    running = [asyncio.ensure_future(part.run()) for part in work]
    for n in range(3):
        await office.ledger.record(telling(f"u{n}", str(PHONE)))
    await until(lambda: [own.count(PHONE) for own in counts] == [3, 3])
    assert [part.works for part in work] == [True, True, False, True]
    for part in work:
        await part.stop()
    await asyncio.gather(*running)
