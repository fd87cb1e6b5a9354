"""Sends what is due: at most once, by any of the processes that share a ledger, and only to who may be written to."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.background import Periodic
from bot.exchanges.exchange import StoreUnavailable
from bot.hashing import Hasher, Pseudonym
from bot.ledger.database import Reader
from bot.ledger.encoding import rfc3339, utc_now
from bot.ledger.errors import LedgerError
from bot.ledger.writer import Writer
from bot.outbound.message import Delivery, OutboundMessage
from bot.outbound.senders import Senders
from bot.outbound.wording import WordingError, worded
from bot.outreach.claims import (
    LEASE,
    Claim,
    anything_to_do,
    claim,
    note_delivered,
    shown_meanwhile,
    tidy,
)
from bot.outreach.desk import UserOf
from bot.outreach.history import person_of
from bot.outreach.policy import Decision, Never, Wait
from bot.outreach.templates import AFTER
from bot.voice import Voices

logger = logging.getLogger(__name__)

SECONDS: Final = 2.0
SHOWN_EVERY: Final = timedelta(minutes=1)
"""How often it is looked what the users saw of what was kept for them."""

PAUSES: Final = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))
"""Before each further try of what failed."""

LATEST: Final = {"followup": timedelta(days=2), "warning": timedelta(days=7)}
"""How much later than planned a message still makes sense."""

# An outcome that is known in the end counts, also where the claim was thought lost meanwhile.
_SETTLE: Final = (
    "UPDATE outreach SET state = :state, reason = :reason, tries = :tries, due_at = :due, sent_at = :sent, "
    "delivered_at = coalesce(delivered_at, :delivered), claimed_until = NULL "
    "WHERE id = :id AND claimed_by = :by AND state IN ('claimed', 'unknown')"
)
_REFUSALS: Final = ("blocked", "window_closed", "refused")


@dataclass(frozen=True)
class _Settled:
    """How a row stands after a claim."""

    state: str
    reason: str | None = None
    due: datetime | None = None
    tried: bool = False
    sent: bool = False
    delivered: bool = False


class Dispatch:
    """Sends what is due, a handful at a time; processes that share a ledger share the work."""

    def __init__(
        self,
        reader: Reader,
        writer: Writer,
        hasher: Hasher,
        voices: Voices,
        user_of: UserOf,
        senders: Senders,
        clock: Callable[[], datetime] = utc_now,
        lease: timedelta = LEASE,
    ) -> None:
        """``lease`` must be longer than any sender takes."""
        self._reader = reader
        self._writer = writer
        self._hasher = hasher
        self._voices = voices
        self._user_of = user_of
        self._senders = senders
        self._clock = clock
        self._lease = lease
        self._looked = clock()
        self._name = uuid.uuid4().hex

    async def round(self) -> int:
        """Works until nothing is due; how many rows were settled.

        Raises:
            LedgerError: when the ledger fails; what was under way becomes unknown.
        """
        if self._clock() - self._looked >= SHOWN_EVERY:
            self._looked = self._clock()
            await self._note_shown()
        if not await asyncio.to_thread(anything_to_do, self._reader, self._clock()):
            return 0
        settled = 0
        while True:
            now = self._clock()

            def unit(connection: sqlite3.Connection, now: datetime = now) -> list[Claim]:
                tidy(connection, now)
                return list(claim(connection, self._name, now, self._lease))

            claims = await self._writer.commit(unit)
            outcomes = await asyncio.gather(*map(self._settle, claims), return_exceptions=True)
            for outcome in outcomes:
                if isinstance(outcome, BaseException):
                    raise outcome
            settled += len(claims)
            if not claims:
                return settled

    async def _note_shown(self) -> None:
        ids = await asyncio.to_thread(shown_meanwhile, self._reader)
        if ids:
            await self._writer.commit(lambda connection: note_delivered(connection, ids))

    async def _settle(self, claim: Claim) -> None:
        row = claim.outreach
        settled = await self._outcome(claim)
        now = self._clock()
        values = {
            "id": row.id,
            "by": self._name,
            "state": settled.state,
            "reason": settled.reason,
            "tries": row.tries + settled.tried,
            "due": rfc3339(settled.due or row.due_at),
            "sent": rfc3339(now) if settled.sent else None,
            "delivered": rfc3339(now) if settled.delivered else None,
        }
        await self._writer.commit(lambda connection: connection.execute(_SETTLE, values).rowcount)

    async def _outcome(self, claim: Claim) -> _Settled:
        row, now = claim.outreach, self._clock()
        try:
            decision = await self._decision(claim, now)
        except (StoreUnavailable, LedgerError):
            # Nothing went out, and who may be written to is not known now.
            return _Settled("planned", "store", now + PAUSES[0])
        if isinstance(decision, Never):
            return _Settled("refused", decision.reason)
        latest = row.created_at + AFTER.get(row.step or "", timedelta()) + LATEST[row.kind]
        if isinstance(decision, Wait):
            late = decision.until > latest
            return (
                _Settled("refused", "late")
                if late
                else _Settled("planned", decision.reason, decision.until)
            )
        if now > latest:
            return _Settled("refused", "late")
        try:
            bubble = worded(self._voices.now, row.template, row.values)
        except WordingError as error:
            logger.error("outreach %s: %s", row.id, error)
            return _Settled("refused", "wording")
        message = OutboundMessage(row.id, (bubble,))
        return self._after(claim, await self._senders.send(row.channel, claim.address, message))

    async def _decision(self, claim: Claim, now: datetime) -> Decision:
        row, policy = claim.outreach, self._voices.now.outreach.policy
        user = self._pseudonym(claim)
        record = await self._user_of(user)
        person = await asyncio.to_thread(
            person_of,
            self._reader,
            user,
            record,
            row.channel,
            now - policy.within,
            consent=row.consent_ref is not None,
        )
        return policy.decide(person, now)

    def _pseudonym(self, claim: Claim) -> Pseudonym:
        """All hashes of the user, also those of keys before a rotation, where the address tells who it is."""
        user = self._hasher.user(claim.outreach.channel, claim.address)
        own = claim.outreach.user or ""
        return user if own in user.all else Pseudonym(own)

    def _after(self, claim: Claim, delivery: Delivery) -> _Settled:
        row, now = claim.outreach, self._clock()
        if delivery.fate in ("sent", "kept"):
            return _Settled(delivery.fate, sent=True, delivered=delivery.fate == "sent")
        if delivery.fate in _REFUSALS:
            return _Settled("refused", f"platform_{delivery.fate}", tried=True)
        if delivery.fate == "unknown":
            return _Settled("unknown", tried=True, sent=True)
        if row.tries >= len(PAUSES):
            logger.error("outreach %s: given up: %s", row.id, delivery.detail)
            return _Settled("failed", "platform_failed", tried=True)
        pause = max(PAUSES[row.tries], timedelta(seconds=delivery.retry_after or 0))
        return _Settled("planned", "platform_failed", now + pause, tried=True)


def outreach_beside(dispatch: Dispatch, seconds: float = SECONDS) -> Periodic:
    """The work to run in each process."""
    return Periodic("outreach", dispatch.round, seconds)
