"""What a turn of a conversation leaves for the people who take over, written with the turn."""

from __future__ import annotations

import hashlib
import sqlite3
from typing import Final

from bot.handoff.asking import HandoffTurn
from bot.hashing import Hasher, Pseudonym
from bot.ledger.encoding import rfc3339, storable, to_json
from bot.ledger.events import TurnContext
from bot.ledger.ledger import TurnRecord
from bot.ledger.outbox import OutboxEvent, publish

ASKED_TYPE: Final = "jingzhong.handoff.asked.v1"
CRISIS: Final = "crisis"
_ASK = (
    "INSERT INTO handoffs (id, user, conversation, channel, reach, state, reason, urgent, asked_at, "
    "due_at, summary) VALUES (?, ?, ?, ?, ?, 'waiting', ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
)
_HEARD = (
    "INSERT INTO handoff_messages (id, handoff, side, text, at) "
    "SELECT :id, id, 'user', :text, :at FROM handoffs WHERE id = :handoff AND state <> 'ended' "
    "ON CONFLICT (id) DO NOTHING"
)
# Whoever is in despair goes to the front of the queue, also when they were waiting already.
_URGENT = "UPDATE handoffs SET urgent = 1 WHERE id = ? AND state <> 'ended'"


class HandoffHook:
    """A :data:`bot.ledger.ledger.TurnHook`: a request for a person, or what was said meanwhile."""

    def __init__(self, source: str, hasher: Hasher) -> None:
        """``source`` is that of the ledger's events."""
        self._source = source
        self._hasher = hasher

    def __call__(self, connection: sqlite3.Connection, turn: TurnRecord, user: Pseudonym) -> None:
        """Writes it; a turn that is written again changes nothing."""
        handoff = turn.handoff
        if handoff is None or turn.change.erase:
            return
        if handoff.plan.event == "asked":
            if self._ask(connection, turn.context, handoff, user):
                publish(connection, _event(turn.context, handoff), self._source)
        elif handoff.said.strip():
            context = turn.context
            message = self._hasher.turn(context.conversation, context.message_id)
            values = {
                "id": message.current,
                "handoff": handoff.plan.ticket,
                "text": storable(handoff.said),
                "at": rfc3339(context.received_at),
            }
            connection.execute(_HEARD, values)
        if handoff.plan.reason == CRISIS:
            connection.execute(_URGENT, (handoff.plan.ticket,))

    def _ask(
        self,
        connection: sqlite3.Connection,
        context: TurnContext,
        handoff: HandoffTurn,
        user: Pseudonym,
    ) -> bool:
        plan = handoff.plan
        row = (
            plan.ticket,
            user.current,
            self._hasher.conversation(context.conversation).current,
            storable(context.channel),
            storable(handoff.reach),
            plan.reason,
            int(plan.reason == CRISIS),
            rfc3339(context.received_at),
            plan.due_at,
            storable(to_json(dict(plan.summary))),
        )
        return connection.execute(_ASK, row).rowcount > 0


def _event(context: TurnContext, handoff: HandoffTurn) -> OutboxEvent:
    """The event for the institution's own desk, with nothing that was said."""
    plan = handoff.plan
    threats = plan.summary.get("threats") or ({"code": None, "stage": None},)
    return OutboxEvent(
        id=hashlib.sha256(plan.ticket.encode()).hexdigest()[:32],
        type=ASKED_TYPE,
        time=context.received_at,
        subject=plan.ticket,
        data={
            "ticket": plan.ticket,
            "reason": plan.reason,
            "urgent": plan.reason == CRISIS,
            "channel": context.channel,
            "code": threats[0]["code"],
            "stage": threats[0]["stage"],
            "due_at": plan.due_at,
        },
    )
