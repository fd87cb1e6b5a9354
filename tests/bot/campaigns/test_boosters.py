"""Boosters: a month after somebody finished a campaign, once."""

from __future__ import annotations

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
    campaign = await street.campaign(street.people(5))
    await finished(street, campaign.id, {"p0": 27, "p1": 28, "p2": 34, "p3": 36})
    [planned] = await boosters(street).plan()
    assert planned.people == 2
    assert planned.campaign.script == "fake_hotline_again"
    assert (planned.campaign.booster_of, planned.campaign.state) == (campaign.id, "draft")
    assert await boosters(street).plan() == []
    street.clock = lambda: NOON + timedelta(days=1)
    [later] = await boosters(street).plan()
    assert later.people == 1


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
