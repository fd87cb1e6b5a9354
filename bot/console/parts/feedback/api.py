"""The API of feedback: verdicts, the queue, rates and appeals."""

from __future__ import annotations

from typing import Any

from bot.cases.contacts import ContactKey
from bot.console.answers import Failed
from bot.console.call import Call
from bot.console.part import Part, Query
from bot.console.parts.feedback import schemas
from bot.console.parts.feedback.rates import day_of, start_of
from bot.console.parts.feedback.refusing import in_english
from bot.feedback.appeal import Appeal, Decision
from bot.feedback.feedback import Feedback
from bot.feedback.queue import Reviewable
from bot.feedback.rates import Rate
from bot.feedback.verdict import Ruling
from bot.ledger.encoding import rfc3339
from bot.staff.roles import ANALYST


def add_api(pages: Part, feedback: Feedback) -> None:
    """Adds the routes to the part."""
    _add_verdicts(pages, feedback)
    _add_appeals(pages, feedback)


def _add_verdicts(pages: Part, feedback: Feedback) -> None:
    @pages.api(
        "POST",
        "/signals/<event_id>/verdict",
        role=ANALYST,
        summary="Say what a signal really is; the last verdict counts and every one is kept.",
        body=schemas.RULING,
        answer=schemas.JUDGED,
        may_fail=(404, 409),
    )
    async def judge(call: Call, event_id: str) -> dict[str, Any]:
        body = call.body
        ruling = Ruling(body["verdict"], body.get("code"), body.get("note", ""))
        with in_english():
            judged = await feedback.judge(event_id, ruling, call.actor)
        return {"changed": judged.changed, "disagreement": judged.disagreement}

    @pages.api(
        "GET",
        "/feedback/queue",
        summary="Signals that wait for a verdict, those first whose borrower objected.",
        query={
            "code": schemas.CODE_QUERY,
            "before": Query({"type": "integer", "minimum": 1}, "Go on behind this seq."),
            "limit": schemas.LIMIT_QUERY,
        },
        answer=schemas.QUEUE,
    )
    def queue(call: Call) -> dict[str, Any]:
        query = call.query
        found = feedback.queue.waiting(query["limit"], code=query["code"], before=query["before"])
        backlog = feedback.queue.backlog()
        return {
            "signals": [_reviewable(item) for item in found],
            "unseen": backlog.unseen,
            "disputed": backlog.disputed,
        }

    @pages.api(
        "GET",
        "/feedback/rates",
        summary="False alarms among the signals that people looked at, by group.",
        query={"from": schemas.DAY_QUERY, "until": schemas.DAY_QUERY},
        answer=schemas.RATES,
    )
    def rates(call: Call) -> dict[str, Any]:
        first, until = day_of(call.query["from"] or ""), day_of(call.query["until"] or "")
        return {"rates": [_rate(rate) for rate in feedback.rates(start_of(first), start_of(until))]}


def _add_appeals(pages: Part, feedback: Feedback) -> None:
    book = feedback.appeals

    @pages.api(
        "GET",
        "/appeals",
        summary="Appeals: those that wait, the nearest deadline first, then those decided.",
        query={"limit": schemas.LIMIT_QUERY},
        answer=schemas.APPEALS,
    )
    def list_appeals(call: Call) -> dict[str, Any]:
        found = book.punctuality()
        return {
            "appeals": [_appeal(item) for item in book.list(limit=call.query["limit"])],
            "decided": found.decided,
            "late": found.late,
            "waiting": found.waiting,
            "overdue": found.overdue,
        }

    @pages.api(
        "POST",
        "/appeals",
        role=ANALYST,
        summary="Open an appeal of a borrower (signal) or of somebody who was named (contact).",
        body=schemas.OPENING,
        answer=schemas.APPEAL,
        may_fail=(404, 409),
    )
    async def open_appeal(call: Call) -> dict[str, Any]:
        body = call.body
        with in_english():
            if "signal" in body:
                opened = await book.open_for_borrower(
                    body["signal"], body["reason"], call.actor, notify=body.get("notify", False)
                )
            else:
                opened = await book.open_for_accused(
                    str(_contact(body["contact"])),
                    body["reason"],
                    call.actor,
                    reply_to=body.get("reply_to"),
                )
        return _appeal(opened)

    @pages.api(
        "POST",
        "/appeals/<appeal_id>/take",
        role=ANALYST,
        summary="Become the reviewer of an appeal.",
        answer=schemas.APPEAL,
        may_fail=(404, 409),
    )
    async def take(call: Call, appeal_id: str) -> dict[str, Any]:
        with in_english():
            return _appeal(await book.take(appeal_id, call.actor))

    @pages.api(
        "POST",
        "/appeals/<appeal_id>/decision",
        role=ANALYST,
        summary="Decide an appeal that you have taken.",
        body=schemas.DECISION,
        answer=schemas.APPEAL,
        may_fail=(404, 409),
    )
    async def decide(call: Call, appeal_id: str) -> dict[str, Any]:
        body = call.body
        decision = Decision(body["upheld"], body["reason"], body.get("verdict"), body.get("code"))
        with in_english():
            return _appeal(await book.decide(appeal_id, decision, call.actor))


def _contact(text: str) -> ContactKey:
    try:
        return ContactKey.parse(text)
    except ValueError as error:
        raise Failed(str(error)) from None


def _reviewable(item: Reviewable) -> dict[str, Any]:
    disputed = item.judgement.disputed_at
    return {
        "seq": item.seq,
        "signal": item.event,
        "disputed_at": rfc3339(disputed) if disputed else None,
        "verdicts": [
            {"verdict": said.verdict, "code": said.code, "by": said.by, "at": rfc3339(said.at)}
            for said in item.judgement.verdicts
        ],
    }


def _rate(rate: Rate) -> dict[str, Any]:
    figure = rate.false_alarm
    low, high = (figure.interval if figure else None) or (None, None)
    return {
        "group": rate.group,
        "key": rate.key,
        "signals": rate.signals,
        "judged": rate.judged,
        "false_alarms": rate.false_alarms,
        "wrong_codes": rate.wrong_codes,
        "rate": figure.value if figure else None,
        "low": low,
        "high": high,
    }


def _appeal(appeal: Appeal) -> dict[str, Any]:
    return {
        "id": appeal.id,
        "party": appeal.party,
        "contact": appeal.contact,
        "state": appeal.state,
        "reason": appeal.reason,
        "opened_at": rfc3339(appeal.opened_at),
        "due_at": rfc3339(appeal.due_at),
        "reviewer": appeal.reviewer,
        "decided_at": rfc3339(appeal.decided_at) if appeal.decided_at else None,
        "decision": appeal.decision,
        "signals": list(appeal.signals),
    }
