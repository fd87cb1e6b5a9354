"""False alarms among what people looked at, by group and with what it rests on."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from bot.feedback.rates import Rate
from bot.feedback.verdict import Ruling
from tests.bot.feedback.conftest import ANNA, BERT, RIGHT, WRONG, Room


def by_key(rates: list[Rate], group: str) -> dict[str, Rate]:
    return {rate.key: rate for rate in rates if rate.group == group}


async def test_the_rate_is_of_the_judged_and_tells_how_many_there_are(room: Room) -> None:
    signals = [await room.signal() for _ in range(10)]
    for signal in signals[:3]:
        await room.feedback.judge(signal, RIGHT, ANNA)
    await room.feedback.judge(signals[3], WRONG, ANNA)
    await room.feedback.judge(signals[4], Ruling("wrong_code", "mule_account"), ANNA)
    whole = by_key(room.feedback.rates(), "all")["all"]
    assert (whole.signals, whole.judged, whole.false_alarms, whole.wrong_codes) == (10, 5, 1, 1)
    assert whole.false_alarm is not None
    assert whole.false_alarm.value == pytest.approx(0.2)
    # Wilson's interval of one in five, computed by hand.
    assert whole.false_alarm.interval == pytest.approx((0.0362, 0.6245), abs=1e-4)


async def test_a_signal_counts_once_by_its_last_verdict(room: Room) -> None:
    signal = await room.signal()
    await room.feedback.judge(signal, WRONG, ANNA)
    await room.feedback.judge(signal, RIGHT, BERT)
    whole = by_key(room.feedback.rates(), "all")["all"]
    assert (whole.judged, whole.false_alarms) == (1, 0)


async def test_groups_are_told_apart_and_sum_up(room: Room) -> None:
    night = datetime(2026, 10, 31, 17, 0, tzinfo=timezone.utc)  # November in Beijing
    for channel, code, at in (
        ("rest", "loan_scam", room.now),
        ("chat", "loan_scam", night),
        ("chat", "mule_account", datetime(2026, 10, 1, tzinfo=timezone.utc)),
    ):
        signal = await room.signal(channel=channel, code=code, at=at)
        await room.feedback.judge(signal, WRONG, ANNA)
    rates = room.feedback.rates()
    told = {
        group: {key: rate.judged for key, rate in by_key(rates, group).items()}
        for group in ("code", "channel", "month", "dispute")
    }
    assert told == {
        "code": {"loan_scam": 2, "mule_account": 1},
        "channel": {"chat": 2, "rest": 1},
        "month": {"2026-10": 1, "2026-11": 2},
        "dispute": {"undisputed": 3},
    }


async def test_disputed_signals_do_not_spoil_the_rate_of_the_others(room: Room) -> None:
    disputed, plain = await room.signal(), await room.signal()
    await room.feedback.disputed([disputed], room.user(), room.now)
    await room.feedback.judge(disputed, WRONG, ANNA)
    await room.feedback.judge(plain, RIGHT, ANNA)
    apart = by_key(room.feedback.rates(), "dispute")
    assert apart["disputed"].false_alarms == 1
    assert apart["undisputed"].false_alarms == 0


async def test_a_group_that_nobody_looked_at_has_no_rate(room: Room) -> None:
    await room.signal()
    whole = by_key(room.feedback.rates(), "all")["all"]
    assert whole.false_alarm is None
    assert whole.signals == 1


async def test_a_span_of_time_takes_its_beginning_and_not_its_end(room: Room) -> None:
    await room.signal()
    later = room.now.replace(hour=2)
    assert by_key(room.feedback.rates(room.now, later), "all")["all"].signals == 1
    assert room.feedback.rates(later) == []
    assert room.feedback.rates(until=room.now) == []
