"""The audit: who did what, and whether anybody tampered with it."""

from __future__ import annotations

from typing import Any, Final

from bot.audit import AuditEntry, AuditLog
from bot.console.answers import Answer
from bot.console.call import Call
from bot.console.desk import Desk
from bot.console.part import Nav, Part, Query
from bot.console.tables import Cell, Column, Table
from bot.console.visit import Visit
from bot.ledger.encoding import to_json
from bot.staff.roles import ADMIN

_SHOWN: Final = 100
_ENTRY = {
    "type": "object",
    "required": ["seq", "at", "actor", "action", "subject", "detail", "seal"],
    "properties": {"seq": {"type": "integer"}, "detail": {"type": "object"}},
}
_ENTRIES = {
    "type": "object",
    "required": ["entries"],
    "properties": {"entries": {"type": "array", "items": _ENTRY}},
}


def part(desk: Desk) -> Part:
    """The part."""
    audit = Part("audit")
    log = AuditLog(desk.reader)

    @audit.page("/audit", role=ADMIN, nav=Nav("govern", 30))
    def show(visit: Visit) -> Answer:
        limit = visit.limit(_SHOWN)
        entries = log.latest(
            limit + 1,
            subject=visit.text("subject") or None,
            action=visit.text("action") or None,
            actor=visit.text("actor") or None,
            before=visit.number("before", 0, 0, 2**53) or None,
        )
        more = len(entries) > limit
        return visit.render(
            "audit/audit.html",
            table=_table(visit, entries[:limit]),
            older=visit.link(before=entries[limit - 1].seq) if more else "",
            first=not visit.text("before"),
            verdict=_verify(visit, log) if visit.text("verify") else "",
        )

    @audit.api(
        "GET",
        "/audit",
        role=ADMIN,
        summary="Entries of the audit, newest first.",
        answer=_ENTRIES,
        query={
            "subject": Query({"type": "string", "maxLength": 200}, "The id of what was changed."),
            "action": Query({"type": "string", "maxLength": 60}, "How actions begin: case."),
            "actor": Query({"type": "string", "maxLength": 60}, "Who did it."),
            "before": Query({"type": "integer", "minimum": 1}, "Only entries below this one."),
            "limit": Query({"type": "integer", "minimum": 1, "maximum": 1000}, "How many.", _SHOWN),
        },
    )
    def entries(call: Call) -> dict[str, Any]:
        query = call.query
        found = log.latest(
            query["limit"],
            subject=query["subject"],
            action=query["action"],
            actor=query["actor"],
            before=query["before"],
        )
        return {"entries": [entry.as_json() for entry in found]}

    return audit


def _verify(visit: Visit, log: AuditLog) -> str:
    broken = log.first_broken()
    if broken is not None:
        return visit.words("broken", seq=broken)
    latest = log.latest(1)
    return visit.words("whole", n=latest[0].seq if latest else 0)


def _table(visit: Visit, entries: list[AuditEntry]) -> Table:
    w = visit.words
    columns = [
        Column(w("columns.seq"), "number"),
        Column(w("columns.time"), "time"),
        Column(w("columns.actor")),
        Column(w("columns.action")),
        Column(w("columns.subject")),
        Column(w("columns.detail"), "long"),
        Column(w("columns.seal"), "id", shown=False),
    ]
    rows = [
        (
            entry.seq,
            entry.at,
            Cell(entry.actor, href=visit.link(actor=entry.actor, before=None)),
            entry.action,
            Cell(entry.subject, href=visit.link(subject=entry.subject, before=None)),
            to_json(dict(entry.detail)) if entry.detail else "",
            entry.seal,
        )
        for entry in entries
    ]
    return Table("audit", columns, rows, empty=w("empty"))
