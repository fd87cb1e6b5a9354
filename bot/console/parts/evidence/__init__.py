"""Evidence: the log of packs, one pack with its holds, and the making of one."""

from __future__ import annotations

import asyncio

from bot.cases.reading import CaseView
from bot.cases.records import Case, UnknownCaseError
from bot.console.answers import Answer, Conflict, Invalid, Missing
from bot.console.desk import Desk
from bot.console.part import Nav, Part
from bot.console.parts.evidence.api import add_api
from bot.console.parts.evidence.tables import export_table, facts, hold_table, integrity
from bot.console.visit import Visit
from bot.evidence.dossier import PURPOSES, Excluded, Purpose
from bot.evidence.drawing import draw_apart
from bot.evidence.errors import EvidenceError, RefusedError
from bot.evidence.exporting import Exporter, Order
from bot.evidence.log import MADE, REFUSED, Export, ExportLog
from bot.evidence.opening import open_exporter
from bot.staff.roles import ADMIN, ANALYST

_HOME = "/console/evidence"
_SHOWN = 200
_CONTACTS = "contacts"


def part(desk: Desk) -> Part:
    """The part."""
    evidence = Part("evidence")
    log, cases = ExportLog(desk.reader), CaseView(desk.reader)

    def exporter() -> Exporter:
        # Made for each pack, since wording can change while the service runs.
        return open_exporter(desk.services.settings, desk.reader, desk.writer, draw_apart)

    def case_of(name: str) -> Case | None:
        try:
            return cases.find(name) if name else None
        except UnknownCaseError:
            return None

    def pack_of(visit: Visit, pack: str) -> Export:
        export = log.of(pack)
        if export is None:
            raise Missing(visit.words("missing"))
        return export

    @evidence.page("/evidence", nav=Nav("work", 40))
    def show_log(visit: Visit) -> Answer:
        name, outcome = visit.text("case"), visit.choice("outcome", (MADE, REFUSED))
        case = case_of(name)
        found = log.latest(
            visit.limit(_SHOWN), case_id=case.id if case else name or None, outcome=outcome or None
        )
        table = export_table(visit, found, filtered=bool(name or outcome))
        return visit.render("evidence/log.html", table=table, may_make=visit.role.may(ANALYST))

    @evidence.page("/evidence/new", role=ANALYST)
    def prepare(visit: Visit) -> Answer:
        case = case_of(visit.text("case"))
        agreed, excluded = exporter().outlook(case.id) if case else (0, Excluded())
        words = visit.words
        return visit.render(
            "evidence/new.html",
            case=case,
            code=max(case.codes, key=lambda code: case.codes[code], default="") if case else "",
            agreed=agreed,
            excluded=excluded,
            left_out=_left_out(visit, excluded),
            scopes={"all": words("make.scope_all"), _CONTACTS: words("make.scope_contacts")},
        )

    @evidence.change("/evidence", role=ANALYST)
    async def make(visit: Visit) -> Answer:
        order = Order(
            visit.field("case", needed=True, most=64),
            _purpose(visit),
            visit.field("scope", most=20) == _CONTACTS,
        )
        desk_of_packs = await asyncio.to_thread(exporter)
        try:
            pack = await desk_of_packs.export(order, visit.actor)
        except UnknownCaseError:
            raise Missing(visit.words("make.unknown")) from None
        except RefusedError as error:
            raise Conflict(visit.words(f"failed.{error.reason}")) from None
        except EvidenceError as error:
            raise Conflict(visit.words("failed.other", reason=error)) from None
        return visit.download(pack.archive, pack.file_name, "application/zip")

    @evidence.page("/evidence/<pack>")
    def show_one(visit: Visit, pack: str) -> Answer:
        export = pack_of(visit, pack)
        return visit.render(
            "evidence/one.html",
            export=export,
            facts=facts(visit, export),
            integrity=integrity(visit, export),
            holds=hold_table(visit, log.holds(desk.clock(), pack=pack)),
            may_release=visit.role.may(ADMIN),
        )

    @evidence.change("/evidence/<pack>/release", role=ADMIN)
    async def release(visit: Visit, pack: str) -> Answer:
        export = await asyncio.to_thread(pack_of, visit, pack)
        why = visit.field("why", needed=True, most=500)
        desk_of_packs = await asyncio.to_thread(exporter)
        await desk_of_packs.release(export.pack, visit.actor, why)
        return visit.redirect(f"{_HOME}/{export.pack}", said="released")

    add_api(evidence, log, desk)
    return evidence


def _purpose(visit: Visit) -> Purpose:
    given = visit.field("purpose", most=20)
    for purpose in PURPOSES:
        if purpose == given:
            return purpose
    raise Invalid(visit.shell("errors.needed"))


def _left_out(visit: Visit, excluded: Excluded) -> str:
    """Why the others are not in a pack, in words."""
    counts = {
        "silent": excluded.silent,
        "refused": excluded.refused,
        "minors": excluded.minors,
    }
    return "，".join(f"{visit.words(f'make.{key}')} {n}" for key, n in counts.items() if n)
