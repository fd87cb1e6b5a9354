"""Sends campaigns: whom the policy allows at that moment, once, and writes down what became of it."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from bot.background import Periodic
from bot.campaigns.library import Library
from bot.campaigns.push.claims import HELD, Claimed, anything_to_do, claim, housekeeping
from bot.campaigns.push.openings import Openings
from bot.campaigns.push.people import People
from bot.campaigns.push.rules import PushRules
from bot.ledger.encoding import rfc3339, utc_now
from bot.ledger.writer import Writer
from bot.outbound.message import Delivery, OutboundMessage
from bot.outbound.senders import Senders
from bot.outreach.policy import Never, Wait
from bot.voice import Voices

logger = logging.getLogger(__name__)

SECONDS: Final = 0.1
AT_ONCE: Final = 64
"""People whom one process has in hand at most. All of them are begun with at once: whoever waited in hand would go out
later than the pace of the channel allowed, and would not notice a pause."""

_HOLD: Final = (
    "UPDATE campaigns SET state = 'paused', changed_at = ? WHERE id = ? AND state = 'running'"
)
# What became of a message counts also where it took so long that its claim was given up.
_END: Final = (
    "UPDATE campaign_messages SET state = :state, reason = :reason, sent_at = :sent, "
    "due_at = coalesce(:due, due_at), claimed_by = NULL, claimed_until = NULL, "
    "tries = tries - :untried WHERE id = :id AND claimed_by = :by "
    "AND (state = 'claimed' OR (state = 'unknown' AND :state != 'queued'))"
)


@dataclass(frozen=True)
class _End:
    """What became of a message; with ``due`` it is queued again, ``untried`` does not count the try, ``detail`` is for the log."""

    id: int
    state: str
    reason: str | None = None
    sent: datetime | None = None
    due: datetime | None = None
    untried: bool = False
    detail: str = ""

    def values(self, by: str) -> dict[str, Any]:
        return {
            "id": self.id,
            "by": by,
            "state": self.state,
            "reason": self.reason,
            "sent": rfc3339(self.sent) if self.sent else None,
            "due": rfc3339(self.due) if self.due else None,
            "untried": int(self.untried),
        }


class CampaignSending:
    """Sends what is due of all running campaigns; any number of processes may."""

    def __init__(
        self,
        people: People,
        writer: Writer,
        senders: Senders,
        voices: Voices,
        library: Callable[[], Library | None],
        rules: PushRules,
        clock: Callable[[], datetime] = utc_now,
        held: timedelta = HELD,
    ) -> None:
        """``held`` is how long a claim stands, longer than the platform takes for what one process has in hand."""
        self._people = people
        self._reader = people.reader
        self._openings = Openings(people.reader)
        self._writer = writer
        self._senders = senders
        self._voices = voices
        self._library = library
        self._rules = rules
        self._clock = clock
        self._held = held
        self._name = f"{os.getpid()}-{secrets.token_hex(4)}"

    async def send(self) -> int:
        """Sends what this moment allows and tells how many were taken in hand.

        Raises:
            LedgerError: when the ledger cannot be read or written.
        """
        now = self._clock()
        if not await asyncio.to_thread(anything_to_do, self._reader, now):
            return 0
        openings = self._openings
        await asyncio.to_thread(openings.look, self._library(), self._voices.now)

        def take(connection: sqlite3.Connection) -> tuple[Sequence[Claimed], Sequence[str]]:
            housekeeping(connection, now)
            claimed = claim(
                connection, self._rules, self._name, now, AT_ONCE, openings.size, self._held
            )
            return claimed, _hold(connection, openings.unfit, now)

        claimed, held = await self._writer.commit(take)
        for campaign in held:
            logger.error("campaign %s is held: %s", campaign, openings.unfit[campaign])
        if claimed:
            await self._all(claimed)
        return len(claimed)

    async def _all(self, claimed: Sequence[Claimed]) -> None:
        ends = {row.id: _End(row.id, "queued", untried=True) for row in claimed}
        try:
            await asyncio.gather(*(self._one(row, ends) for row in claimed))
        finally:
            # Also where the process is to end: whoever it has not begun with is left to the others.
            await self._writer.commit(partial(_note, by=self._name, ends=tuple(ends.values())))
        # Once for all whom it befell: a platform that is down gives up on thousands in the same words.
        for detail, count in Counter(end.detail for end in ends.values() if end.detail).items():
            logger.error("%d messages of campaigns were given up: %s", count, detail)

    async def _one(self, row: Claimed, ends: dict[int, _End]) -> None:
        """Puts down in ``ends`` what is true at every moment, since the next may be the last one."""
        try:
            address = await self._allowed(row, ends)
            if address is None:
                return
            bubbles = self._openings.bubbles(row.campaign, row.variant, row.channel)
        except Exception as error:
            logger.error("campaign %s: not sent: %s", row.campaign, type(error).__name__)
            ends[row.id] = self._again(row, None)
            return
        message = OutboundMessage(f"campaign-{row.campaign}-{row.id}", bubbles)
        ends[row.id] = _End(row.id, "unknown", "interrupted", sent=self._clock())
        delivery = await self._senders.send(row.channel, address, message)
        ends[row.id] = self._after(row, delivery)

    async def _allowed(self, row: Claimed, ends: dict[int, _End]) -> str | None:
        """Where the person is to be written to; ``None`` if not now, and ``ends`` has why."""
        policy, now = self._voices.now.outreach.policy, self._clock()
        consent = row.consent_ref is not None
        asked = await self._people.ask(
            policy, row.user, row.channel, row.address, now, consent=consent
        )
        decision = asked.decision
        if isinstance(decision, Never):
            ends[row.id] = _End(row.id, "skipped", decision.reason)
        elif isinstance(decision, Wait):
            late = row.ends_at is not None and rfc3339(decision.until) >= row.ends_at
            ends[row.id] = (
                _End(row.id, "skipped", decision.reason)
                if late
                else _End(row.id, "queued", decision.reason, due=decision.until, untried=True)
            )
        else:
            return asked.address
        return None

    def _after(self, row: Claimed, delivery: Delivery) -> _End:
        if delivery.fate in ("sent", "kept", "unknown"):
            return _End(row.id, delivery.fate, sent=self._clock())
        if delivery.fate == "failed":
            return self._again(row, delivery.retry_after, delivery.detail)
        return _End(row.id, "failed", delivery.fate, detail=delivery.detail)

    def _again(self, row: Claimed, retry_after: float | None, detail: str = "") -> _End:
        """What could not be sent is tried again, unless it was often enough; a platform that asks to wait is no failure."""
        if retry_after is not None:
            due = self._clock() + timedelta(seconds=retry_after)
            return _End(row.id, "queued", "failed", due=due, untried=True)
        if row.tries >= self._rules.tries:
            return _End(row.id, "failed", "failed", detail=detail)
        due = self._clock() + self._rules.pause(row.tries)
        return _End(row.id, "queued", "failed", due=due)


def campaigns_beside(sending: CampaignSending, seconds: float = SECONDS) -> Periodic:
    """The work to run in each process; they share what is due."""
    return Periodic("campaigns", sending.send, seconds)


def _hold(connection: sqlite3.Connection, unfit: Iterable[str], now: datetime) -> Sequence[str]:
    return [id for id in unfit if connection.execute(_HOLD, (rfc3339(now), id)).rowcount]


def _note(connection: sqlite3.Connection, by: str, ends: Sequence[_End]) -> None:
    connection.executemany(_END, [end.values(by) for end in ends])
