"""The booster: 28 to 35 days after somebody finished a campaign, once, its shorter twin."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from bot.audit import SYSTEM
from bot.background import Periodic
from bot.campaigns.library import Library
from bot.campaigns.push.audience import Recipient
from bot.campaigns.push.book import Campaign, CampaignBook, Draft
from bot.hashing import Pseudonym
from bot.ledger.database import Reader
from bot.ledger.encoding import parse_time, rfc3339, utc_now
from bot.sinks.lead import Lead

logger = logging.getLogger(__name__)

SECONDS: Final = 3600.0
SOONEST: Final = timedelta(days=28)
LATEST: Final = timedelta(days=35)
"""A booster goes out so long after each of its people finished."""

MADE: Final = timedelta(days=30)
"""So long after the first of them finished it is made: all who follow within a week are in one campaign then, and a
person has five days to release it."""

OPEN: Final = timedelta(days=14)  # after its start
_UNSERVED: Final = (
    "SELECT user, channel, address, segment, consent_ref, finished_at FROM campaign_messages "
    "WHERE campaign = :campaign AND user IS NOT NULL AND opted_out_at IS NULL "
    "AND finished_at > :latest AND user NOT IN "
    "(SELECT user FROM campaign_messages AS other JOIN campaigns ON campaigns.id = other.campaign "
    "WHERE booster_of = :campaign AND user IS NOT NULL) ORDER BY finished_at"
)


@dataclass(frozen=True)
class Planned:
    """A booster that was made: its campaign, and how many people are to get it."""

    campaign: Campaign
    people: int


@dataclass(frozen=True)
class _Due:
    """Those to whom one booster is to go, and when."""

    id: str
    starts: datetime
    people: Sequence[Recipient]


def boosters_beside(home: Path, boosters: Boosters, seconds: float = SECONDS) -> Periodic:
    """The work to run in each process, of which one does it; ``home`` is the data directory of the ledger."""
    return Periodic("boosters", boosters.plan_quietly, seconds, Lead(home, "boosters"))


class Boosters:
    """Makes drafts of boosters; like every campaign they go out once a person has released them."""

    def __init__(
        self,
        reader: Reader,
        book: CampaignBook,
        library: Callable[[], Library | None],
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._reader = reader
        self._book = book
        self._library = library
        self._clock = clock

    async def plan(self) -> list[Planned]:
        """Makes one campaign for each of which people are due, with a start that suits all of them.

        Run again, here or in another process, it makes no other for the same people.

        Raises:
            LedgerError: when the ledger cannot be read or written.
        """
        library, now = self._library(), self._clock()
        made = []
        for campaign in await asyncio.to_thread(self._book.list, 1000):
            twin = library.booster(campaign.script) if library is not None else None
            if twin is None or campaign.booster_of is not None:
                continue
            due = await asyncio.to_thread(self._due, campaign, now)
            if due is None:
                continue
            draft = Draft(twin.title, twin, due.starts, due.starts + OPEN, campaign.id)
            booster = await self._book.create(draft, due.people, SYSTEM, id=due.id)
            made.append(Planned(booster, len(due.people)))
        return made

    async def plan_quietly(self) -> None:
        """What :meth:`plan` does, as work beside the service."""
        for planned in await self.plan():
            logger.warning(
                "campaign %s: a booster for %d people waits to be released",
                planned.campaign.id,
                planned.people,
            )

    def _due(self, campaign: Campaign, now: datetime) -> _Due | None:
        values = {"campaign": campaign.id, "latest": rfc3339(now - LATEST)}
        rows = self._reader.rows(_UNSERVED, values)
        if not rows or parse_time(rows[0][-1]) > now - MADE:
            return None
        first = parse_time(rows[0][-1])
        starts = first + LATEST
        people = [
            Recipient(Pseudonym(user), channel, address, segment, consent)
            for user, channel, address, segment, consent, finished in rows
            if parse_time(finished) <= starts - SOONEST
        ]
        # Named after the first of them, so that two processes that plan at once make the same one.
        name = f"booster {campaign.id} {rfc3339(first)}"
        return _Due(hashlib.sha256(name.encode()).hexdigest()[:12], starts, people)
