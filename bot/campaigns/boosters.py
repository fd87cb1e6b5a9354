"""The booster: about a month after somebody finished a campaign, once, its shorter twin."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
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
from bot.ledger.encoding import rfc3339, utc_now
from bot.sinks.lead import Lead

logger = logging.getLogger(__name__)

SECONDS: Final = 3600.0
SOONEST: Final = timedelta(days=28)
LATEST: Final = timedelta(days=35)
_DUE: Final = (
    "SELECT user, channel, address, segment, consent_ref FROM campaign_messages "
    "WHERE campaign = :campaign AND user IS NOT NULL AND opted_out_at IS NULL "
    "AND finished_at <= :soonest AND finished_at > :latest AND user NOT IN "
    "(SELECT user FROM campaign_messages AS other JOIN campaigns ON campaigns.id = other.campaign "
    "WHERE booster_of = :campaign AND user IS NOT NULL)"
)


@dataclass(frozen=True)
class Planned:
    """A booster that was made: its campaign, and how many people are to get it."""

    campaign: Campaign
    people: int


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
        """Makes one campaign for each whose people are due today and have had none; run again it makes no other.

        Raises:
            LedgerError: when the ledger cannot be read or written.
        """
        library, now = self._library(), self._clock()
        made = []
        for campaign in self._book.list(1000) if library is not None else ():
            twin = library.booster(campaign.script) if library is not None else None
            people = self._due(campaign, now) if twin is not None else []
            if twin is None or not people or campaign.booster_of is not None:
                continue
            draft = Draft(twin.title, twin, None, now + timedelta(days=14), campaign.id)
            # Of a day, so that two processes that plan at once make the same one.
            id = hashlib.sha256(f"booster {campaign.id} {now.date()}".encode()).hexdigest()[:12]
            booster = await self._book.create(draft, people, SYSTEM, id=id)
            made.append(Planned(booster, len(people)))
        return made

    async def plan_quietly(self) -> None:
        """What :meth:`plan` does, as work beside the service."""
        for planned in await self.plan():
            logger.warning(
                "campaign %s: a booster for %d people waits to be released",
                planned.campaign.id,
                planned.people,
            )

    def _due(self, campaign: Campaign, now: datetime) -> list[Recipient]:
        values = {
            "campaign": campaign.id,
            "soonest": rfc3339(now - SOONEST),
            "latest": rfc3339(now - LATEST),
        }
        return [
            Recipient(Pseudonym(user), channel, address, segment, consent)
            for user, channel, address, segment, consent in self._reader.rows(_DUE, values)
        ]
