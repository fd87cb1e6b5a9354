"""The API about evidence packs."""

from __future__ import annotations

from typing import Any, Final

from bot.console.answers import Missing
from bot.console.call import Call
from bot.console.desk import Desk
from bot.console.part import Part, Query
from bot.evidence.dossier import PURPOSES
from bot.evidence.keys import own_key
from bot.evidence.log import MADE, REFUSED, Export, ExportLog
from bot.ledger.encoding import rfc3339

_TEXT: Final = {"type": "string"}
_COUNT: Final = {"type": "integer", "minimum": 0}
_EXPORT: Final = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "pack": _TEXT,
        "at": {"type": "string", "format": "date-time"},
        "actor": _TEXT,
        "case": _TEXT,
        "purpose": {"enum": list(PURPOSES)},
        "outcome": {"enum": [MADE, REFUSED]},
        "reason": _TEXT,
        "contacts_only": {"type": "boolean"},
        "reporters": _COUNT,
        "files": _COUNT,
        "size": _COUNT,
        "sha256": _TEXT,
        "signer": _TEXT,
    },
}
_EXPORT_LIST: Final = {
    "type": "object",
    "required": ["packs"],
    "properties": {"packs": {"type": "array", "items": _EXPORT}},
}
_KEY: Final = {
    "type": "object",
    "required": ["pem", "sha256"],
    "properties": {"pem": _TEXT, "sha256": _TEXT},
}


def add_api(evidence: Part, log: ExportLog, desk: Desk) -> None:
    """Declares the routes."""

    @evidence.api(
        "GET",
        "/evidence",
        summary="Evidence packs that were made or refused, newest first.",
        answer=_EXPORT_LIST,
        query={
            "case": Query({"type": "string", "maxLength": 64}, "Only of the case with this id."),
            "limit": Query({"type": "integer", "minimum": 1, "maximum": 500}, "How many.", 50),
        },
    )
    def list_packs(call: Call) -> dict[str, Any]:
        found = log.latest(call.query["limit"], case_id=call.query["case"])
        return {"packs": [export_json(export) for export in found]}

    @evidence.api(
        "GET",
        "/evidence/key",
        summary="The public key that packs of this installation are checked with.",
        answer=_KEY,
        may_fail=(404,),
    )
    def public_key(call: Call) -> dict[str, Any]:
        key = own_key(desk.services.settings.home)
        if key is None:
            raise Missing("no pack was made here yet, so that there is no key")
        return {"pem": key.public.pem.decode("ascii"), "sha256": key.public.fingerprint}


def export_json(export: Export) -> dict[str, Any]:
    """An entry of the log as JSON."""
    return {
        "pack": export.pack,
        "at": rfc3339(export.at),
        "actor": export.actor,
        "case": export.case_id,
        "purpose": export.purpose,
        "outcome": export.outcome,
        "reason": export.reason,
        "contacts_only": export.contacts_only,
        "reporters": export.reporters,
        "files": export.files,
        "size": export.size,
        "sha256": export.sha256,
        "signer": export.signer,
    }
