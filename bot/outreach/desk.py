"""The desk of risk control: warns a borrower, or takes a message back before it goes out."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

from bot.audit import Actor, note
from bot.hashing import Hasher, Pseudonym
from bot.ledger.database import Reader
from bot.ledger.encoding import rfc3339, storable, to_json, utc_now
from bot.ledger.writer import Writer
from bot.outbound.wording import WordingError, worded
from bot.outreach.history import person_of
from bot.outreach.policy import Allowed, Decision, Never, Wait
from bot.outreach.rows import COLUMNS, Outreach, outreach_of
from bot.users import Address, UserRecord
from bot.voice import Voices

UNKNOWN_USER: Final = "unknown_user"
UserOf = Callable[[Pseudonym], Awaitable[UserRecord]]
"""Reads the record of a user, see :meth:`bot.exchanges.exchange.ExchangeStore.user`."""

Why = Literal["missing", "user", "template", "values", "wording", "key_used", "gone"]
_HASH: Final = re.compile("[0-9a-f]{32}")
_ADD: Final = (
    "INSERT INTO outreach (id, kind, template, template_values, user, channel, address, consent_ref, state, "
    "reason, due_at, created_by, created_at) VALUES (?, 'warning', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_FIND: Final = f"SELECT {COLUMNS} FROM outreach WHERE id = ?"  # noqa: S608
_CANCEL: Final = "UPDATE outreach SET state = 'cancelled', reason = 'by_person' WHERE id = ?"


class OutreachError(Exception):
    """Why something cannot be done: ``why`` names it, the message says it in a line."""

    def __init__(self, why: Why, line: str) -> None:
        super().__init__(line)
        self.why = why


@dataclass(frozen=True)
class WarningWish:
    """A warning that is wished for.

    Either ``user``, the keyed hash of the signals, or ``channel`` with the ``person``'s id there tells whom.
    ``key`` makes a repeated wish recognisable; ``consent_ref`` names a consent that the institution holds.
    """

    template: str
    key: str
    user: str | None = None
    channel: str | None = None
    person: str | None = field(default=None, repr=False)
    values: Mapping[str, str] = field(default_factory=dict)
    consent_ref: str | None = None


@dataclass(frozen=True)
class _Target:
    user: Pseudonym
    record: UserRecord
    address: Address | None


class OutreachDesk:
    """Changes are durable when they return and stand in the audit; what is accepted goes out a few seconds later."""

    def __init__(
        self,
        reader: Reader,
        writer: Writer,
        hasher: Hasher,
        voices: Voices,
        user_of: UserOf,
        channels: Callable[[], Collection[str]],
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """``channels`` tells those that can be sent to."""
        self._reader = reader
        self._writer = writer
        self._hasher = hasher
        self._voices = voices
        self._user_of = user_of
        self._channels = channels
        self._clock = clock

    async def warn(self, wish: WarningWish, actor: Actor) -> Outreach:
        """Plans a warning or refuses it, and keeps either; ``state`` and ``reason`` of what comes back tell which.

        A wish with a key that was used for the same before comes to what stands there by now.

        Raises:
            OutreachError: when the template or its values cannot be sent, or the key stands for another warning.
            LedgerError, StoreUnavailable: when it cannot be read or written.
        """
        self._check(wish)
        target, now = await self._target(wish), self._clock()
        decision = self._decide(wish, target, now)
        id = hashlib.sha256(f"warning {wish.key}".encode()).hexdigest()[:32]
        address = target.address or Address(wish.channel or "", "")
        row = (
            id,
            wish.template,
            to_json(dict(wish.values)),
            target.user.current,
            storable(address.channel),
            storable(address.address),
            wish.consent_ref and storable(wish.consent_ref),
            "refused" if isinstance(decision, Never) else "planned",
            None if isinstance(decision, Allowed) else decision.reason,
            rfc3339(decision.until if isinstance(decision, Wait) else now),
            actor.name,
            rfc3339(now),
        )

        def unit(connection: sqlite3.Connection) -> Outreach:
            stands = connection.execute(_FIND, (id,)).fetchone()
            if stands is not None:
                return _same(outreach_of(stands), wish, target.user)
            connection.execute(_ADD, row)
            added = outreach_of(connection.execute(_FIND, (id,)).fetchone())
            detail = {"template": wish.template, "state": added.state, "reason": added.reason}
            note(connection, actor, "outreach.warn", id, detail, at=now)
            return added

        return await self._writer.commit(unit)

    def _check(self, wish: WarningWish) -> None:
        if not (wish.channel and wish.person) and not _HASH.fullmatch(wish.user or ""):
            raise OutreachError(
                "user", "name the user by the keyed hash of the signals, or by channel and id"
            )
        voice = self._voices.now
        template = voice.outreach.templates.get(wish.template)
        if template is None:
            raise OutreachError(
                "template", f"{wish.template} is no template of content/outreach.yml"
            )
        if set(wish.values) != template.values:
            takes = ", ".join(sorted(template.values)) or "no values"
            raise OutreachError("values", f"{wish.template} takes {takes}")
        try:
            worded(voice, wish.template, wish.values)
        except WordingError as error:
            raise OutreachError("wording", str(error)) from None

    async def _target(self, wish: WarningWish) -> _Target:
        on = self._channels()
        if wish.channel is not None and wish.person is not None:
            user = self._hasher.user(wish.channel, wish.person)
        else:
            user = Pseudonym(wish.user or "")
        record = await self._user_of(user)
        known = (each for each in record.addresses if wish.channel in (None, each.channel))
        address = next((each for each in known if each.channel in on), None)
        if address is None and wish.channel in on and wish.person is not None:
            # Who never wrote is reached by the institution's own id, if the institution holds a consent.
            address = Address(wish.channel or "", wish.person)
        return _Target(user, record, address)

    def _decide(self, wish: WarningWish, target: _Target, now: datetime) -> Decision:
        if target.address is None:
            return Never("unknown_user")
        policy = self._voices.now.outreach.policy
        person = person_of(
            self._reader,
            target.user,
            target.record,
            target.address.channel,
            now - policy.within,
            consent=wish.consent_ref is not None,
        )
        return policy.decide(person, now)


async def cancel(
    writer: Writer, id: str, actor: Actor, clock: Callable[[], datetime] = utc_now
) -> Outreach:
    """Takes back what has not gone out yet, warning or question.

    Raises:
        OutreachError: when there is none, or it is out already.
        LedgerError: when it cannot be written.
    """

    def unit(connection: sqlite3.Connection) -> Outreach:
        row = connection.execute(_FIND, (id,)).fetchone()
        if row is None:
            raise OutreachError(
                "missing", f"there is no message {id!r}; see: jingzhong outreach list"
            )
        found = outreach_of(row)
        if found.state != "planned":
            raise OutreachError(
                "gone", f"{id} is {found.state}; only what is planned can be cancelled"
            )
        connection.execute(_CANCEL, (id,))
        note(connection, actor, "outreach.cancel", id, {"kind": found.kind}, at=clock())
        return outreach_of(connection.execute(_FIND, (id,)).fetchone())

    return await writer.commit(unit)


def _same(stands: Outreach, wish: WarningWish, user: Pseudonym) -> Outreach:
    """What stands under a key, if it is what is wished for again; nobody is left to compare after an erasure."""
    own = stands.user is None or stands.user in user.all
    if not own or stands.template != wish.template or stands.values != dict(wish.values):
        raise OutreachError(
            "key_used", "this idempotency key stands for another warning; use a new one"
        )
    return stands
