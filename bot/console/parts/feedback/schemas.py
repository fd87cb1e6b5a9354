"""What the API of feedback takes and gives."""

from __future__ import annotations

from typing import Any, Final

from bot.console.part import Query, Schema
from bot.feedback.appeal import PARTIES, STATES
from bot.feedback.appeals import LONGEST_REASON
from bot.feedback.judging import LONGEST_NOTE
from bot.feedback.verdict import FALSE_ALARM, VERDICTS, WRONG_CODE
from nlu.analysis import THREAT_CODES

_COUNT: Final = {"type": "integer", "minimum": 0}
_TEXT: Final = {"type": "string"}
_MAYBE_TEXT: Final = {"type": ["string", "null"]}
_SHARE: Final = {"type": ["number", "null"], "minimum": 0, "maximum": 1}
_CODE: Final = {"enum": list(THREAT_CODES)}

CODE_QUERY: Final = Query(_CODE, "Only this threat code.")
LIMIT_QUERY: Final = Query({"type": "integer", "minimum": 1, "maximum": 500}, "How many.", 50)
DAY_QUERY: Final = Query(
    {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"},
    "A day in Beijing time; the last one does not count.",
)


def _object(properties: dict[str, Any]) -> Schema:
    return {"type": "object", "required": list(properties), "properties": properties}


def _texts(most: int) -> dict[str, Any]:
    return {"type": "string", "minLength": 1, "maxLength": most}


RULING: Schema = {
    "type": "object",
    "additionalProperties": False,
    "required": ["verdict"],
    "properties": {
        "verdict": {"enum": list(VERDICTS)},
        "code": {**_CODE, "description": "The right code; with wrong_code and no other verdict."},
        "note": {"type": "string", "maxLength": LONGEST_NOTE},
    },
}
JUDGED: Schema = _object(
    {
        "changed": {
            "type": "boolean",
            "description": "False where the same person had said just that.",
        },
        "disagreement": {"type": "boolean", "description": "Whether people differ."},
    }
)
_SAID: Schema = _object(
    {"verdict": {"enum": list(VERDICTS)}, "code": _MAYBE_TEXT, "by": _TEXT, "at": _TEXT}
)
QUEUE: Schema = _object(
    {
        "signals": {
            "type": "array",
            "items": _object(
                {
                    "seq": _COUNT,
                    "signal": {"type": "object", "description": "The CloudEvent."},
                    "disputed_at": _MAYBE_TEXT,
                    "verdicts": {"type": "array", "items": _SAID},
                }
            ),
        },
        "unseen": _COUNT,
        "disputed": _COUNT,
    }
)
RATES: Schema = _object(
    {
        "rates": {
            "type": "array",
            "items": _object(
                {
                    "group": {"enum": ["all", "code", "channel", "month", "dispute"]},
                    "key": _TEXT,
                    "signals": _COUNT,
                    "judged": _COUNT,
                    "false_alarms": _COUNT,
                    "wrong_codes": _COUNT,
                    "rate": _SHARE,
                    "low": _SHARE,
                    "high": _SHARE,
                }
            ),
        }
    }
)
APPEAL: Schema = _object(
    {
        "id": _TEXT,
        "party": {"enum": list(PARTIES)},
        "contact": _MAYBE_TEXT,
        "state": {"enum": list(STATES)},
        "reason": _TEXT,
        "opened_at": _TEXT,
        "due_at": _TEXT,
        "reviewer": _MAYBE_TEXT,
        "decided_at": _MAYBE_TEXT,
        "decision": _TEXT,
        "signals": {"type": "array", "items": _TEXT},
    }
)
APPEALS: Schema = _object(
    {
        "appeals": {"type": "array", "items": APPEAL},
        "decided": _COUNT,
        "late": _COUNT,
        "waiting": _COUNT,
        "overdue": _COUNT,
    }
)
OPENING: Schema = {
    "type": "object",
    "additionalProperties": False,
    "required": ["reason"],
    "oneOf": [{"required": ["signal"]}, {"required": ["contact"]}],
    "properties": {
        "signal": {
            **_texts(100),
            "description": "The id of the signal that a borrower objects to.",
        },
        "contact": {**_texts(200), "description": "Who was named, such as agency:NAME."},
        "reason": _texts(LONGEST_REASON),
        "notify": {"type": "boolean", "description": "The borrower wants to hear the result."},
        "reply_to": {**_texts(200), "description": "Where the accused hears the result."},
    },
}
DECISION: Schema = {
    "type": "object",
    "additionalProperties": False,
    "required": ["upheld", "reason"],
    "properties": {
        "upheld": {"type": "boolean"},
        "reason": _texts(LONGEST_NOTE),
        "verdict": {
            "enum": [FALSE_ALARM, WRONG_CODE],
            "description": "What the signals at stake are, where it is upheld.",
        },
        "code": _CODE,
    },
}
