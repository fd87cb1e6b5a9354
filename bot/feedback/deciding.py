"""Decides an appeal, with the verdicts, the event and the notices that follow, in one transaction."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from bot.audit import Actor, note
from bot.feedback.appeal import ACCUSED, BORROWER, IN_REVIEW, REJECTED, UPHELD, Appeal, Decision
from bot.feedback.errors import FeedbackError
from bot.feedback.judging import LONGEST_NOTE, judge_unit
from bot.feedback.notices import tell
from bot.feedback.verdict import CONFIRMED, Ruling
from bot.ledger.encoding import rfc3339, storable
from bot.ledger.outbox import OutboxEvent, publish

APPEAL_TYPE = "jingzhong.appeal.decided.v1"


def judges_of(connection: sqlite3.Connection, appeal_id: str) -> frozenset[str]:
    """Everybody who judged what the appeal is about: the signals at stake, or the case of the contact."""
    rows = connection.execute(
        "SELECT by FROM verdicts JOIN appeal_signals USING (event_id) WHERE appeal_signals.appeal = ?1 "
        "UNION SELECT actor FROM case_log JOIN case_contacts USING (case_id) JOIN appeals ON contact = key "
        "WHERE appeals.id = ?1 AND action = 'move'",
        (appeal_id,),
    )
    return frozenset(row[0] for row in rows)


def decide_unit(
    connection: sqlite3.Connection,
    appeal: Appeal,
    decision: Decision,
    actor: Actor,
    *,
    at: datetime,
    source: str,
) -> None:
    """Decides within a unit of the ledger's writer; ``source`` is that of the ledger's events.

    Raises:
        FeedbackError: when the actor is not the reviewer, judged before, or the decision does not fit.
    """
    _check(connection, appeal, decision, actor)
    if decision.upheld and decision.verdict is not None:
        ruling = Ruling(decision.verdict, decision.code)
        for event_id in appeal.signals:
            judge_unit(connection, event_id, ruling, actor, at=at, source=source, appeal=appeal.id)
    if not decision.upheld and appeal.party == BORROWER:
        for event_id in appeal.signals:
            tell(connection, event_id, CONFIRMED, at)
    state = UPHELD if decision.upheld else REJECTED
    connection.execute(
        "UPDATE appeals SET state = ?, decided_at = ?, decision = ? WHERE id = ?",
        (state, rfc3339(at), storable(decision.reason.strip())[:LONGEST_NOTE], appeal.id),
    )
    publish(connection, _event(appeal, decision, state, at), source)
    detail = {"state": state, "verdict": decision.verdict, "late": appeal.due_at <= at}
    note(connection, actor, "appeal.decide", appeal.id, detail, at=at)


def _check(
    connection: sqlite3.Connection, appeal: Appeal, decision: Decision, actor: Actor
) -> None:
    if appeal.is_decided:
        raise already_decided(appeal)
    if appeal.state != IN_REVIEW or appeal.reviewer != actor.name:
        raise FeedbackError(
            f"appeal {appeal.id} is decided by whoever took it; take it first", "not_reviewer"
        )
    # A verdict given after the appeal was taken counts too.
    refuse_judge(connection, appeal.id, actor)
    if not decision.reason.strip():
        raise FeedbackError("a decision needs a reason; say in a sentence why", "reason_missing")
    if not decision.upheld and decision.verdict is not None:
        raise FeedbackError("a rejected appeal changes no verdict; leave the verdict out")
    if decision.verdict == CONFIRMED:
        raise FeedbackError("an upheld appeal cannot confirm the signal; reject the appeal")
    if decision.upheld and decision.verdict is None and appeal.party != ACCUSED:
        raise FeedbackError(
            "an upheld appeal of a borrower needs a verdict: false_alarm or wrong_code"
        )


def already_decided(appeal: Appeal) -> FeedbackError:
    """The error that an appeal cannot be decided again."""
    return FeedbackError(
        f"appeal {appeal.id} is {appeal.state} already; open a further one", "already_decided"
    )


def refuse_judge(connection: sqlite3.Connection, appeal_id: str, actor: Actor) -> None:
    """Makes sure that the actor did not judge what the appeal is about.

    Raises:
        FeedbackError: otherwise.
    """
    if actor.name in judges_of(connection, appeal_id):
        raise FeedbackError(
            f"{actor.name} judged what appeal {appeal_id} is about; another person decides it",
            "judged_before",
        )


def _event(appeal: Appeal, decision: Decision, state: str, at: datetime) -> OutboxEvent:
    return OutboxEvent(
        id=_event_id(appeal.id),
        type=APPEAL_TYPE,
        time=at,
        # The value alone, as signals about the same contact have it.
        subject=appeal.contact.partition(":")[2] if appeal.contact else None,
        data={
            "appeal": appeal.id,
            "party": appeal.party,
            "state": state,
            "contact": appeal.contact,
            "signals": list(appeal.signals),
            "verdict": decision.verdict,
        },
    )


def _event_id(appeal_id: str) -> str:
    """Hexadecimal and the same for the same appeal."""
    return f"{APPEAL_TYPE}/{appeal_id}".encode().hex()
