"""Sends campaigns: whom the policy allows at that moment, once, and writes down what became of it."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from bot.background import Periodic
from bot.campaigns.library import Library
from bot.campaigns.player import Bubble
from bot.campaigns.push.claims import Claimed, claim, housekeeping
from bot.campaigns.push.rules import PushRules
from bot.campaigns.scripts import Script
from bot.hashing import Pseudonym
from bot.ledger.database import Reader
from bot.ledger.encoding import rfc3339, utc_now
from bot.ledger.writer import Writer
from bot.outbound.message import Delivery, OutboundMessage
from bot.outbound.senders import Senders
from bot.outbound.wording import WordingError, checked
from bot.outreach.history import person_of
from bot.outreach.policy import Never, Wait
from bot.users import UserRecord
from bot.voice import Voices

logger = logging.getLogger(__name__)

SECONDS: Final = 0.25
AT_ONCE: Final = 500
"""Messages that one process has in hand at most."""

_TOGETHER: Final = 64  # sends under way at the same moment
_OPEN: Final = "SELECT 1 FROM campaigns WHERE state IN ('scheduled', 'running') LIMIT 1"
_CAMPAIGN: Final = "SELECT script, hash, ends_at FROM campaigns WHERE id = ?"
_HOLD: Final = (
    "UPDATE campaigns SET state = 'paused', changed_at = ? WHERE id = ? AND state = 'running'"
)
_END: Final = (
    "UPDATE campaign_messages SET state = :state, reason = :reason, sent_at = :sent, "
    "due_at = coalesce(:due, due_at), claimed_by = NULL, claimed_until = NULL, "
    "tries = tries - :untried WHERE id = :id AND state = 'claimed'"
)


@dataclass(frozen=True)
class _End:
    """What became of a message; with ``due`` it is queued again, and ``untried`` does not count the try."""

    id: int
    state: str
    reason: str | None = None
    sent: datetime | None = None
    due: datetime | None = None
    untried: bool = False

    def values(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "state": self.state,
            "reason": self.reason,
            "sent": rfc3339(self.sent) if self.sent else None,
            "due": rfc3339(self.due) if self.due else None,
            "untried": int(self.untried),
        }


@dataclass(frozen=True)
class _Out:
    """What a campaign sends; ``None`` for the script where its approved wording is not there any more."""

    script: Script | None
    ends_at: str | None


class CampaignSending:
    """Sends what is due of all running campaigns; any number of processes may."""

    def __init__(
        self,
        ledger: tuple[Reader, Writer],
        senders: Senders,
        voices: Voices,
        library: Callable[[], Library | None],
        rules: PushRules,
        record: Callable[[Pseudonym], Awaitable[UserRecord]],
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """``record`` reads the record of a user; ``ledger`` is its reading and its writing side."""
        self._reader, self._writer = ledger
        self._senders = senders
        self._voices = voices
        self._library = library
        self._rules = rules
        self._record = record
        self._clock = clock
        self._name = f"{os.getpid()}-{secrets.token_hex(4)}"
        self._together = asyncio.Semaphore(_TOGETHER)

    async def send(self) -> int:
        """Sends what this moment allows and tells how many were taken in hand.

        Raises:
            LedgerError: when the ledger cannot be read or written.
        """
        if not await asyncio.to_thread(self._is_open):
            return 0
        now = self._clock()

        def take(connection: sqlite3.Connection) -> Sequence[Claimed]:
            housekeeping(connection, now)
            return claim(connection, self._rules, self._name, now, AT_ONCE)

        claimed = await self._writer.commit(take)
        if not claimed:
            return 0
        out = {each.campaign for each in claimed}
        sending = {id: await asyncio.to_thread(self._out, id) for id in out}
        for id, one in sending.items():
            if one.script is None:
                await self._writer.commit(partial(_hold, id=id, now=now))
        ends = await asyncio.gather(*(self._one(each, sending[each.campaign]) for each in claimed))
        await self._writer.commit(partial(_note, ends=ends))
        return len(claimed)

    def _is_open(self) -> bool:
        # Asked without the writer, which has signals to write.
        return bool(self._reader.rows(_OPEN))

    def _out(self, id: str) -> _Out:
        [(script, hash, ends_at)] = self._reader.rows(_CAMPAIGN, (id,))
        library = self._library()
        found = library.scripts.get(script) if library is not None else None
        if found is None or found.hash != hash:
            logger.error("campaign %s: its script %s is not there as approved; paused", id, script)
            found = None
        return _Out(found, ends_at)

    async def _one(self, row: Claimed, out: _Out) -> _End:
        async with self._together:
            try:
                return await self._try(row, out)
            except Exception as error:
                # Nothing has gone out: whatever a sender raises is dealt with by the senders.
                logger.error("campaign %s: not sent: %s", row.campaign, type(error).__name__)
                return self._again(row, None)

    async def _try(self, row: Claimed, out: _Out) -> _End:
        if out.script is None:
            return _End(row.id, "queued", "changed", due=self._clock(), untried=True)
        policy, now = self._voices.now.outreach.policy, self._clock()
        record = await self._record(Pseudonym(row.user))
        person = await asyncio.to_thread(
            person_of,
            self._reader,
            Pseudonym(row.user),
            record,
            row.channel,
            now - policy.within,
            consent=row.consent_ref is not None,
        )
        decision = policy.decide(person, now)
        if isinstance(decision, Never):
            return _End(row.id, "skipped", decision.reason)
        if isinstance(decision, Wait):
            if out.ends_at is not None and rfc3339(decision.until) >= out.ends_at:
                return _End(row.id, "skipped", decision.reason)
            return _End(row.id, "queued", decision.reason, due=decision.until, untried=True)
        try:
            message = self.message(row, out.script)
        except WordingError as error:
            logger.error("campaign %s: %s", row.campaign, error)
            return _End(row.id, "failed", "wording")
        return self._after(row, await self._senders.send(row.channel, row.address, message))

    def message(self, row: Claimed, script: Script) -> OutboundMessage:
        """What goes out to somebody: the opening of their variant, and the first step with its choices.

        Raises:
            WordingError: when something in it may not leave.
        """
        library, voice = self._library(), self._voices.now
        assert library is not None, "the script comes from it"
        _, said = library.player.start(script, row.variant, row.channel)
        bubbles = [_bubble(each) for each in said]
        for bubble in bubbles:
            checked(voice, {name: value for name, value in bubble.items() if name != "image"})
        return OutboundMessage(f"campaign-{row.campaign}-{row.id}", bubbles)

    def _after(self, row: Claimed, delivery: Delivery) -> _End:
        if delivery.fate in ("sent", "kept", "unknown"):
            return _End(row.id, delivery.fate, sent=self._clock())
        if delivery.fate == "failed":
            return self._again(row, delivery.retry_after)
        return _End(row.id, "failed", delivery.fate)

    def _again(self, row: Claimed, retry_after: float | None) -> _End:
        """What could not be sent is tried again, unless it was often enough; a platform that asks to wait is no failure."""
        if retry_after is None and row.tries >= self._rules.tries:
            return _End(row.id, "failed", "failed")
        wait = timedelta(seconds=retry_after) if retry_after is not None else self._rules.again
        due = self._clock() + wait
        return _End(row.id, "queued", "failed", due=due, untried=retry_after is not None)


def campaigns_beside(sending: CampaignSending, seconds: float = SECONDS) -> Periodic:
    """The work to run in each process; they share what is due."""
    return Periodic("campaigns", sending.send, seconds)


def _bubble(said: Bubble) -> dict[str, Any]:
    bubble: dict[str, Any] = {"text": said.text}
    if said.choices:
        bubble["buttons"] = [{"title": each, "payload": each} for each in said.choices]
    if said.picture is not None:
        bubble["image"] = f"/pictures/{said.picture.file.name}"
    return bubble


def _hold(connection: sqlite3.Connection, id: str, now: datetime) -> None:
    connection.execute(_HOLD, (rfc3339(now), id))


def _note(connection: sqlite3.Connection, ends: Sequence[_End]) -> None:
    connection.executemany(_END, [end.values() for end in ends])
