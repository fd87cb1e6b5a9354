"""Sharing as people do it: look at what would leave, export it, take something back, keep something home."""

from __future__ import annotations

import asyncio
import hashlib
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.audit import Actor, note
from bot.cases.contacts import ContactKey
from bot.ledger.database import Reader
from bot.ledger.encoding import utc_now
from bot.ledger.writer import Writer
from bot.sharing import deliveries, entries
from bot.sharing.confirmed import objections, told_contacts
from bot.sharing.deliveries import Choice, Shipment
from bot.sharing.entries import SharedEntry, Withheld
from bot.sharing.errors import SharingError
from bot.sharing.misp import misp_events
from bot.sharing.planning import Known, Plan, plan
from bot.sharing.sender import Parcel, Sender
from bot.sharing.signal_list import signal_list
from bot.sharing.stix import stix_bundle
from bot.sharing.updating import units

FORMATS: Final[Mapping[str, Callable[[Parcel], str]]] = {
    "stix": stix_bundle,
    "misp": misp_events,
    "csv": signal_list,
}


@dataclass(frozen=True)
class Export:
    """A file to hand over, and what stands in it; ``plan`` says what was added and left out for it."""

    text: str
    shipment: Shipment
    plan: Plan


class ShareBook:
    """All that was shared, and all that a person may do with it.

    Methods that are no coroutines are short blocking reads. Every change writes the audit in the same
    transaction, with entry ids in place of contacts.
    """

    def __init__(
        self,
        reader: Reader,
        writer: Writer,
        sender: Sender,
        *,
        official: frozenset[str] = frozenset(),
        production: bool = False,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """Puts the parts together; ``official`` are contact keys that are never shared."""
        self.sender = sender
        self._reader = reader
        self._writer = writer
        self._official = official
        self._production = production
        self._clock = clock

    def entries(self) -> list[SharedEntry]:
        """Every entry there ever was, the latest change first."""
        return entries.all_entries(self._reader)

    def withheld(self) -> list[Withheld]:
        """The contacts that are kept from being shared."""
        return entries.withheld(self._reader)

    def shipments(self, limit: int = 100) -> list[Shipment]:
        """The files that left, the latest first."""
        return deliveries.shipments(self._reader, limit)

    def status(self, entry: SharedEntry) -> str:
        """How an entry stands now, one of ``entries.STATUSES``."""
        return entry.status(self._clock())

    def pending(self, actor: Actor) -> Plan:
        """What the next export would add, change and take back; writes nothing."""
        live = {str(e.key): e for e in self.entries() if e.retracted_at is None}
        known = Known(
            told=told_contacts(self._reader, self.sender.policy),
            live=live,
            objections=objections(self._reader),
            withheld=frozenset(item.key for item in self.withheld()),
            official=self._official,
        )
        return plan(
            known, self.sender.policy, self.sender.alliance, now=self._clock(), by=actor.name
        )

    def matchable(self) -> list[str]:
        """The contacts to match against a partner's: all that is shared or would be, in any form."""
        policy = self.sender.policy
        kept = (
            self._official
            | {item.key for item in self.withheld()}
            | objections(self._reader).upheld
        )
        return [
            text
            for text, told in told_contacts(self._reader, policy).items()
            if text not in kept and told.codes and policy.confidence(told.state) is not None
        ]

    async def export(self, format: str, choice: Choice, actor: Actor) -> Export:
        """Brings the entries up to date and renders those that ``choice`` takes.

        The export is in the log, with the digest of its text, before the text is handed out.

        Raises:
            SharingError: when the rules are the example's in production.
            LedgerError: when the ledger fails.
        """
        self._check_rules()
        now = self._clock()
        decided = await asyncio.to_thread(self.pending, actor)
        for unit in units(decided, actor, now):
            await self._writer.commit(unit)
        return await self._render(format, choice, actor, decided)

    async def _render(self, format: str, choice: Choice, actor: Actor, decided: Plan) -> Export:
        now, recipient = self._clock(), choice.recipient

        def render() -> tuple[list[SharedEntry], str]:
            everything, got = self.entries(), deliveries.delivered(self._reader, recipient)
            leaving = deliveries.chosen(everything, choice, got, self.sender, now)
            ids = {entry.id for entry in leaving}
            cases: dict[str, list[SharedEntry]] = {}
            for entry in everything:
                if entry.id in ids or (entry.id in got and entry.retracted_at is None):
                    cases.setdefault(entry.case_id, []).append(entry)
            return leaving, FORMATS[format](Parcel(self.sender, leaving, cases, now))

        leaving, text = await asyncio.to_thread(render)
        shipment = Shipment(
            at=now,
            actor=actor.name,
            format=format,
            recipient=recipient,
            tlp=choice.ceiling.value,
            since=_since(choice),
            entries=len(leaving),
            retracted=sum(entry.retracted_at is not None for entry in leaving),
            basis=self.sender.policy.basis.id,
            sha256=hashlib.sha256(text.encode("utf-8")).hexdigest(),
        )

        def unit(connection: sqlite3.Connection) -> None:
            deliveries.note_shipment(connection, shipment, leaving)
            detail = {
                "format": format,
                "entries": shipment.entries,
                "retracted": shipment.retracted,
                "tlp": shipment.tlp,
                "basis": shipment.basis,
                "sha256": shipment.sha256,
            }
            note(connection, actor, "share.export", recipient, detail, at=now)

        await self._writer.commit(unit)
        return Export(text, shipment, decided)

    async def retract(self, id: str, reason: str, actor: Actor) -> SharedEntry:
        """Takes an entry back for one of the policy's reasons; its contact then stays home.

        Raises:
            SharingError: when there is no such entry or reason, or it was taken back before.
            LedgerError: when the ledger fails.
        """
        self._check_reason(reason)
        found = await asyncio.to_thread(entries.entry, self._reader, id)
        if found is None:
            raise SharingError(f"no shared entry {id!r}; see: jingzhong share list")
        if found.retracted_at is not None:
            raise SharingError(f"the entry {id} was taken back before")
        now = self._clock()
        over = found.retracted(reason, now)

        def unit(connection: sqlite3.Connection) -> bool:
            if not entries.change(connection, over):
                return False
            entries.withhold(connection, Withheld(str(over.key), reason, now, actor.name))
            note(connection, actor, "share.retract", id, {"reason": reason}, at=now)
            return True

        if not await self._writer.commit(unit):
            raise SharingError(f"the entry {id} has just been changed by somebody else; look again")
        return over

    async def withhold(self, key: ContactKey, reason: str, actor: Actor) -> None:
        """Keeps a contact from being shared that is not shared yet.

        Raises:
            SharingError: when the reason is none of the policy's, or the contact is shared already.
            LedgerError: when the ledger fails.
        """
        self._check_reason(reason)
        shared = [e for e in self.entries() if e.key == key and e.retracted_at is None]
        if shared:
            raise SharingError(
                f"the contact is shared; take it back with: share retract {shared[0].id}"
            )
        now = self._clock()

        def unit(connection: sqlite3.Connection) -> None:
            entries.withhold(connection, Withheld(str(key), reason, now, actor.name))
            note(connection, actor, "share.withhold", key.kind, {"reason": reason}, at=now)

        await self._writer.commit(unit)

    async def release(self, key: ContactKey, actor: Actor) -> None:
        """Lets a contact be shared again that was kept home; it then gets an entry of its own.

        Raises:
            SharingError: when it is not kept home.
            LedgerError: when the ledger fails.
        """

        def unit(connection: sqlite3.Connection) -> bool:
            if not entries.release(connection, str(key)):
                return False
            note(connection, actor, "share.release", key.kind, at=self._clock())
            return True

        if not await self._writer.commit(unit):
            raise SharingError(
                f"{key} is not kept from being shared; see: jingzhong share withheld"
            )

    async def note_match(self, recipient: str, asked: int, text: str, actor: Actor) -> None:
        """Writes into the log that a partner's matching of ``asked`` points was answered with ``text``.

        Raises:
            SharingError: when the rules are the example's in production.
            LedgerError: when the ledger fails; the answer must not leave then.
        """
        self._check_rules()
        now, basis = self._clock(), self.sender.policy.basis.id
        digest = hashlib.sha256(text.encode("utf-8")).hexdigest()
        shipment = Shipment(
            now, actor.name, deliveries.MATCH, recipient, "red", None, asked, 0, basis, digest
        )

        def unit(connection: sqlite3.Connection) -> None:
            deliveries.note_shipment(connection, shipment, ())
            note(
                connection,
                actor,
                "share.match",
                recipient,
                {"asked": asked, "sha256": digest},
                at=now,
            )

        await self._writer.commit(unit)

    def _check_rules(self) -> None:
        if self._production and self.sender.policy.demo:
            raise SharingError(
                "content/sharing.yml: production refuses the example's rules; put your alliance and its "
                "agreement into it and set demo: false"
            )

    def _check_reason(self, reason: str) -> None:
        if reason not in self.sender.policy.reasons:
            known = ", ".join(self.sender.policy.reasons)
            raise SharingError(f"{reason!r} is no reason; use one of {known}")


def _since(choice: Choice) -> str | None:
    if choice.changes_only:
        return "last"
    return choice.since.isoformat() if choice.since else None
