"""Appeals: those that wait with their deadlines, and one with its decision."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from bot.cases.contacts import ContactKey
from bot.console.answers import Answer, Invalid
from bot.console.desk import Desk
from bot.console.part import Nav, Part
from bot.console.parts.feedback.refusing import in_words
from bot.console.tables import Cell, Column, Table
from bot.console.visit import Visit
from bot.feedback.appeal import (
    ACCUSED,
    BORROWER,
    IN_REVIEW,
    OPEN,
    REJECTED,
    UPHELD,
    Appeal,
    Decision,
)
from bot.feedback.feedback import Feedback
from bot.feedback.verdict import FALSE_ALARM, WRONG_CODE
from bot.ledger.encoding import parse_time
from bot.ledger.reading import StoredEvent
from bot.staff.roles import ANALYST
from nlu.analysis import THREAT_CODES

_SHOWN: Final = 200
_SIGNALS_SHOWN: Final = 50
_SHORT_ID: Final = 12
_DAY, _HOUR = 86400, 3600
_SOON: Final = 3 * _DAY
_TONES: Final = {OPEN: "warm", IN_REVIEW: "brand", UPHELD: "good", REJECTED: "quiet"}
_CLEARED: Final = "cleared"


def add_appeals(pages: Part, desk: Desk, feedback: Feedback) -> None:
    """Adds the pages of the appeals to the part."""
    book = feedback.appeals

    @pages.page("/appeals", nav=Nav("work", 30, "appeals"))
    def show(visit: Visit) -> Answer:
        limit, now = visit.limit(_SHOWN), desk.clock()
        return visit.render(
            "feedback/appeals.html",
            waiting=_table(visit, "appeals", book.list(waiting=True, limit=limit), now),
            decided=_table(visit, "appeals-decided", book.list(waiting=False, limit=limit), now),
            found=book.punctuality(),
            signal=visit.text("signal"),
            contact=visit.text("contact"),
            may_open=visit.role.may(ANALYST),
        )

    @pages.change("/appeals", role=ANALYST)
    async def open_one(visit: Visit) -> Answer:
        reason = visit.field("reason", needed=True)
        with in_words(visit):
            if visit.field("party") == ACCUSED:
                opened = await book.open_for_accused(
                    str(_contact(visit)),
                    reason,
                    visit.actor,
                    reply_to=visit.field("reply_to", most=200) or None,
                )
            else:
                opened = await book.open_for_borrower(
                    visit.field("signal", needed=True, most=100),
                    reason,
                    visit.actor,
                    notify=bool(visit.field("notify")),
                )
        return visit.redirect(f"/console/appeals/{opened.id}", said="opened")

    @pages.page("/appeals/<appeal_id>")
    def one(visit: Visit, appeal_id: str) -> Answer:
        with in_words(visit):
            appeal = book.get(appeal_id)
        signals = [desk.view.event(id) for id in appeal.signals[: visit.limit(_SIGNALS_SHOWN)]]
        return visit.render(
            "feedback/appeal.html",
            appeal=appeal,
            state=visit.words(f"appeals.states.{appeal.state}"),
            tone=_TONES[appeal.state],
            facts=_facts(visit, appeal, desk.clock()),
            signals=_signals(visit, [found for found in signals if found is not None]),
            outcomes=_outcomes(visit, appeal),
            mine=appeal.reviewer == visit.who and appeal.state == IN_REVIEW,
            may_decide=visit.role.may(ANALYST) and not appeal.is_decided,
            holidays_known=book.holidays_known(appeal),
        )

    @pages.change("/appeals/<appeal_id>/take", role=ANALYST)
    async def take(visit: Visit, appeal_id: str) -> Answer:
        with in_words(visit):
            await book.take(appeal_id, visit.actor)
        return visit.redirect(f"/console/appeals/{appeal_id}", said="taken")

    @pages.change("/appeals/<appeal_id>/decide", role=ANALYST)
    async def decide(visit: Visit, appeal_id: str) -> Answer:
        outcome = visit.field("outcome", needed=True)
        code = visit.field("code") if outcome == WRONG_CODE else ""
        decision = Decision(
            upheld=outcome != REJECTED,
            reason=visit.field("reason", needed=True, most=2000),
            verdict=outcome if outcome in (FALSE_ALARM, WRONG_CODE) else None,
            code=code if code in THREAT_CODES else None,
        )
        if outcome not in (REJECTED, FALSE_ALARM, WRONG_CODE, _CLEARED):
            raise Invalid(visit.words("errors.wrong"))
        with in_words(visit):
            await book.decide(appeal_id, decision, visit.actor)
        return visit.redirect(f"/console/appeals/{appeal_id}", said="decided")


def _contact(visit: Visit) -> ContactKey:
    try:
        return ContactKey.parse(visit.field("contact", needed=True, most=200))
    except ValueError:
        raise Invalid(visit.words("appeals.wrong_contact")) from None


def _signals(visit: Visit, found: Sequence[StoredEvent]) -> Table:
    w = visit.words
    columns = [
        Column(w("columns.time"), "time"),
        Column(w("columns.code"), "code"),
        Column(w("columns.said"), "long"),
        Column(w("columns.id"), "id", shown=False),
    ]
    rows = []
    for stored in found:
        event = stored.event
        code = Cell(stored.code, href=f"/console/review/{stored.id}")
        said = "；".join(event["data"]["evidence"])
        rows.append((parse_time(event["time"]), code, said, stored.id))
    empty = w("appeal.no_signals")
    return Table("appeal-signals", columns, rows, empty, caption=w("appeal.signals"))


def _outcomes(visit: Visit, appeal: Appeal) -> dict[str, str]:
    names = visit.words.names("appeal.outcomes")
    if appeal.party == BORROWER:
        del names[_CLEARED]
    return names


def _facts(visit: Visit, appeal: Appeal, now: datetime) -> list[tuple[str, Any]]:
    w = visit.words
    facts = [
        (w("appeals.columns.party"), w(f"appeals.parties.{appeal.party}")),
        (w("appeals.columns.due"), _left(visit, appeal, now)[0]),
        (w("appeal.opened_by"), appeal.opened_by),
        (w("appeal.reviewer"), appeal.reviewer or w("appeal.nobody")),
    ]
    if appeal.party == ACCUSED:
        facts.insert(1, (w("appeals.columns.about"), _about(visit, appeal)))
        facts.append((w("appeal.reply_to"), appeal.reply_to or w("appeal.not_given")))
    return facts


def _about(visit: Visit, appeal: Appeal) -> str:
    """Who was named, or the signal that the borrower objects to."""
    if appeal.contact is None:
        return visit.words("appeals.one_signal", id=appeal.signals[0][:_SHORT_ID])
    kind, _, value = appeal.contact.partition(":")
    return f"{visit.shell.names('kinds').get(kind, kind)} {value}"


def _left(visit: Visit, appeal: Appeal, now: datetime) -> tuple[str, str]:
    """How much time is left, or whether it was decided in time, and the tone of that."""
    w = visit.words
    if appeal.is_decided:
        late = appeal.is_late(now)
        return w("appeals.late" if late else "appeals.in_time"), "alarm" if late else "good"
    seconds = (appeal.due_at - now).total_seconds()
    unit, size = ("days", _DAY) if abs(seconds) >= _DAY else ("hours", _HOUR)
    if seconds <= 0:
        return w(f"appeals.over_{unit}", n=int(-seconds // size)), "alarm"
    return w(f"appeals.left_{unit}", n=int(seconds // size)), "warm" if seconds < _SOON else "quiet"


def _table(visit: Visit, name: str, found: Sequence[Appeal], now: datetime) -> Table:
    w = visit.words
    waits = name == "appeals"
    columns = [
        Column(w("appeals.columns.id"), "id"),
        Column(w("appeals.columns.state"), "state"),
        Column(w("appeals.columns.left" if waits else "appeals.columns.late")),
        Column(w("appeals.columns.due"), "time"),
        Column(w("appeals.columns.party")),
        Column(w("appeals.columns.about")),
        Column(w("appeals.columns.reason"), "long"),
        Column(w("appeals.columns.signals"), "number"),
        Column(w("appeals.columns.reviewer")),
        Column(w("appeals.columns.opened"), "time", shown=False),
        Column(w("appeals.columns.decided"), "time", shown=not waits),
    ]
    caption = w("appeals.open_list" if waits else "appeals.decided_list")
    empty = w("appeals.empty" if waits else "appeals.empty_decided")
    return Table(name, columns, [_row(visit, item, now) for item in found], empty, caption)


def _row(visit: Visit, appeal: Appeal, now: datetime) -> tuple[Any, ...]:
    w = visit.words
    left, tone = _left(visit, appeal, now)
    return (
        Cell(appeal.id, href=f"/console/appeals/{appeal.id}"),
        Cell(w(f"appeals.states.{appeal.state}"), tone=_TONES[appeal.state]),
        Cell(left, tone=tone),
        appeal.due_at,
        w(f"appeals.parties.{appeal.party}"),
        _about(visit, appeal),
        appeal.reason,
        len(appeal.signals),
        appeal.reviewer,
        appeal.opened_at,
        appeal.decided_at,
    )
