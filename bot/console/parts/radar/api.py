"""The radar over the API."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any, Final

from bot.cases.contacts import KINDS
from bot.console.answers import Conflict, Invalid, Missing
from bot.console.call import Call
from bot.console.part import Part, Query, Schema
from bot.radar.book import (
    LONGEST_REASON,
    STATES,
    Alert,
    AlertBook,
    AlreadyMarked,
    RadarError,
    UnknownAlert,
)
from bot.radar.detector import WORD
from bot.radar.showing import alert_json
from bot.staff.roles import ANALYST

_TEXT: Final = {"type": "string"}
_MAYBE: Final = {"type": ["string", "null"]}
_COUNT: Final = {"type": "integer", "minimum": 0}
_KINDS: Final = [*KINDS, WORD]
_RISING: Schema = {
    "type": "object",
    "required": ["kind", "value", "reporters", "known_reporters", "expected", "past_weeks"],
    "properties": {
        "kind": {"enum": _KINDS},
        "value": _TEXT,
        "joined": _TEXT,
        "since": _TEXT,
        "reporters": _COUNT,
        "known_reporters": _COUNT,
        "expected": {"type": "number", "minimum": 0},
        "past_weeks": {
            "type": "array",
            "items": _COUNT,
            "description": "Counted reporters of the twelve weeks before, newest first.",
        },
        "chance": {"type": "number", "minimum": 0, "maximum": 1},
        "peak": _COUNT,
        "last_day": _TEXT,
    },
}
_ALERT: Schema = {
    "type": "object",
    "required": ["id", "day", "raised_at", "state", "over", "risings"],
    "properties": {
        "id": _TEXT,
        "day": _TEXT,
        "raised_at": _TEXT,
        "state": {"enum": list(STATES)},
        "by": _MAYBE,
        "at": _MAYBE,
        "reason": _MAYBE,
        "follows": _MAYBE,
        "over": {"type": "boolean"},
        "last_day": _TEXT,
        "risings": {"type": "array", "minItems": 1, "items": _RISING},
    },
}
_ALERTS: Schema = {
    "type": "object",
    "required": ["alerts"],
    "properties": {"alerts": {"type": "array", "items": _ALERT}},
}
_REASON: Schema = {
    "type": "object",
    "additionalProperties": False,
    "required": ["reason"],
    "properties": {"reason": {"type": "string", "minLength": 1, "maxLength": LONGEST_REASON}},
}


def add_api(radar: Part, book: AlertBook) -> None:
    """Declares the routes."""

    @radar.api(
        "GET",
        "/radar/alerts",
        summary="Alerts of the radar, newest first.",
        answer=_ALERTS,
        query={
            "state": Query({"enum": list(STATES)}, "Only alerts in this state."),
            "kind": Query({"enum": _KINDS}, "Only alerts raised by this kind of thing."),
            "limit": Query({"type": "integer", "minimum": 1, "maximum": 500}, "How many.", 50),
        },
    )
    def alerts(call: Call) -> dict[str, Any]:
        found = book.latest(call.query["state"], call.query["kind"], call.query["limit"])
        return {"alerts": [alert_json(alert) for alert in found]}

    @radar.api(
        "GET", "/radar/alerts/<alert_id>", summary="One alert.", answer=_ALERT, may_fail=(404,)
    )
    def alert(call: Call, alert_id: str) -> dict[str, Any]:
        found = book.get(alert_id)
        if found is None:
            raise Missing("there is no such alert")
        return alert_json(found)

    @radar.api(
        "POST",
        "/radar/alerts/<alert_id>/dismiss",
        role=ANALYST,
        summary="Put an alert aside, with the reason.",
        body=_REASON,
        answer=_ALERT,
        may_fail=(404, 409, 422),
    )
    async def dismiss(call: Call, alert_id: str) -> dict[str, Any]:
        return await _marked(book.dismiss(alert_id, call.actor, call.body["reason"]))

    @radar.api(
        "POST",
        "/radar/alerts/<alert_id>/seen",
        role=ANALYST,
        summary="Note that an alert was looked at; takes a dismissal back.",
        answer=_ALERT,
        may_fail=(404, 409),
    )
    async def acknowledge(call: Call, alert_id: str) -> dict[str, Any]:
        return await _marked(book.acknowledge(alert_id, call.actor))


async def _marked(marking: Awaitable[Alert]) -> dict[str, Any]:
    try:
        return alert_json(await marking)
    except UnknownAlert:
        raise Missing("there is no such alert") from None
    except AlreadyMarked as error:
        raise Conflict(str(error)) from None
    except RadarError as error:
        raise Invalid(str(error)) from None
