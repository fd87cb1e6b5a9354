"""Signals as CloudEvents 1.0; ``bot/schemas/threat.detected.v1.json`` describes their ``data``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from actions.plan import Contact, Signal
from actions.signal_ids import event_id
from bot.hashing import Hasher
from bot.ledger.encoding import rfc3339, to_json

EVENT_TYPE = "jingzhong.threat.detected.v1"
# CloudEvents wants an absolute URI here; a URN is one that needs no host.
DATA_SCHEMA = "urn:jingzhong:schema:threat.detected.v1"
USE_RESTRICTION = "not_for_credit_pricing_or_collection"
HOLD_ADVICE = "manual_review"
HOLD_TIME = timedelta(hours=72)

_HOLD_STAGES = {"engaged": "stage_engaged", "paid": "stage_paid"}
# What the String type of CloudEvents excludes; only the subject can hold the user's characters.
_NOT_IN_ATTRIBUTES = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


@dataclass(frozen=True)
class TurnContext:
    """Where a turn took place and what answered it.

    ``user`` is the person's id within ``channel``, ``conversation`` the id under which Rasa keeps
    the conversation (``InboundMessage.key``); ``received_at`` is aware; ``model`` and ``content``
    are versions; ``replies`` names the responses in the order in which they are sent.
    """

    channel: str
    user: str
    conversation: str
    message_id: str
    received_at: datetime
    model: str
    content: str
    replies: tuple[str, ...] = ()


@dataclass(frozen=True)
class RiskHold:
    """Advice to a person, never an order to a machine: look at this account before money leaves it.

    ``reason_code`` is ``emergency``, ``stage_engaged`` or ``stage_paid``; after ``expires_at`` the
    advice is void.
    """

    advice: str
    reason_code: str
    expires_at: datetime

    def as_json(self) -> dict[str, str]:
        """The form in which the event carries it."""
        return {
            "advice": self.advice,
            "reason_code": self.reason_code,
            "expires_at": rfc3339(self.expires_at),
        }


@dataclass(frozen=True)
class ThreatEvent:
    """One mention of one threat code in one message; unique by ``source`` and ``id``.

    ``time`` is when the message was received; ``subject`` is the normalised main contact, else the
    agency; ``user`` is the keyed hash that ``data`` carries too.
    """

    source: str
    id: str
    time: datetime
    subject: str | None
    code: str
    user: str
    data: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        """The event in the structured JSON form; an absent subject is left out."""
        event = {
            "specversion": "1.0",
            "id": self.id,
            "source": self.source,
            "type": EVENT_TYPE,
            "time": rfc3339(self.time),
            "subject": self.subject,
            "datacontenttype": "application/json",
            "dataschema": DATA_SCHEMA,
            "data": dict(self.data),
        }
        return {name: value for name, value in event.items() if value is not None}

    def line(self) -> str:
        """The event as one line of JSON."""
        return to_json(self.as_json())


def event_source(institution: str) -> str:
    """The ``source`` of an institution's events from its short id, in any script."""
    return "/jingzhong/" + quote(institution, safe="")


def threat_event(
    signal: Signal,
    context: TurnContext,
    *,
    source: str,
    hasher: Hasher,
    corroboration: Sequence[Mapping[str, Any]] | None = None,
) -> ThreatEvent:
    """Builds the event of one signal; the same signal of the same message always has the same id.

    ``corroboration`` is what partners told of its contacts; it never changes the confidence.

    Raises:
        ValueError: when ``context.received_at`` has no time zone.
    """
    user = hasher.user(context.channel, context.user).current
    hold = risk_hold(signal, context.received_at)
    data: dict[str, Any] = {
        "code": signal.code,
        "confidence": signal.confidence,
        "stage": signal.stage,
        "urgency": signal.urgency,
        "evidence": list(signal.evidence),
        "contacts": [_contact(contact) for contact in signal.contacts],
        "agency": signal.agency,
        "amounts": list(signal.amounts),
        "platform": signal.platform,
        "channel": context.channel,
        "user": user,
        "conversation": hasher.conversation(context.conversation).current,
        "message_id": context.message_id,
        "replies": list(context.replies),
        "model": context.model,
        "content": context.content,
        "risk_hold_suggestion": hold.as_json() if hold else None,
        "use_restriction": USE_RESTRICTION,
        "corroboration": [dict(entry) for entry in corroboration] if corroboration else None,
    }
    if signal.follows is not None:
        data["follows"] = signal.follows
    return ThreatEvent(
        source=source,
        id=event_id(context.conversation, context.message_id, signal.code),
        time=context.received_at,
        subject=_subject(signal),
        code=signal.code,
        user=user,
        data=data,
    )


def risk_hold(signal: Signal, at: datetime) -> RiskHold | None:
    """The advice that a signal received ``at`` gives to a person, if it is grave enough for one."""
    reason = "emergency" if signal.urgency == "emergency" else _HOLD_STAGES.get(signal.stage)
    return RiskHold(HOLD_ADVICE, reason, at + HOLD_TIME) if reason else None


def _contact(contact: Contact) -> dict[str, str]:
    return {"kind": contact.kind, "value": contact.value, "raw": contact.raw}


def _subject(signal: Signal) -> str | None:
    main = signal.contacts[0].value if signal.contacts else signal.agency
    return _NOT_IN_ATTRIBUTES.sub("", main or "").strip() or None
