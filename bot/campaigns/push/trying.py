"""A dry run: who would get what and when, and who would not and why, without sending anything."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.campaigns.push.book import Campaign
from bot.campaigns.push.people import People
from bot.outreach.policy import Never, Policy, Wait

_PAGE: Final = 1000
_ROWS: Final = (
    "SELECT id, user, channel, address, segment, variant, consent_ref FROM campaign_messages "
    "WHERE campaign = ? AND state = 'queued' AND user IS NOT NULL AND id > ? ORDER BY id LIMIT ?"
)


@dataclass(frozen=True)
class Trial:
    """What would become of one message: sent ``at``, or never, for a ``reason``; the address shows its end only."""

    user: str
    channel: str
    address: str
    segment: str
    variant: str
    at: datetime | None
    reason: str | None


async def dry_run(
    campaign: Campaign, people: People, policy: Policy, now: datetime
) -> AsyncIterator[Trial]:
    """Tries every message that is still to go out, as of the campaign's start, in the order of the audience.

    Raises:
        LedgerError, StoreUnavailable: when something cannot be read.
    """
    start, last = max(now, campaign.starts_at or now), 0
    while rows := people.reader.rows(_ROWS, (campaign.id, last, _PAGE)):
        for id, user, channel, address, segment, variant, consent in rows:
            last = id
            asked = await people.ask(
                policy, user, channel, address, start, consent=consent is not None
            )
            decision = asked.decision
            at: datetime | None = start
            reason = None
            if isinstance(decision, Never):
                at, reason = None, decision.reason
            elif isinstance(decision, Wait):
                late = campaign.ends_at is not None and decision.until >= campaign.ends_at
                at, reason = (None if late else decision.until), decision.reason
            yield Trial(user, channel, _masked(asked.address), segment, variant, at, reason)


def _masked(address: str) -> str:
    return "***" + (address[-2:] if len(address) > 4 else "")
