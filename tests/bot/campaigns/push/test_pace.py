"""The pace of a channel."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from bot.campaigns.push.pace import BURST
from tests.bot.campaigns.push.street import BUBBLES, NOON, Notebook, Street


async def sent_at(street: Street, notebook: Notebook, moments: list[float]) -> list[float]:
    """Sends at these seconds and tells when each person got it."""
    times: list[float] = []
    for moment in moments:
        street.clock = lambda moment=moment: NOON + timedelta(seconds=moment)  # type: ignore[misc]
        await street.sending.send()
        times += [moment] * (len(notebook.got) - len(times))
    return times


def busiest(times: list[float], seconds: float = 1.0) -> int:
    """The most messages within any second, wherever it begins."""
    return BUBBLES * max(sum(begin <= at < begin + seconds for at in times) for begin in times)


@pytest.mark.parametrize("seed", range(3))
async def test_within_any_second_little_more_goes_out_than_the_rate_whenever_processes_come_by(
    street: Street, notebook: Notebook, seed: int
) -> None:
    street.rules.rates["test"] = 24  # type: ignore[index]
    await street.campaign(street.people(200))
    chance = random.Random(seed)
    moments = [*sorted(chance.uniform(0, 8) for _ in range(60)), 8.99, 9.0, 9.01]
    times = await sent_at(street, notebook, moments)
    assert busiest(times) <= 24 + 24 // BURST


async def test_a_process_that_comes_by_often_uses_the_whole_rate(
    street: Street, notebook: Notebook
) -> None:
    street.rules.rates["test"] = 24  # type: ignore[index]
    await street.campaign(street.people(200))
    times = await sent_at(street, notebook, [tenth / 10 for tenth in range(100)])
    assert 10 * 24 - BUBBLES <= BUBBLES * len(times) <= 10 * 24 + 24 // BURST


async def test_where_one_person_takes_more_than_a_second_allows_people_get_it_one_by_one(
    street: Street, notebook: Notebook
) -> None:
    street.rules.rates["test"] = 1  # type: ignore[index]
    await street.campaign(street.people(4))
    times = await sent_at(street, notebook, [tenth / 10 for tenth in range(100)])
    assert times == [0, 3, 6, 9]


async def test_a_clock_that_is_put_back_does_not_stop_a_campaign(
    street: Street, notebook: Notebook
) -> None:
    street.rules.rates["test"] = 24  # type: ignore[index]
    await street.campaign(street.people(4))
    assert await sent_at(street, notebook, [3600, 2, 2.5, 3]) == [3600, 2, 2.5, 3]
