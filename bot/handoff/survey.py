"""The survey after a person of ours: who is asked, and which question waits for an answer."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from actions.facts import SurveyFact
from bot.handoff.survey_rules import SurveyRules
from bot.hashing import Pseudonym
from bot.ledger.database import Reader
from bot.ledger.encoding import rfc3339, to_json
from bot.users import UserRecord

QUESTION: Final = "utter_survey"
AFTER_CRISIS: Final = timedelta(days=30)
"""For how long after a sign of a crisis nobody is asked."""

# Whoever got no word of a person has nothing to judge.
_ASK: Final = (
    "INSERT INTO surveys (id, handoff, user, channel, agent, asked_at) "
    "SELECT :id, id, user, channel, agent, :at FROM handoffs AS ended "
    "WHERE id = :handoff AND user <> '' AND urgent = 0 AND reason <> 'crisis' AND answered_at IS NOT NULL "
    "AND coalesce(json_extract(summary, '$.minor'), 0) = 0 "
    "AND NOT EXISTS (SELECT 1 FROM survey_refusals WHERE survey_refusals.user = ended.user) "
    "AND NOT EXISTS (SELECT 1 FROM surveys WHERE surveys.user = ended.user AND surveys.asked_at > :since) "
    "ON CONFLICT DO NOTHING"
)
_OPEN: Final = (
    "SELECT survey.id, survey.answer FROM surveys AS survey LEFT JOIN mailbox ON mailbox.id = survey.id "
    "WHERE survey.user IN (SELECT value FROM json_each(:users)) "
    "AND (survey.answer IS NULL OR survey.answer = 'poor' AND survey.words = '') "
    # What waits in the mailbox was not seen yet, so that no message answers it.
    "AND (mailbox.id IS NULL OR mailbox.shown_at IS NOT NULL) "
    "AND max(survey.asked_at, coalesce(mailbox.shown_at, '')) > :since "
    "ORDER BY survey.asked_at DESC LIMIT 1"
)


def may_be_asked(user: UserRecord, now: datetime) -> bool:
    """Whether what is remembered of the user allows it: no minor, nobody shortly after a crisis."""
    lately = user.crisis_at is not None and now - user.crisis_at < AFTER_CRISIS
    return not (user.minor or lately)


def ask(
    connection: sqlite3.Connection, id: str, ticket: str, rules: SurveyRules, at: datetime
) -> bool:
    """Writes down that the message ``id`` asks how it was, if that may be asked; tells whether it may."""
    values: Mapping[str, str] = {
        "id": id,
        "handoff": ticket,
        "at": rfc3339(at),
        "since": rfc3339(at - rules.pause),
    }
    return connection.execute(_ASK, values).rowcount > 0


def take_back(connection: sqlite3.Connection, id: str) -> None:
    """Forgets a question that did not go out."""
    connection.execute("DELETE FROM surveys WHERE id = ? AND answer IS NULL", (id,))


def open_survey(
    reader: Reader, user: Pseudonym, now: datetime, rules: SurveyRules, text: str
) -> SurveyFact | None:
    """The question that this message may answer, and what its words lean to; a short blocking read.

    Raises:
        LedgerError: when the ledger cannot be read.
    """
    values = {"users": to_json(user.all), "since": rfc3339(now - rules.open)}
    rows = reader.rows(_OPEN, values)
    if not rows:
        return None
    id, answer = rows[0]
    return SurveyFact(id, answer, rules.leaning(text))
