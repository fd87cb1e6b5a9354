"""Sharing over the API."""

from __future__ import annotations

from typing import Any, Final

from bot.console.answers import Conflict, Invalid, Missing
from bot.console.call import Call
from bot.console.part import Part, Query, Schema
from bot.ledger.encoding import rfc3339
from bot.sharing.entries import STATUSES, SharedEntry
from bot.sharing.errors import SharingError
from bot.sharing.partners import PartnerBook
from bot.sharing.share_book import ShareBook
from bot.staff.roles import ANALYST

_TEXT: Final = {"type": "string"}
_COUNT: Final = {"type": "integer", "minimum": 0}
_ENTRY: Schema = {
    "type": "object",
    "required": [
        "id",
        "contact",
        "case",
        "tlp",
        "form",
        "codes",
        "confidence",
        "status",
        "version",
    ],
    "properties": {
        "id": _TEXT,
        "contact": {
            "type": "string",
            "description": "The key of the contact, such as url:example.com.",
        },
        "case": _TEXT,
        "tlp": _TEXT,
        "form": {
            "type": "string",
            "description": "clear, or hmac: and the id of the alliance's key.",
        },
        "codes": {"type": "array", "items": _TEXT},
        "confidence": {"type": "integer", "minimum": 0, "maximum": 100},
        "status": {"enum": list(STATUSES)},
        "reason": {"type": ["string", "null"]},
        "version": {"type": "integer", "minimum": 1},
        "first_seen": _TEXT,
        "last_seen": _TEXT,
        "shared_at": _TEXT,
        "modified_at": _TEXT,
        "expires_at": _TEXT,
    },
}


def _list_of(name: str, item: Schema) -> Schema:
    return {
        "type": "object",
        "required": [name],
        "properties": {name: {"type": "array", "items": item}},
    }


_PARTNER: Schema = {
    "type": "object",
    "required": ["partner", "live", "imported_at"],
    "properties": {
        "partner": _TEXT,
        "live": _COUNT,
        "hashed": _COUNT,
        "disputed": _COUNT,
        "retracted": _COUNT,
        "imported_at": _TEXT,
        "imported_by": _TEXT,
    },
}
_EXPORT: Schema = {
    "type": "object",
    "required": ["at", "actor", "format", "recipient", "entries", "retracted", "sha256"],
    "properties": {
        "at": _TEXT,
        "actor": _TEXT,
        "format": _TEXT,
        "recipient": _TEXT,
        "tlp": _TEXT,
        "entries": _COUNT,
        "retracted": _COUNT,
        "basis": _TEXT,
        "sha256": _TEXT,
    },
}
_RETRACTION: Schema = {
    "type": "object",
    "additionalProperties": False,
    "required": ["reason"],
    "properties": {
        "reason": {
            "type": "string",
            "maxLength": 60,
            "description": "One of the reasons of content/sharing.yml.",
        }
    },
}
_LIMIT: Final = Query({"type": "integer", "minimum": 1, "maximum": 1000}, "How many.", 100)


def add_api(sharing: Part, shares: ShareBook, partners: PartnerBook) -> None:
    """Declares the routes."""

    @sharing.api(
        "GET",
        "/sharing/entries",
        summary="Shared entries, the latest change first.",
        answer=_list_of("entries", _ENTRY),
        query={
            "status": Query({"enum": list(STATUSES)}, "Only entries that stand so."),
            "limit": _LIMIT,
        },
    )
    def list_entries(call: Call) -> dict[str, Any]:
        wanted = call.query["status"]
        rows = ((entry, shares.status(entry)) for entry in shares.entries())
        found = [_entry(entry, now) for entry, now in rows if wanted in (None, now)]
        return {"entries": found[: call.query["limit"]]}

    @sharing.api(
        "POST",
        "/sharing/entries/<entry_id>/retract",
        role=ANALYST,
        summary="Take a shared entry back; the next export tells whoever got it.",
        body=_RETRACTION,
        answer=_ENTRY,
        may_fail=(404, 409, 422),
    )
    async def retract(call: Call, entry_id: str) -> dict[str, Any]:
        if call.body["reason"] not in shares.sender.policy.reasons:
            known = ", ".join(shares.sender.policy.reasons)
            raise Invalid(f"that is no reason; use one of {known}")
        if not any(entry.id == entry_id for entry in shares.entries()):
            raise Missing("no such entry")
        try:
            over = await shares.retract(entry_id, call.body["reason"], call.actor)
        except SharingError as error:
            raise Conflict(str(error)) from None
        return _entry(over, shares.status(over))

    @sharing.api(
        "GET",
        "/sharing/partners",
        summary="Partners whose lists were imported.",
        answer=_list_of("partners", _PARTNER),
    )
    def list_partners(call: Call) -> dict[str, Any]:
        return {
            "partners": [
                {
                    "partner": one.name,
                    "live": one.live,
                    "hashed": one.hashed,
                    "disputed": one.disputed,
                    "retracted": one.retracted,
                    "imported_at": rfc3339(one.imported_at),
                    "imported_by": one.imported_by,
                }
                for one in partners.partners()
            ]
        }

    @sharing.api(
        "GET",
        "/sharing/exports",
        summary="Files that left, the latest first.",
        answer=_list_of("exports", _EXPORT),
        query={"limit": _LIMIT},
    )
    def list_exports(call: Call) -> dict[str, Any]:
        return {
            "exports": [
                {
                    "at": rfc3339(one.at),
                    "actor": one.actor,
                    "format": one.format,
                    "recipient": one.recipient,
                    "tlp": one.tlp,
                    "entries": one.entries,
                    "retracted": one.retracted,
                    "basis": one.basis,
                    "sha256": one.sha256,
                }
                for one in shares.shipments(call.query["limit"])
            ]
        }


def _entry(entry: SharedEntry, status: str) -> dict[str, Any]:
    return {
        "id": entry.id,
        "contact": str(entry.key),
        "case": entry.case_id,
        "tlp": entry.tlp.value,
        "form": entry.form,
        "codes": list(entry.codes),
        "confidence": entry.stated_confidence,
        "status": status,
        "reason": entry.reason,
        "version": entry.version,
        "first_seen": entry.first_seen.isoformat(),
        "last_seen": entry.last_seen.isoformat(),
        "shared_at": rfc3339(entry.shared_at),
        "modified_at": rfc3339(entry.modified_at),
        "expires_at": rfc3339(entry.expires_at),
    }
