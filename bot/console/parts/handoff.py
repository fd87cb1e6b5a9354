"""People of ours who take over a conversation: the queue, one request, their answers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any, Final, NoReturn, TypeVar

from bot.console.answers import Answer, Conflict, Invalid, Missing
from bot.console.call import Call
from bot.console.desk import Desk
from bot.console.part import Nav, Part, Query
from bot.console.parts.handoff_survey import add_survey
from bot.console.tables import Cell, Column, Table
from bot.console.visit import Visit
from bot.handoff.desk import LONGEST, HandoffDesk, HandoffError, Request, Said
from bot.ledger.encoding import rfc3339
from bot.outbound.wording import WordingError
from bot.staff.roles import ANALYST

T = TypeVar("T")
_TONES: Final = {"waiting": "warm", "taken": "brand", "ended": "quiet"}
_TEXT: Final = {"type": "string"}
_TIME: Final = {"type": ["string", "null"]}
_FIELDS: Final = ("ticket", "channel", "state", "reason", "urgent", "asked_at", "due_at", "agent")
_PROPERTIES: Final[dict[str, Any]] = {
    "ticket": _TEXT,
    "state": {"enum": ["waiting", "taken", "ended"]},
    "urgent": {"type": "boolean"},
    "agent": _TIME,
    "answered_at": _TIME,
    "ended_at": _TIME,
}
_REQUEST: Final = {"type": "object", "required": list(_FIELDS), "properties": _PROPERTIES}
_LIST: Final = {
    "type": "object",
    "required": ["handoffs"],
    "properties": {"handoffs": {"type": "array", "items": _REQUEST}},
}
_ONE: Final = {
    "type": "object",
    "required": [*_FIELDS, "summary", "messages"],
    "properties": {
        **_PROPERTIES,
        "summary": {"type": "object"},
        "messages": {"type": "array", "items": {"type": "object"}},
    },
}
_WORDS: Final = {
    "type": "object",
    "additionalProperties": False,
    "required": ["text"],
    "properties": {"text": {"type": "string", "minLength": 1, "maxLength": LONGEST}},
}
_DONE: Final = {
    "type": "object",
    "required": ["ticket", "delivery"],
    "properties": {"ticket": _TEXT, "delivery": _TIME},
}


def part(desk: Desk) -> Part:
    """The part."""
    handoff = Part("handoff")
    services = desk.services
    voices = services.voices
    user_of = services.exchanges.store.user
    book = HandoffDesk(desk.reader, desk.writer, services.senders, voices, user_of, desk.clock)

    @handoff.page("/handoff", nav=Nav("work", 5))
    def show(visit: Visit) -> Answer:
        standing, now = book.standing(), desk.clock()
        waiting = [each for each in standing if each.state == "waiting"]
        return visit.render(
            "handoff/list.html",
            waiting=len(waiting),
            taken=len(standing) - len(waiting),
            late=sum(each.is_late(now) for each in standing),
            is_open=voices.now.handoff.is_open(now),
            queue=_table(visit, standing, "queue"),
            ended=_table(visit, book.ended(visit.limit(50)), "ended"),
        )

    # Before the page of a request, whose address would match as well.
    add_survey(handoff, desk)

    @handoff.page("/handoff/<ticket>", role=ANALYST)
    async def one(visit: Visit, ticket: str) -> Answer:
        request = await asyncio.to_thread(book.get, ticket)
        if request is None:
            raise Missing(visit.words("errors.missing"))
        messages = await _told(visit, book.read(ticket, visit.actor))
        return visit.render(
            "handoff/one.html",
            request=request,
            tone=_TONES[request.state],
            late=request.is_late(desk.clock()),
            summary=request.summary,
            tones=visit.words.names("tones"),
            messages=messages,
            own=request.state == "taken" and request.agent == visit.who,
            most=LONGEST,
        )

    @handoff.change("/handoff/<ticket>/take", role=ANALYST)
    async def take(visit: Visit, ticket: str) -> Answer:
        await _told(visit, book.take(ticket, visit.actor))
        return visit.redirect(f"/console/handoff/{ticket}", said="taken")

    @handoff.change("/handoff/<ticket>/answer", role=ANALYST)
    async def answer(visit: Visit, ticket: str) -> Answer:
        text = visit.field("text", needed=True, most=LONGEST)
        delivery = await _told(visit, book.answer(ticket, text, visit.actor))
        said = delivery.fate if delivery.is_out else "not_sent"
        return visit.redirect(f"/console/handoff/{ticket}", said=said)

    @handoff.change("/handoff/<ticket>/end", role=ANALYST)
    async def end(visit: Visit, ticket: str) -> Answer:
        await _told(visit, book.end(ticket, visit.actor))
        return visit.redirect("/console/handoff", said="ended")

    @handoff.api(
        "GET",
        "/handoffs",
        summary="Borrowers who wait for a person, in the order in which to take them, without a word of theirs.",
        answer=_LIST,
        query={
            "ended": Query(
                {"type": "integer", "minimum": 0, "maximum": 500}, "How many ended ones.", 0
            )
        },
    )
    def listed(call: Call) -> dict[str, Any]:
        found = [*book.standing(), *book.ended(call.query["ended"])]
        return {"handoffs": [_as_json(each) for each in found]}

    @handoff.api(
        "GET",
        "/handoffs/<ticket>",
        role=ANALYST,
        summary="The summary and what was said since; reading it is noted in the audit.",
        answer=_ONE,
        may_fail=(404,),
    )
    async def api_one(call: Call, ticket: str) -> dict[str, Any]:
        request = await asyncio.to_thread(book.get, ticket)
        if request is None:
            raise Missing(f"there is no hand-off {ticket!r}")
        messages = await _plain(book.read(ticket, call.actor))
        return {
            **_as_json(request),
            "summary": dict(request.summary),
            "messages": [_said_as_json(each) for each in messages],
        }

    @handoff.api(
        "POST",
        "/handoffs/<ticket>/take",
        role=ANALYST,
        summary="Takes over: the assistant is quiet from now on.",
        answer=_DONE,
        may_fail=(404, 409),
    )
    async def api_take(call: Call, ticket: str) -> dict[str, Any]:
        await _plain(book.take(ticket, call.actor))
        return {"ticket": ticket, "delivery": None}

    @handoff.api(
        "POST",
        "/handoffs/<ticket>/answer",
        role=ANALYST,
        summary="Sends words to the borrower; the answer tells what became of them.",
        body=_WORDS,
        answer=_DONE,
        may_fail=(404, 409, 422),
    )
    async def api_answer(call: Call, ticket: str) -> dict[str, Any]:
        delivery = await _plain(book.answer(ticket, call.body["text"], call.actor))
        return {"ticket": ticket, "delivery": delivery.fate}

    @handoff.api(
        "POST",
        "/handoffs/<ticket>/end",
        role=ANALYST,
        summary="Gives the borrower back to the assistant.",
        answer=_DONE,
        may_fail=(404, 409),
    )
    async def api_end(call: Call, ticket: str) -> dict[str, Any]:
        delivery = await _plain(book.end(ticket, call.actor))
        return {"ticket": ticket, "delivery": delivery.fate}

    return handoff


async def _told(visit: Visit, change: Awaitable[T]) -> T:
    """Makes a change; why it cannot be made is told in the words of the page."""
    try:
        return await change
    except WordingError:
        raise Invalid(visit.words("errors.wording")) from None
    except HandoffError as error:
        _refuse(error, visit.words(f"errors.{error.why}"))


async def _plain(change: Awaitable[T]) -> T:
    try:
        return await change
    except WordingError as error:
        raise Invalid(str(error)) from None
    except HandoffError as error:
        _refuse(error, str(error))


def _refuse(error: HandoffError, line: str) -> NoReturn:
    raise (Missing if error.why == "missing" else Conflict)(line) from None


def _table(visit: Visit, requests: list[Request], name: str) -> Table:
    w, now, ended = visit.words, visit.desk.clock(), name == "ended"
    columns = [
        Column(w("columns.ticket")),
        Column(w("columns.reason"), "state"),
        Column(w("columns.threat"), "code"),
        Column(w("columns.channel"), "channel"),
        Column(w("columns.asked"), "time"),
        Column(w("columns.due"), "time"),
        Column(w("columns.state"), "state"),
        Column(w("columns.agent")),
        Column(w("columns.answered"), "time"),
        Column(w("columns.ended"), "time", shown=ended),
    ]
    rows = [
        (
            Cell(
                each.ticket,
                href=f"/console/handoff/{each.ticket}",
                more=w("urgent") if each.urgent else "",
            ),
            Cell(w(f"reasons.{each.reason}"), tone="alarm" if each.urgent else "quiet"),
            _code(each),
            each.channel,
            each.asked_at,
            Cell(each.due_at, tone="alarm", more=w("late")) if each.is_late(now) else each.due_at,
            Cell(w(f"states.{each.state}"), tone=_TONES[each.state]),
            each.agent or "",
            each.answered_at,
            each.ended_at,
        )
        for each in requests
    ]
    return Table(name, columns, rows, empty=w(f"{name}_empty"), caption=w(name))


def _code(request: Request) -> str:
    threats = request.summary.get("threats") or ()
    return str(threats[0]["code"]) if threats else ""


def _as_json(request: Request) -> dict[str, Any]:
    times = ("asked_at", "due_at", "taken_at", "answered_at", "ended_at")
    written = {name: getattr(request, name) for name in times}
    return {
        **{name: value for name, value in vars(request).items() if name != "summary"},
        **{name: rfc3339(time) if time else None for name, time in written.items()},
    }


def _said_as_json(said: Said) -> dict[str, Any]:
    return {**vars(said), "at": rfc3339(said.at)}
