"""Campaigns from draft to done: who made them, who approved them, and how far they got."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final

from bot.audit import Actor, note
from bot.campaigns.push.audience import Recipient
from bot.campaigns.push.claims import sweep
from bot.campaigns.push.queue import enqueue
from bot.campaigns.scripts import Script
from bot.campaigns.scripts_approval import is_approved
from bot.hashing import Hasher
from bot.ledger.database import Reader
from bot.ledger.encoding import parse_time, rfc3339, utc_now
from bot.ledger.writer import Writer

STATES: Final = ("draft", "scheduled", "running", "paused", "cancelled", "done")
# From which states a change of state is possible.
_MOVES: Final[Mapping[str, tuple[str, ...]]] = {
    "scheduled": ("draft", "paused"),
    "paused": ("scheduled", "running"),
    "cancelled": ("draft", "scheduled", "running", "paused"),
}
_COLUMNS: Final = (
    "id, title, script, hash, booster_of, state, starts_at, ends_at, created_by, created_at, "
    "approved_by, approved_at"
)
_GET: Final = f"SELECT {_COLUMNS} FROM campaigns WHERE id = ?"  # noqa: S608
_LIST: Final = f"SELECT {_COLUMNS} FROM campaigns ORDER BY created_at DESC, id LIMIT ?"  # noqa: S608
_ADD: Final = (
    "INSERT INTO campaigns (id, title, script, hash, booster_of, state, starts_at, ends_at, "
    "created_by, created_at, changed_at) VALUES (?, ?, ?, ?, ?, 'draft', ?, ?, ?, ?, ?)"
)
_MOVE: Final = "UPDATE campaigns SET state = ?, changed_at = ? WHERE id = ?"
_APPROVE: Final = (
    "UPDATE campaigns SET approved_by = ?, approved_at = ?, changed_at = ? WHERE id = ?"
)
_COUNTS: Final = "SELECT state, count(*) FROM campaign_messages WHERE campaign = ? GROUP BY state"
_REASONS: Final = (
    "SELECT reason, count(*) FROM campaign_messages WHERE campaign = ? AND reason IS NOT NULL "
    "AND state IN ('skipped', 'failed', 'queued') GROUP BY reason"
)


class PushError(Exception):
    """A campaign cannot be changed so; ``reason`` names the cause, the message is one line with the mend."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True)
class Campaign:
    """A script pushed to an audience; ``hash`` is that of the script's wording which is to go out."""

    id: str
    title: str
    script: str
    hash: str
    booster_of: str | None
    state: str
    starts_at: datetime | None
    ends_at: datetime | None
    created_by: str
    created_at: datetime
    approved_by: str | None
    approved_at: datetime | None

    def as_json(self) -> dict[str, Any]:
        """As commands and the API show it."""
        return {
            name: rfc3339(value) if isinstance(value, datetime) else value
            for name, value in vars(self).items()
        }


@dataclass(frozen=True)
class Progress:
    """How many messages are in which state, and why some were not sent or wait; the states add up to the audience."""

    states: Mapping[str, int]
    reasons: Mapping[str, int]

    @property
    def total(self) -> int:
        """The whole audience."""
        return sum(self.states.values())

    @property
    def left(self) -> int:
        """How many are still to be sent."""
        return self.states.get("queued", 0) + self.states.get("claimed", 0)


@dataclass(frozen=True)
class Draft:
    """What a campaign begins as; it goes out from ``starts_at`` (at once without one) until ``ends_at``."""

    title: str
    script: Script
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    booster_of: str | None = None


