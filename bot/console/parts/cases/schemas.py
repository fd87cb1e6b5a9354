"""What the API about cases takes and gives, as JSON Schemas."""

from __future__ import annotations

from typing import Any, Final

from bot.cases.changes import LONGEST_NOTE
from bot.cases.states import STATES

_TEXT: Final = {"type": "string"}
_MAYBE: Final = {"type": ["string", "null"]}
_COUNT: Final = {"type": "integer", "minimum": 0}
_COUNTS: Final = {"type": "object", "additionalProperties": _COUNT}
_ID: Final = {"type": "string", "minLength": 1, "maxLength": 64}
_NOTE: Final = {"type": "string", "maxLength": LONGEST_NOTE}
_STATE: Final = {"enum": list(STATES)}
_SUMMARY: Final[dict[str, Any]] = {
    "id": _TEXT,
    "title": _TEXT,
    "state": _STATE,
    "owner": _MAYBE,
    "region": _MAYBE,
    "deadline": {**_MAYBE, "description": "RFC 3339 in UTC, as all times."},
    "overdue": {"type": "boolean"},
    "told_again": {"type": "boolean", "description": "Ended, and somebody told of it since."},
    "first_seen": _MAYBE,
    "last_seen": _MAYBE,
    "updated_at": _TEXT,
    "signals": _COUNT,
    "reporters": {**_COUNT, "description": "Distinct people, each counted once."},
}
_DETAILS: Final[dict[str, Any]] = {
    **_SUMMARY,
    "codes": _COUNTS,
    "stages": _COUNTS,
    "platforms": _COUNTS,
    "channels": _COUNTS,
    "amounts": {
        "type": "object",
        "description": "In yuan; total adds up the largest amount of each reporter.",
        "properties": {"reporters": _COUNT, "total": _TEXT, "largest": _TEXT},
    },
    "opened_at": _TEXT,
    "revision": _COUNT,
    "merged_into": _MAYBE,
}


def _object(properties: dict[str, Any], *optional: str) -> dict[str, Any]:
    needed = [name for name in properties if name not in optional]
    return {
        "type": "object",
        "properties": properties,
        "required": needed,
        "additionalProperties": False,
    }


CASE: Final = _object(_DETAILS)
CASES: Final = _object({"cases": {"type": "array", "items": _object(_SUMMARY)}, "next": _MAYBE})
WHOLE_CASE: Final = _object(
    {
        **_DETAILS,
        "contacts": {"type": "array", "items": {"type": "object", "required": ["contact"]}},
        "links": {
            "type": "array",
            "items": {"type": "object", "required": ["contact", "with", "strength", "reasons"]},
        },
        "log": {"type": "array", "items": {"type": "object", "required": ["at", "actor"]}},
    }
)
STATS: Final = _object(
    {
        "states": {
            "type": "object",
            "additionalProperties": _object({"cases": _COUNT, "overdue": _COUNT}),
        }
    }
)
MOVE: Final = _object({"state": _STATE, "seen": _STATE, "note": _NOTE}, "note")
ASSIGN: Final = _object({"owner": {"type": ["string", "null"], "minLength": 1, "maxLength": 60}})
NOTE: Final = _object({"note": {**_NOTE, "minLength": 1}})
MERGE: Final = _object({"other": _ID, "note": _NOTE}, "note")
UNMERGE: Final = _object({"note": _NOTE}, "note")
