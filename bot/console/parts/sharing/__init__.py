"""Sharing: what the alliance knows, what it will be told, whose lists are known, what left."""

from __future__ import annotations

import asyncio
from typing import Any

from bot.cases.contacts import KINDS, ContactKey
from bot.console.answers import Answer, Conflict, Invalid, Missing
from bot.console.desk import Desk
from bot.console.part import Nav, Part
from bot.console.parts.sharing.api import add_api
from bot.console.parts.sharing.tables import (
    STATUS_TONES,
    TLP_TONES,
    codes,
    left_out_table,
    log_table,
    partner_table,
    pending_table,
    shared_table,
    withheld_table,
)
from bot.console.visit import Visit
from bot.sharing.deliveries import Choice
from bot.sharing.entries import STATUSES, SharedEntry
from bot.sharing.errors import SharingError
from bot.sharing.opening import open_partner_book, open_share_book
from bot.sharing.share_book import FORMATS
from bot.sharing.tlp import Tlp
from bot.staff.roles import ADMIN, ANALYST

_HOME = "/console/sharing"
_PENDING = f"{_HOME}/pending"
_SHOWN = 200
_TYPES = {
    "stix": ("json", "application/stix+json"),
    "misp": ("json", "application/json"),
    "csv": ("csv", "text/csv; charset=utf-8"),
}
_CEILINGS = (Tlp.CLEAR, Tlp.GREEN, Tlp.AMBER, Tlp.AMBER_STRICT)


def part(desk: Desk) -> Part:
    """The part."""
    sharing = Part("sharing")
    settings = desk.services.settings
    shares = open_share_book(settings, desk.reader, desk.writer)
    partners = open_partner_book(settings, desk.reader, desk.writer)
    policy = shares.sender.policy

    def entry_of(visit: Visit, id: str) -> tuple[SharedEntry, str]:
        for entry in shares.entries():
            if entry.id == id:
                return entry, shares.status(entry)
        raise Missing(visit.words("missing"))

    def render(visit: Visit, tab: str, **values: Any) -> Answer:
        return visit.render(f"sharing/{tab}.html", tab=tab, policy=policy, **values)

    @sharing.page("/sharing", nav=Nav("pass_on", 20))
    def show_shared(visit: Visit) -> Answer:
        rows = [(entry, shares.status(entry)) for entry in shares.entries()]
        text = visit.text("q").lower()
        status = visit.choice("status", STATUSES)
        kind = visit.choice("kind", KINDS)
        found = [
            (entry, now)
            for entry, now in rows
            if status in ("", now) and kind in ("", entry.key.kind) and text in str(entry.key)
        ]
        plan = shares.pending(visit.actor)
        return render(
            visit,
            "shared",
            table=shared_table(
                *(visit, found[: visit.limit(_SHOWN)], policy),
                filtered=bool(text or status or kind),
            ),
            counts={name: sum(now == name for _, now in rows) for name in STATUSES},
            pending=len(plan.new) + len(plan.changed) + len(plan.retracted),
            listed=sum(partner.live for partner in partners.partners()),
        )

    @sharing.page("/sharing/pending")
    def show_pending(visit: Visit) -> Answer:
        plan, kept = shares.pending(visit.actor), shares.withheld()
        return render(
            visit,
            "pending",
            table=pending_table(visit, plan),
            left_out=left_out_table(visit, plan),
            withheld=withheld_table(visit, kept, policy),
            keys={item.key: item.key for item in kept},
            ceilings={tlp.value: tlp.label for tlp in _CEILINGS},
            may_export=visit.role.may(ADMIN),
            may_change=visit.role.may(ANALYST),
        )

    @sharing.page("/sharing/partners")
    def show_partners(visit: Visit) -> Answer:
        return render(visit, "partners", table=partner_table(visit, partners.partners()))

    @sharing.page("/sharing/log")
    def show_log(visit: Visit) -> Answer:
        return render(visit, "log", table=log_table(visit, shares.shipments(visit.limit(_SHOWN))))

    @sharing.page("/sharing/entries/<entry_id>")
    def show_one(visit: Visit, entry_id: str) -> Answer:
        entry, status = entry_of(visit, entry_id)
        return render(
            visit,
            "one",
            entry=entry,
            status=status,
            tone=STATUS_TONES[status],
            tlp_tone=TLP_TONES[entry.tlp],
            codes=codes(visit, entry),
            rule=policy.tlp_texts[entry.tlp.value],
            reason=policy.reasons.get(entry.reason or "", entry.reason),
            may_retract=visit.role.may(ANALYST) and entry.retracted_at is None,
        )

    @sharing.change("/sharing/entries/<entry_id>/retract", role=ANALYST)
    async def retract(visit: Visit, entry_id: str) -> Answer:
        entry, _ = await asyncio.to_thread(entry_of, visit, entry_id)
        if entry.retracted_at is not None:
            raise Conflict(visit.words("over"))
        try:
            await shares.retract(entry_id, _reason(visit), visit.actor)
        except SharingError:
            raise Conflict(visit.words("changed")) from None
        return visit.redirect(f"{_HOME}/entries/{entry_id}", said="retracted")

    @sharing.change("/sharing/withhold", role=ANALYST)
    async def withhold(visit: Visit) -> Answer:
        reason = _reason(visit)
        try:
            await shares.withhold(_key(visit), reason, visit.actor)
        except SharingError:
            raise Conflict(visit.words("is_shared")) from None
        return visit.redirect(_PENDING, said="kept")

    @sharing.change("/sharing/release", role=ANALYST)
    async def release(visit: Visit) -> Answer:
        try:
            await shares.release(_key(visit), visit.actor)
        except SharingError:
            raise Conflict(visit.words("not_kept")) from None
        return visit.redirect(_PENDING, said="released")

    @sharing.change("/sharing/export", role=ADMIN)
    async def export(visit: Visit) -> Answer:
        format, ceiling = visit.field("format"), visit.field("tlp")
        if format not in FORMATS or ceiling not in {tlp.value for tlp in _CEILINGS}:
            raise Invalid(visit.shell("errors.needed"))
        choice = Choice(
            recipient=visit.field("to", needed=True, most=100),
            ceiling=Tlp(ceiling),
            changes_only=visit.field("what") == "changes",
        )
        try:
            done = await shares.export(format, choice, visit.actor)
        except SharingError:
            raise Conflict(visit.words("refused")) from None
        ending, content_type = _TYPES[format]
        name = f"jingzhong-{format}-{done.shipment.at:%Y%m%d-%H%M%S}.{ending}"
        return visit.download(done.text.encode("utf-8"), name, content_type)

    def _reason(visit: Visit) -> str:
        reason = visit.field("reason", needed=True)
        if reason not in policy.reasons:
            raise Invalid(visit.shell("errors.needed"))
        return reason

    add_api(sharing, shares, partners)
    return sharing


def _key(visit: Visit) -> ContactKey:
    try:
        return ContactKey.parse(visit.field("contact", needed=True, most=200))
    except ValueError:
        raise Invalid(visit.words("no_contact")) from None
