"""What a turn of a conversation leaves for feedback, written with the turn."""

from __future__ import annotations

import sqlite3

from bot.feedback.disputes import dispute_unit
from bot.feedback.notices import delivered_unit
from bot.hashing import Pseudonym
from bot.ledger.ledger import TurnRecord


def feedback_of_turn(connection: sqlite3.Connection, turn: TurnRecord, user: Pseudonym) -> None:
    """A :data:`bot.ledger.ledger.TurnHook`: records a dispute, and which results the reply told."""
    at = turn.context.received_at
    if turn.dispute is not None:
        dispute_unit(connection, turn.dispute.events, user, at, turn.dispute.notify)
    if turn.notices:
        delivered_unit(connection, turn.notices, at)
