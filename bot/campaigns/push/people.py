"""Whether somebody of an audience may be written to, and where: asked as late as can be."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

from bot.hashing import Hasher, Pseudonym
from bot.ledger.database import Reader
from bot.outreach.history import person_of
from bot.outreach.policy import Decision, Never, Policy
from bot.users import UserRecord

RecordOf = Callable[[Pseudonym], Awaitable[UserRecord]]


@dataclass(frozen=True)
class Asked:
    """What the policy says of a person, and the address that reaches them."""

    decision: Decision
    address: str = field(repr=False)


@dataclass(frozen=True)
class People:
    """Knows of everybody what the policy asks; ``record`` reads the record of a user."""

    reader: Reader
    hasher: Hasher
    record: RecordOf

    async def ask(
        self,
        policy: Policy,
        user: str,
        channel: str,
        address: str,
        now: datetime,
        *,
        consent: bool,
    ) -> Asked:
        """Asks for a person of this hash; ``address`` is that of the audience, ``consent`` one that the institution holds.

        Raises:
            LedgerError, StoreUnavailable: when something cannot be read.
        """
        # Whoever opted out after the key was changed did so under another hash than the audience has.
        told = self.hasher.user(channel, address)
        pseudonym = told if user in told.all else Pseudonym(user)
        record, since = await self.record(pseudonym), now - policy.within
        known = [each.address for each in record.addresses if each.channel == channel]
        if known and address not in known:
            # Some channels reach a person by more than their id, which is all that a list has.
            address = known[0]
        if not address:
            return Asked(Never("unknown_user"), address)
        person = await asyncio.to_thread(
            person_of, self.reader, pseudonym, record, channel, since, consent=consent
        )
        return Asked(policy.decide(person, now), address)