class CampaignView:
    """Reads campaigns; every read is short and blocks."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def get(self, id: str) -> Campaign | None:
        """One campaign."""
        rows = self._reader.rows(_GET, (id,))
        return _campaign(rows[0]) if rows else None

    def need(self, id: str) -> Campaign:
        """One campaign.

        Raises:
            PushError: when there is none of this id.
        """
        found = self.get(id)
        if found is None:
            raise PushError("missing", f"{id}: there is no such campaign")
        return found

    def list(self, limit: int = 100) -> list[Campaign]:
        """The newest first."""
        return [_campaign(row) for row in self._reader.rows(_LIST, (limit,))]

    def progress(self, id: str) -> Progress:
        """How far the sending got."""
        return Progress(
            dict(self._reader.rows(_COUNTS, (id,))), dict(self._reader.rows(_REASONS, (id,)))
        )


class CampaignBook(CampaignView):
    """Reads and changes campaigns; every change is audited. Times are aware."""

    def __init__(
        self,
        reader: Reader,
        writer: Writer,
        hasher: Hasher,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        super().__init__(reader)
        self._writer = writer
        self._hasher = hasher
        self._clock = clock

    async def create(
        self, draft: Draft, recipients: Sequence[Recipient], actor: Actor, *, id: str | None = None
    ) -> Campaign:
        """Writes a draft with its whole audience; with an ``id`` that is there already it changes nothing.

        The audience comes first, in pages, so that signals can be written in between: without a campaign it is sent to
        nobody.

        Raises:
            PushError: when nobody would get it, or it would end before it begins or is over already.
            LedgerError: when it cannot be written.
        """
        if not recipients:
            raise PushError("empty", "the audience is empty; nobody would get it")
        now = self._clock()
        if draft.ends_at and draft.ends_at <= (draft.starts_at or now):
            raise PushError("window", "it would end before it begins; give a later end")
        id = id or secrets.token_hex(6)
        if self.get(id) is not None:
            return self.need(id)
        await enqueue(self._writer, id, recipients, self.variant, draft.starts_at or now, now)

        def unit(connection: sqlite3.Connection) -> None:
            if connection.execute("SELECT 1 FROM campaigns WHERE id = ?", (id,)).fetchone():
                return
            stamp, script = rfc3339(now), draft.script
            window = (_stamp(draft.starts_at), _stamp(draft.ends_at))
            row = (id, draft.title, script.id, script.hash, draft.booster_of, *window)
            connection.execute(_ADD, (*row, actor.name, stamp, stamp))
            detail = {"script": script.id, "people": len(recipients), "hash": script.hash}
            note(connection, actor, "campaign.create", id, detail, at=now)

        await self._writer.commit(unit)
        return self.need(id)

    def variant(self, campaign: str, user: str) -> str:
        """Which of the two openings somebody gets: decided by a keyed hash, the same whenever it is asked."""
        return "AB"[self._hasher.mac("campaign variant", f"{campaign} {user}")[0] & 1]

    async def approve(self, id: str, actor: Actor) -> Campaign:
        """Approves a draft or what is paused, as somebody else than who made it.

        Raises:
            PushError: when it is one's own, or it is too late.
            LedgerError: when it cannot be written.
        """
        return await self._change(id, actor, "campaign.approve", self._approve(actor))

    async def start(self, id: str, script: Script | None, actor: Actor) -> Campaign:
        """Lets a campaign go out, from its start on; ``script`` is the one in force.

        Raises:
            PushError: when it is not approved, or its script is not, or has changed since.
            LedgerError: when it cannot be written.
        """
        campaign = self.need(id)
        if campaign.approved_by is None:
            raise PushError("unapproved", f"{id} has no approval; let a second person approve it")
        if script is None or script.hash != campaign.hash:
            raise PushError(
                "changed", f"{campaign.script} was changed since {id} was made; make a new campaign"
            )
        if not is_approved(self._reader, script):
            raise PushError(
                "script", f"{script.id} is not approved; see: jingzhong campaign approve"
            )
        return await self._change(id, actor, "campaign.start", _to("scheduled"))

    async def pause(self, id: str, actor: Actor) -> Campaign:
        """Holds a campaign; what is being sent at this moment still goes out."""
        return await self._change(id, actor, "campaign.pause", _to("paused"))

    async def cancel(self, id: str, actor: Actor) -> Campaign:
        """Ends a campaign; who has not got it will not, but for what is being sent at this moment."""
        cancelled = await self._change(id, actor, "campaign.cancel", _to("cancelled"))
        while await self._writer.commit(partial(sweep, now=self._clock())):
            pass
        return cancelled

    async def _change(self, id: str, actor: Actor, action: str, change: _Change) -> Campaign:
        now = self._clock()

        def unit(connection: sqlite3.Connection) -> None:
            row = connection.execute(_GET, (id,)).fetchone()
            if row is None:
                raise PushError("missing", f"{id}: there is no such campaign")
            change(connection, _campaign(row), now)
            note(connection, actor, action, id, at=now)

        await self._writer.commit(unit)
        return self.need(id)

    @staticmethod
    def _approve(actor: Actor) -> _Change:
        def approve(connection: sqlite3.Connection, campaign: Campaign, now: datetime) -> None:
            if campaign.created_by.casefold() == actor.name.casefold():
                raise PushError("own", f"{campaign.id} is your own; let somebody else approve it")
            if campaign.state not in ("draft", "paused"):
                raise PushError(
                    "late", f"{campaign.id} is {campaign.state}; it is too late for that"
                )
            connection.execute(_APPROVE, (actor.name, rfc3339(now), rfc3339(now), campaign.id))

        return approve


_Change = Callable[[sqlite3.Connection, Campaign, datetime], None]


def _to(state: str) -> _Change:
    def move(connection: sqlite3.Connection, campaign: Campaign, now: datetime) -> None:
        if campaign.state not in _MOVES[state]:
            raise PushError("state", f"{campaign.id} is {campaign.state}; it cannot become {state}")
        connection.execute(_MOVE, (state, rfc3339(now), campaign.id))

    return move


def _campaign(row: Sequence[Any]) -> Campaign:
    id, title, script, hash, booster, state, starts, ends, by, at, approver, approved = row
    return Campaign(
        *(id, title, script, hash, booster, state, _time(starts), _time(ends)),
        by,
        parse_time(at),
        approver,
        _time(approved),
    )


def _stamp(moment: datetime | None) -> str | None:
    return None if moment is None else rfc3339(moment)


def _time(text: str | None) -> datetime | None:
    return None if text is None else parse_time(text)
