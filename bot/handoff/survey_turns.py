"""What a turn of a conversation leaves of a survey, written with the turn."""

from __future__ import annotations

import sqlite3
from typing import Final

from bot.hashing import Pseudonym
from bot.ledger.encoding import rfc3339, storable, to_json
from bot.ledger.ledger import TurnRecord

_ANSWER: Final = (
    "UPDATE surveys SET answer = coalesce(answer, :answer), answered_at = coalesce(answered_at, :at), "
    "words = CASE WHEN words = '' THEN :words ELSE words END, commends = max(commends, :commends), "
    "complains = max(complains, :complains) "
    "WHERE id = :id AND user IN (SELECT value FROM json_each(:users)) "
    "AND (answer IS NULL OR answer = 'poor' AND words = '')"
)
_REFUSE: Final = "INSERT INTO survey_refusals (user, since) VALUES (?, ?) ON CONFLICT DO NOTHING"


def survey_of_turn(connection: sqlite3.Connection, turn: TurnRecord, user: Pseudonym) -> None:
    """A :data:`bot.ledger.ledger.TurnHook`: an answer, or the wish not to be asked; written again it changes nothing."""
    told = turn.survey
    if told is None or turn.change.erase:
        return
    at = rfc3339(turn.context.received_at)
    if told.plan.answer == "stopped":
        connection.execute(_REFUSE, (user.current, at))
    if told.plan.id is None:
        return
    values = {
        "id": told.plan.id,
        "answer": told.plan.answer,
        "at": at,
        "words": storable(told.plan.words),
        "commends": int(told.commends),
        "complains": int(told.complains),
        "users": to_json(user.all),
    }
    connection.execute(_ANSWER, values)
