"""The API about privacy."""

from __future__ import annotations

from typing import Any, Final

from bot.console.answers import Conflict, Failed
from bot.console.call import Call
from bot.console.desk import Desk
from bot.console.part import Part
from bot.exchanges.exchange import StoreUnavailable
from bot.hashing import Pseudonym
from bot.ledger.encoding import rfc3339
from bot.privacy.compliance import STATES, load_compliance
from bot.privacy.people import PrivacyError, person
from bot.privacy.removals import Standing, standings
from bot.privacy.requests import DataRequests
from bot.privacy.terms import load_terms
from bot.staff.roles import ADMIN

_DAYS: Final = 30
_TEXT: Final = {"type": "string"}
_COUNT: Final = {"type": "integer", "minimum": 0}
_COUNTS: Final = {"type": "object", "additionalProperties": _COUNT}
_KIND: Final = {
    "type": "object",
    "additionalProperties": False,
    "required": ["kind", "name", "days", "at_least", "built_in", "removed", "spared", "looked_at"],
    "properties": {
        "kind": _TEXT,
        "name": _TEXT,
        "days": {"type": "number", "exclusiveMinimum": 0},
        "at_least": {"type": "boolean"},
        "built_in": {"type": "boolean"},
        "removed": _COUNT,
        "spared": _COUNT,
        "looked_at": {"type": ["string", "null"]},
    },
}
_TERMS: Final = {
    "type": "object",
    "required": ["kinds"],
    "properties": {"kinds": {"type": "array", "items": _KIND}},
}
_WHOM: Final = {
    "type": "object",
    "additionalProperties": False,
    "required": ["user"],
    "properties": {"user": {"type": "string", "minLength": 1, "maxLength": 200}},
}
_RECORD: Final = {
    "type": "object",
    "required": ["place", "kind", "at", "data", "on_erasure", "held"],
    "properties": {
        "place": _TEXT,
        "kind": _TEXT,
        "at": {"type": ["string", "null"]},
        "data": {"type": "object"},
        "on_erasure": {"enum": ["removed", "emptied", "kept"]},
        "held": {"type": "boolean"},
    },
}
_RECORDS: Final = {
    "type": "object",
    "required": ["records"],
    "properties": {"records": {"type": "array", "items": _RECORD}},
}
_ERASED: Final = {
    "type": "object",
    "required": ["removed", "held", "kept", "conversations", "off_disk"],
    "properties": {
        "removed": _COUNTS,
        "held": _COUNTS,
        "kept": _COUNTS,
        "conversations": _COUNT,
        "off_disk": {"type": "boolean"},
    },
}
_DUTY: Final = {
    "type": "object",
    "required": ["id", "dimension", "duty", "source", "does", "state", "comment", "seen"],
    "properties": {
        "state": {"enum": list(STATES)},
        "seen": {
            "type": "array",
            "items": {"type": "object", "properties": {"kind": _TEXT, "what": _TEXT}},
        },
    },
}
_DUTIES: Final = {
    "type": "object",
    "required": ["duties"],
    "properties": {"duties": {"type": "array", "items": _DUTY}},
}


def add_api(privacy: Part, desk: Desk, requests: DataRequests) -> None:
    """Declares the routes."""
    content = desk.services.settings.content

    @privacy.api(
        "GET",
        "/privacy/retention",
        summary="How long each kind of data is kept, and what was removed in the last 30 days.",
        answer=_TERMS,
    )
    def retention(call: Call) -> dict[str, Any]:
        standing = standings(desk.reader, desk.clock(), _DAYS)
        found = []
        for kind, term in load_terms(content).items():
            own = standing.get(kind, Standing())
            found.append(
                {
                    "kind": kind,
                    "name": term.name,
                    "days": term.lifetime.total_seconds() / 86400,
                    "at_least": term.at_least,
                    "built_in": term.built_in,
                    "removed": own.removed,
                    "spared": own.spared,
                    "looked_at": rfc3339(own.looked_at) if own.looked_at else None,
                }
            )
        return {"kinds": found}

    @privacy.api(
        "POST",
        "/privacy/show",
        role=ADMIN,
        summary="Everything that is stored of a person (CHANNEL:ID or a keyed hash); noted in the audit.",
        body=_WHOM,
        answer=_RECORDS,
        may_fail=(409,),
    )
    async def show(call: Call) -> dict[str, Any]:
        whom = _person(call)
        try:
            records = await requests.show(whom, call.actor)
        except StoreUnavailable as error:
            raise Conflict(str(error)) from None
        return {"records": [record.as_json() for record in records]}

    @privacy.api(
        "POST",
        "/privacy/erase",
        role=ADMIN,
        summary="Erase what is stored of a person but for what is held; noted in the audit.",
        body=_WHOM,
        answer=_ERASED,
        may_fail=(409,),
    )
    async def erase(call: Call) -> dict[str, Any]:
        whom = _person(call)
        try:
            erased = await requests.erase(whom, call.actor)
        except StoreUnavailable as error:
            raise Conflict(str(error)) from None
        return erased.as_json()

    @privacy.api(
        "GET",
        "/compliance",
        summary="What law and joint initiative ask for, and where the product does it.",
        answer=_DUTIES,
    )
    def compliance(call: Call) -> dict[str, Any]:
        return {
            "duties": [
                {
                    "id": duty.id,
                    "dimension": duty.dimension,
                    "duty": duty.duty,
                    "source": duty.source,
                    "does": duty.does,
                    "state": duty.state,
                    "comment": duty.comment,
                    "seen": [{"kind": seen.kind, "what": seen.what} for seen in duty.seen],
                }
                for duty in load_compliance(content)
            ]
        }


def _person(call: Call) -> Pseudonym:
    try:
        return person(call.body["user"], call.desk.hasher)
    except PrivacyError as error:
        raise Failed(str(error)) from None
