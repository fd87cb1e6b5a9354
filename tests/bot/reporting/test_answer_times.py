"""Quantiles of answer times: as right as they claim to be, from any number of processes."""

from __future__ import annotations

import random
import statistics
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.hashing import Hasher
from bot.ledger.events import event_source
from bot.ledger.ledger import Ledger
from bot.reporting.answer_times import AnswerTimeFigures, AnswerTimes, bucket_of

NOON = datetime(2026, 11, 29, 12, 20, tzinfo=timezone.utc)


@given(st.floats(2e-5, 600))
def test_a_bucket_tells_its_time_to_one_percent(seconds: float) -> None:
    told = 1e-5 * 1.02 ** (bucket_of(seconds) - 0.5)
    assert told == pytest.approx(seconds, rel=0.0101)


async def test_median_and_p95_are_those_of_the_real_times(ledger: Ledger) -> None:
    chance = random.Random(5)
    times = [chance.lognormvariate(-4.5, 0.8) for _ in range(4001)]
    processes = [AnswerTimes(lambda: NOON) for _ in range(3)]
    for place, seconds in enumerate(times):
        processes[place % 3].add("rest", seconds)
    for process in processes:
        await process.write(ledger.writer)
    found = AnswerTimeFigures(ledger.reader).of(NOON - timedelta(hours=1), NOON)
    assert found.count == len(times)
    assert found.median == pytest.approx(statistics.median(times), rel=0.011)
    assert found.p95 == pytest.approx(sorted(times)[int(len(times) * 0.95)], rel=0.011)


async def test_hours_and_channels_are_told_apart(ledger: Ledger) -> None:
    clock = [NOON - timedelta(hours=2)]
    times = AnswerTimes(lambda: clock[0])
    times.add("rest", 0.010)
    clock[0] = NOON
    times.add("rest", 0.100)
    times.add("chat", 1.0)
    await times.write(ledger.writer)
    figures = AnswerTimeFigures(ledger.reader)
    assert figures.of(NOON, NOON + timedelta(hours=1)).count == 2
    assert figures.of(NOON, NOON + timedelta(hours=1), "chat").median == pytest.approx(
        1.0, rel=0.011
    )
    by_hour = figures.by_hour(NOON - timedelta(hours=3), NOON + timedelta(hours=1))
    assert [each.count for each in by_hour.values()] == [1, 2]
    assert figures.of(NOON - timedelta(days=1), NOON - timedelta(hours=3)).median is None


async def test_what_cannot_be_written_is_written_the_next_time(
    ledger: Ledger, tmp_path: Path
) -> None:
    times = AnswerTimes(lambda: NOON)
    times.add("rest", 0.01)
    ledger.writer.close()
    with pytest.raises(Exception, match="closed"):
        await times.write(ledger.writer)
    other = Ledger.open(tmp_path, hasher=Hasher([b"key"]), source=event_source("demo"))
    try:
        await times.write(other.writer)
        assert AnswerTimeFigures(other.reader).of(NOON, NOON + timedelta(hours=1)).count == 1
    finally:
        other.close()
