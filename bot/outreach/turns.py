"""What a turn of a conversation leaves for outreach, written with the turn."""

from __future__ import annotations

import hashlib
import sqlite3
from datetime import datetime
from typing import Final

from actions.plan import Followup
from bot.hashing import Pseudonym
from bot.ledger.encoding import rfc3339, storable, to_json
from bot.ledger.ledger import TurnRecord
from bot.ledger.outbox import OutboxEvent, publish
from bot.outreach.templates import AFTER, followup_template

ANSWERED_TYPE: Final = "jingzhong.followup.answered.v1"
_PLAN: Final = (
    "INSERT INTO outreach (id, kind, template, user, channel, address, code, step, signal, state, "
    "due_at, created_by, created_at) VALUES (?, 'followup', ?, ?, ?, ?, ?, ?, ?, 'planned', ?, "
    "'user', ?) ON CONFLICT DO NOTHING"
)
# Whoever told us once that it is over is not asked again about the same.
_SPARE: Final = (
    "UPDATE outreach SET state = 'cancelled', reason = 'answered' WHERE state = 'planned' "
    "AND signal = ? AND user IN (SELECT value FROM json_each(?))"
)
_ANSWER: Final = (
    "UPDATE outreach SET answer = :answer, answered_at = :at, delivered_at = coalesce(delivered_at, :at) "
    "WHERE id = :id AND answer IS NULL "
    "AND user IN (SELECT value FROM json_each(:users)) RETURNING step, code, signal, sent_at, channel"
)
_OPTED_OUT: Final = (
    "UPDATE outreach SET state = 'cancelled', reason = 'opted_out' WHERE state = 'planned' "
    "AND user IN (SELECT value FROM json_each(?))"
)


class OutreachHook:
    """A :data:`bot.ledger.ledger.TurnHook`: plans what was agreed to, and writes answers down as events."""

    def __init__(self, source: str) -> None:
        """``source`` is that of the ledger's events."""
        self._source = source

    def __call__(self, connection: sqlite3.Connection, turn: TurnRecord, user: Pseudonym) -> None:
        """See :data:`bot.ledger.ledger.TurnHook`."""
        at = turn.context.received_at
        if turn.change.opted_out or turn.change.consent is False:
            connection.execute(_OPTED_OUT, (to_json(user.all),))
        if turn.followup is None:
            return
        if turn.followup.answer is None:
            self._plan(connection, turn.followup, turn, user)
        else:
            self._answer(connection, turn.followup, user, at)

    def _plan(
        self, connection: sqlite3.Connection, followup: Followup, turn: TurnRecord, user: Pseudonym
    ) -> None:
        context = turn.context
        for step, after in AFTER.items():
            connection.execute(
                _PLAN,
                (
                    hashlib.sha256(f"followup {followup.signal} {step}".encode()).hexdigest()[:32],
                    followup_template(step),
                    user.current,
                    context.channel,
                    storable(turn.reach or context.user),
                    followup.code,
                    step,
                    followup.signal,
                    rfc3339(context.received_at + after),
                    rfc3339(context.received_at),
                ),
            )

    def _answer(
        self,
        connection: sqlite3.Connection,
        followup: Followup,
        user: Pseudonym,
        at: datetime,
    ) -> None:
        values = {
            "id": followup.id,
            "answer": followup.answer,
            "at": rfc3339(at),
            "users": to_json(user.all),
        }
        asked = connection.execute(_ANSWER, values).fetchone()
        if asked is None:
            return
        step, code, signal, sent_at, channel = asked
        if followup.answer == "stopped":
            connection.execute(_SPARE, (signal, to_json(user.all)))
        data = {
            "signal": {"source": self._source, "id": signal},
            "code": code,
            "step": step,
            "answer": followup.answer,
            "asked_at": sent_at,
            "channel": channel,
        }
        event = OutboxEvent(
            hashlib.sha256(f"answered {followup.id}".encode()).hexdigest()[:32],
            ANSWERED_TYPE,
            at,
            data,
        )
        publish(connection, event, self._source)
