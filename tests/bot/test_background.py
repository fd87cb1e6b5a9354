from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.background import Periodic
from bot.ledger.errors import LedgerError
from bot.sinks.lead import Lead


async def until(met: Callable[[], bool]) -> None:
    """Waits until something is so, at most a few seconds."""
    for _ in range(5000):
        if met():
            return
        await asyncio.sleep(0.001)
    pytest.fail("it never came to be so")


class Work:
    """Counts how often it was done, and fails as often as it is told."""

    def __init__(self, *errors: Exception) -> None:
        self.done = 0
        self.errors = list(errors)

    async def __call__(self) -> None:
        if self.errors:
            raise self.errors.pop(0)
        self.done += 1


async def test_work_is_done_again_and_again_until_it_is_stopped() -> None:
    work = Work()
    periodic = Periodic("counts", work, 0.001)
    running = asyncio.ensure_future(periodic.run())
    await until(lambda: work.done >= 3)
    await periodic.stop()
    assert running.done()
    done = work.done
    await asyncio.sleep(0.01)
    assert work.done == done


async def test_an_error_is_told_in_one_line_and_does_not_end_the_work(
    caplog: pytest.LogCaptureFixture,
) -> None:
    work = Work(LedgerError("disk\nfull"), LedgerError("disk full"), ValueError("13800001234"))
    periodic = Periodic("counts", work, 0.001)
    with caplog.at_level(logging.WARNING):
        running = asyncio.ensure_future(periodic.run())
        await until(lambda: work.done >= 1)
        await periodic.stop()
    await running
    assert [record.getMessage() for record in caplog.records] == [
        "counts: disk full; tried again",
        "counts: works again",
    ]
    assert periodic.last_error is None


async def test_a_mistake_in_the_program_is_logged_without_its_words(
    caplog: pytest.LogCaptureFixture,
) -> None:
    periodic = Periodic("counts", Work(*[ValueError("13800001234")] * 9), 0.001)
    running = asyncio.ensure_future(periodic.run())
    await until(lambda: periodic.last_error is not None)
    await periodic.stop()
    await running
    assert "ValueError in test_background.py" in caplog.text
    assert "13800001234" not in caplog.text


async def test_one_of_those_that_share_a_lead_works_and_the_other_goes_on_after_it(
    tmp_path: Path,
) -> None:
    first, second = Work(), Work()
    one = Periodic("cases", first, 0.001, Lead(tmp_path, "cases"))
    other = Periodic("cases", second, 0.001, Lead(tmp_path, "cases"))
    running = [asyncio.ensure_future(one.run())]
    await until(lambda: first.done >= 1)
    running.append(asyncio.ensure_future(other.run()))
    await until(lambda: first.done >= 5)
    assert second.done == 0
    assert (one.works, other.works) == (True, False)
    await one.stop()
    await until(lambda: second.done >= 1)
    await other.stop()
    await asyncio.gather(*running)


async def test_work_that_hangs_is_given_up_when_it_is_to_stop() -> None:
    started = asyncio.Event()

    async def hang() -> None:
        started.set()
        await asyncio.sleep(60)

    periodic = Periodic("radar", hang, 1)
    running = asyncio.ensure_future(periodic.run())
    await started.wait()
    await asyncio.wait_for(periodic.stop(), 5)
    assert running.cancelled() or running.done()
