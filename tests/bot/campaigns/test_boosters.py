"""Boosters: a month after somebody finished a campaign, once."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.campaigns.boosters import Boosters
from bot.ledger.encoding import rfc3339
from tests.bot.campaigns.push.street import NOON, Street


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    street = Street(tmp_path)
    yield street
    street.close()


def boosters(street: Street) -> Boosters:
    return Boosters(street.reader, street.book, lambda: street.library, lambda: street.clock())


def addresses(street: Street, campaign: str) -> set[str]:
    rows = street.reader.rows(
        "SELECT address FROM campaign_messages WHERE campaign = ?", (campaign,)
    )
    return {address for (address,) in rows}


async def finished(street: Street, campaign: str, people: dict[str, int]) -> None:
    """Says before how many days each of these people finished."""

    def unit(connection: sqlite3.Connection) -> None:
        for address, days in people.items():
            connection.execute(
                "UPDATE campaign_messages SET state = 'sent', finished_at = ? "
                "WHERE campaign = ? AND address = ?",
                (rfc3339(NOON - timedelta(days=days)), campaign, address),
            )

    await street.ledger.writer.commit(unit)


async def test_who_finished_a_month_ago_gets_the_shorter_twin_once(street: Street) -> None:
    campaign = await street.campaign(street.people(6))
    days = {"p0": 22, "p1": 23, "p2": 24, "p3": 30, "p4": 36}
    await finished(street, campaign.id, days)
    [planned] = await boosters(street).plan()
    booster = planned.campaign
    assert booster.script == "fake_hotline_again"
    assert (booster.booster_of, booster.state) == (campaign.id, "draft")
    # p4 is too long ago, p5 never finished, and p0 would have to wait for less than 28 days.
    assert addresses(street, booster.id) == {"p1", "p2", "p3"}
    assert booster.starts_at is not None
    for address in addresses(street, booster.id):
        since = booster.starts_at - NOON + timedelta(days=days[address])
        assert timedelta(days=28) <= since <= timedelta(days=35)
    assert await boosters(street).plan() == []


async def test_all_who_finish_within_a_week_are_in_one_booster(street: Street) -> None:
    campaign = await street.campaign(street.people(8))
    await finished(street, campaign.id, {f"p{n}": 23 + n for n in range(7)})
    made = []
    for day in range(20):
        now = NOON + timedelta(days=day)
        street.clock = lambda now=now: now
        made += await boosters(street).plan()
    assert [each.people for each in made] == [7]


async def test_nobody_is_written_to_before_the_first_of_them_finished_thirty_days_ago(
    street: Street,
) -> None:
    campaign = await street.campaign(street.people(1))
    await finished(street, campaign.id, {"p0": 29})
    assert await boosters(street).plan() == []
    street.clock = lambda: NOON + timedelta(days=1)
    [planned] = await boosters(street).plan()
    assert planned.people == 1


async def test_two_processes_that_plan_at_once_make_one_booster(street: Street) -> None:
    campaign = await street.campaign(street.people(3))
    await finished(street, campaign.id, {"p0": 30, "p1": 31, "p2": 29})
    plans = await asyncio.gather(boosters(street).plan(), boosters(street).plan())
    assert len({each.campaign.id for plan in plans for each in plan}) == 1
    assert len([each for each in street.book.list() if each.booster_of]) == 1


async def test_who_opted_out_or_never_finished_gets_none(street: Street) -> None:
    campaign = await street.campaign(street.people(2))
    await finished(street, campaign.id, {"p0": 30})
    await street.ledger.writer.commit(
        lambda connection: connection.execute(
            "UPDATE campaign_messages SET opted_out_at = finished_at WHERE address = 'p0'"
        )
    )
    assert await boosters(street).plan() == []


async def test_a_booster_has_no_booster(street: Street) -> None:
    campaign = await street.campaign(street.people(1))
    await finished(street, campaign.id, {"p0": 30})
    [planned] = await boosters(street).plan()
    await finished(street, planned.campaign.id, {"p0": 30})
    assert await boosters(street).plan() == []


async def test_a_booster_waits_for_a_person_who_releases_it(street: Street) -> None:
    campaign = await street.campaign(street.people(1))
    await finished(street, campaign.id, {"p0": 30})
    [planned] = await boosters(street).plan()
    await street.sending.send()
    assert street.book.progress(planned.campaign.id).states == {"queued": 1}
