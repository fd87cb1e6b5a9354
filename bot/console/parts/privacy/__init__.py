"""Privacy: terms and what they removed, holds, requests of people, and the map of duties."""

from __future__ import annotations

import asyncio
from typing import Final

from bot.audit import AuditLog
from bot.console.answers import Answer, Invalid, Missing
from bot.console.desk import Desk
from bot.console.part import Nav, Part
from bot.console.parts.privacy.api import add_api
from bot.console.parts.privacy.tables import (
    duty_table,
    hold_table,
    record_table,
    request_table,
    tally,
    term_table,
)
from bot.console.visit import Visit
from bot.evidence.log import ExportLog
from bot.exchanges.exchange import StoreUnavailable
from bot.hashing import Pseudonym
from bot.privacy.compliance import DIMENSIONS, STATES, load_compliance
from bot.privacy.people import PrivacyError, joined, person, split
from bot.privacy.removals import standings
from bot.privacy.requests import DataRequests
from bot.privacy.retention import ROUND_SECONDS, Retention
from bot.privacy.terms import load_terms
from bot.staff.roles import ADMIN

HOME: Final = "/console/privacy"
COUNTED_DAYS: Final = 30
_SHOWN: Final = 100


def part(desk: Desk) -> Part:
    """The part."""
    privacy = Part("privacy")
    settings = desk.services.settings
    log, holds = AuditLog(desk.reader), ExportLog(desk.reader)
    requests = DataRequests(settings, desk.reader, desk.writer, desk.clock)

    @privacy.page("/privacy", nav=Nav("govern", 20))
    def show(visit: Visit) -> Answer:
        now, terms = desk.clock(), load_terms(settings.content)
        standing = standings(desk.reader, now, COUNTED_DAYS)
        looked = [one.looked_at for one in standing.values() if one.looked_at]
        held = holds.holds(now)
        asked = log.latest(visit.limit(_SHOWN), action="privacy.")
        return visit.render(
            "privacy/privacy.html",
            terms=term_table(visit, terms, standing),
            holds=hold_table(visit, held),
            requests=request_table(visit, asked),
            now=now,
            last=max(looked, default=None),
            every=ROUND_SECONDS,
            removed=sum(one.removed for one in standing.values()),
            spared=sum(one.spared for one in standing.values()),
            held=len(held),
            days=COUNTED_DAYS,
            may=visit.role.may(ADMIN),
        )

    @privacy.change("/privacy/retain", role=ADMIN)
    async def retain(visit: Visit) -> Answer:
        job = Retention(desk.reader, desk.writer, lambda: load_terms(settings.content), desk.clock)
        await job.round(visit.actor)
        return visit.redirect(HOME, said="retained")

    @privacy.change("/privacy/people", role=ADMIN)
    async def find(visit: Visit) -> Answer:
        # The id of a person stands in no address, which logs and histories keep; the keyed hash does.
        try:
            whom = person(visit.field("user", needed=True, most=200), desk.hasher)
        except PrivacyError:
            raise Invalid(visit.words("person.nobody")) from None
        return visit.redirect(f"{HOME}/people/{joined(whom)}")

    @privacy.page("/privacy/people/<hashes>", role=ADMIN)
    async def show_person(visit: Visit, hashes: str) -> Answer:
        whom = _named(visit, hashes)
        try:
            records = await requests.show(whom, visit.actor)
        except StoreUnavailable:
            raise Invalid(visit.words("person.redis")) from None
        return await asyncio.to_thread(
            visit.render,
            "privacy/person.html",
            table=record_table(visit, records),
            hashes=hashes,
            short=whom.current[:12],
            held=sum(record.held for record in records),
            count=len(records),
        )

    @privacy.change("/privacy/people/<hashes>/erase", role=ADMIN)
    async def erase(visit: Visit, hashes: str) -> Answer:
        whom = _named(visit, hashes)
        try:
            erased = await requests.erase(whom, visit.actor)
        except StoreUnavailable:
            raise Invalid(visit.words("person.redis")) from None
        said = "erased_but_held" if erased.erasure.held else "erased"
        return visit.redirect(f"{HOME}/people/{hashes}", said=said)

    @privacy.page("/compliance", nav=Nav("govern", 25, "compliance"))
    def compliance(visit: Visit) -> Answer:
        duties = load_compliance(settings.content)
        dimension = visit.choice("dimension", DIMENSIONS)
        state = visit.choice("state", STATES)
        chosen = [
            duty
            for duty in duties
            if dimension in ("", duty.dimension) and state in ("", duty.state)
        ]
        return visit.render(
            "privacy/compliance.html",
            table=duty_table(visit, chosen),
            tallies=[(name, *tally(duties, name)) for name in DIMENSIONS],
        )

    add_api(privacy, desk, requests)
    return privacy


def _named(visit: Visit, hashes: str) -> Pseudonym:
    whom = split(hashes)
    if whom is None:
        raise Missing(visit.words("person.nobody"))
    return whom
