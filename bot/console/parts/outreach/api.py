"""The same for programs: an institution's own risk system warns, and reads what became of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from bot.console.answers import Missing
from bot.console.call import Call
from bot.console.desk import Desk
from bot.console.part import Part, Query
from bot.console.parts.outreach.refusing import told
from bot.outreach.desk import OutreachDesk, WarningWish, cancel
from bot.outreach.figures import outreach_figures
from bot.outreach.reasons import line_of
from bot.outreach.rows import KINDS, STATES, Outreach, OutreachView
from bot.staff.roles import ANALYST

_TEXT: Final = {"type": "string"}
_MAYBE: Final = {"type": ["string", "null"]}
_FIELDS: Final = (
    *("id", "kind", "template", "channel", "state", "reason", "line", "due_at", "created_at"),
    *("sent_at", "delivered_at", "code", "step", "signal", "answer", "answered_at"),
)
_ONE: Final = {
    "type": "object",
    "required": list(_FIELDS),
    "properties": {
        **dict.fromkeys(_FIELDS, _MAYBE),
        "kind": {"enum": list(KINDS)},
        "state": {"enum": list(STATES)},
        "answer": {"enum": ["stopped", "went_on", "unknown", None]},
    },
}
_LIST: Final = {
    "type": "object",
    "required": ["outreach"],
    "properties": {"outreach": {"type": "array", "items": _ONE}},
}
_TEMPLATES: Final = {
    "type": "object",
    "required": ["templates"],
    "properties": {
        "templates": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name", "purpose", "values"],
                "properties": {
                    "name": _TEXT,
                    "purpose": _TEXT,
                    "values": {"type": "array", "items": _TEXT},
                },
            },
        }
    },
}
_FIGURES: Final = {
    "type": "object",
    "required": ["warnings", "questions", "not_sent"],
    "properties": {
        "warnings": {"type": "object"},
        "questions": {"type": "array", "items": {"type": "object"}},
        "not_sent": {"type": "array", "items": {"type": "object"}},
    },
}


def _short(most: int) -> dict[str, Any]:
    return {"type": "string", "minLength": 1, "maxLength": most}


_BODY: Final = {
    "type": "object",
    "additionalProperties": False,
    "required": ["template", "idempotency_key"],
    "properties": {
        "user": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
        "channel": _short(40),
        "user_id": _short(200),
        "template": _short(80),
        "values": {
            "type": "object",
            "maxProperties": 10,
            "propertyNames": {"maxLength": 40},
            "additionalProperties": {"type": "string", "maxLength": 60},
        },
        "idempotency_key": _short(200),
        "consent_ref": _short(200),
    },
    "oneOf": [
        {
            "required": ["user"],
            "not": {"anyOf": [{"required": ["channel"]}, {"required": ["user_id"]}]},
        },
        {"required": ["channel", "user_id"], "not": {"required": ["user"]}},
    ],
}


def add_api(pages: Part, desk: Desk, view: OutreachView, book: OutreachDesk) -> None:
    """Adds the routes to the part."""

    @pages.api(
        "POST",
        "/outreach",
        role=ANALYST,
        summary="Warn a borrower with a template. A refusal is kept as well: state refused, with reason and line.",
        body=_BODY,
        answer=_ONE,
        may_fail=(409, 422),
    )
    async def warn(call: Call) -> dict[str, Any]:
        body = call.body
        wish = WarningWish(
            template=body["template"],
            key=body["idempotency_key"],
            user=body.get("user"),
            channel=body.get("channel"),
            person=body.get("user_id"),
            values=body.get("values") or {},
            consent_ref=body.get("consent_ref"),
        )
        return _shown(await told(book.warn(wish, call.actor)))

    @pages.api(
        "GET",
        "/outreach",
        summary="Warnings and questions, the newest first, without where they went.",
        answer=_LIST,
        query={
            "kind": Query({"enum": list(KINDS)}, "Only warnings or only questions."),
            "state": Query({"enum": list(STATES)}, "Only those in this state."),
            "limit": Query({"type": "integer", "minimum": 1, "maximum": 500}, "How many.", 50),
        },
    )
    def listed(call: Call) -> dict[str, Any]:
        query = call.query
        found = view.list(query["limit"], kind=query["kind"], state=query["state"])
        return {"outreach": [_shown(each) for each in found]}

    @pages.api("GET", "/outreach/templates", summary="With what can be warned.", answer=_TEMPLATES)
    def templates(call: Call) -> dict[str, Any]:
        found = desk.services.voices.now.outreach.templates.values()
        return {
            "templates": [
                {"name": each.name, "purpose": each.purpose, "values": sorted(each.values)}
                for each in found
            ]
        }

    @pages.api(
        "GET",
        "/outreach/figures",
        summary="How many were asked and answered; the share of those who stopped is of answers alone.",
        answer=_FIGURES,
        query={"days": Query({"type": "integer", "minimum": 1, "maximum": 730}, "Of so many.", 90)},
    )
    def figures(call: Call) -> dict[str, Any]:
        now = desk.clock()
        return outreach_figures(
            desk.reader, now - timedelta(days=call.query["days"]), now
        ).as_json()

    @pages.api("GET", "/outreach/<id>", summary="One of them.", answer=_ONE, may_fail=(404,))
    def one(call: Call, id: str) -> dict[str, Any]:
        found = view.get(id)
        if found is None:
            raise Missing(f"there is no message {id!r}")
        return _shown(found)

    @pages.api(
        "POST",
        "/outreach/<id>/cancel",
        role=ANALYST,
        summary="Take back what has not gone out yet.",
        answer=_ONE,
        may_fail=(404, 409),
    )
    async def take_back(call: Call, id: str) -> dict[str, Any]:
        return _shown(await told(cancel(desk.writer, id, call.actor, desk.clock)))


def _shown(found: Outreach) -> dict[str, Any]:
    row = {**found.as_json(), "line": line_of(found.reason)}
    return {name: row[name] for name in _FIELDS}
