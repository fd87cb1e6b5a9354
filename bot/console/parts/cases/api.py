"""Cases over the API."""

from __future__ import annotations

from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from bot.cases.cases import CaseBook
from bot.cases.records import (
    Case,
    CaseError,
    ForbiddenMoveError,
    StaleCaseError,
    UnknownCaseError,
)
from bot.cases.showing import case_json, contact_json, link_json, log_json, summary_json
from bot.cases.states import STATES
from bot.console.answers import Conflict, Invalid, Missing
from bot.console.call import Call
from bot.console.part import Part, Query
from bot.console.parts.cases import schemas
from bot.staff.roles import ANALYST

_TEXT: Final = {"type": "string", "minLength": 1, "maxLength": 200}
_QUERY: Final = {
    "state": Query({"enum": list(STATES)}, "Only cases in this state."),
    "owner": Query(_TEXT, "Only cases of this person."),
    "region": Query(_TEXT, "Only cases of this region."),
    "text": Query(_TEXT, "Stands in reports, contacts or notes; a number in any writing."),
    "overdue": Query({"type": "boolean"}, "Only cases past their deadline.", False),
    "after": Query(_TEXT, "The next of the page before."),
    "limit": Query({"type": "integer", "minimum": 1, "maximum": 500}, "How many.", 50),
}
_MAY_FAIL: Final = (404, 409, 422)


def declare(cases: Part, book: CaseBook) -> None:
    """Declares the routes."""

    @cases.api(
        "GET", "/cases", summary="Cases, told of last first.", answer=schemas.CASES, query=_QUERY
    )
    def list_cases(call: Call) -> dict[str, Any]:
        query, now = call.query, call.desk.clock()
        found = book.list(
            query["state"],
            query["owner"],
            query["text"],
            query["limit"] + 1,
            query["after"],
            region=query["region"],
            overdue_at=now if query["overdue"] else None,
        )
        page = found[: query["limit"]]
        return {
            "cases": [summary_json(case, now) for case in page],
            "next": page[-1].id if len(found) > len(page) else None,
        }

    @cases.api(
        "GET", "/case-states", summary="How many cases are in each state.", answer=schemas.STATS
    )
    def count(call: Call) -> dict[str, Any]:
        counted = book.count(call.desk.clock())
        none = (0, 0)
        return {
            "states": {
                state: dict(zip(("cases", "overdue"), counted.get(state, none), strict=True))
                for state in STATES
            }
        }

    @cases.api(
        "GET",
        "/cases/<case_id>",
        summary="A case with contacts, links and log; an id that was merged leads to its case.",
        answer=schemas.WHOLE_CASE,
        may_fail=(404,),
    )
    def show(call: Call, case_id: str) -> dict[str, Any]:
        case = book.get(case_id)
        if case is None:
            raise Missing("there is no such case")
        return {
            **case_json(case, call.desk.clock()),
            "contacts": [contact_json(contact) for contact in book.contacts(case.id)],
            "links": [link_json(link) for link in book.links(case.id)],
            "log": [log_json(entry) for entry in book.log(case.id)],
        }

    @cases.api(
        "POST",
        "/cases/<case_id>/move",
        role=ANALYST,
        summary="Moves a case to its next state; seen is the state in which it was seen.",
        body=schemas.MOVE,
        answer=schemas.CASE,
        may_fail=_MAY_FAIL,
    )
    async def move(call: Call, case_id: str) -> dict[str, Any]:
        body = call.body
        note = body.get("note", "")
        change = book.move(case_id, body["state"], call.actor, note, seen=body["seen"])
        return await _answer(call, change)

    @cases.api(
        "POST",
        "/cases/<case_id>/assign",
        role=ANALYST,
        summary="Gives a case to a person, or with null to nobody.",
        body=schemas.ASSIGN,
        answer=schemas.CASE,
        may_fail=_MAY_FAIL,
    )
    async def assign(call: Call, case_id: str) -> dict[str, Any]:
        return await _answer(call, book.assign(case_id, call.body["owner"], call.actor))

    @cases.api(
        "POST",
        "/cases/<case_id>/notes",
        role=ANALYST,
        summary="Adds a note; secrets of people in it are masked.",
        body=schemas.NOTE,
        answer=schemas.CASE,
        may_fail=_MAY_FAIL,
    )
    async def annotate(call: Call, case_id: str) -> dict[str, Any]:
        return await _answer(call, book.annotate(case_id, call.body["note"], call.actor))

    @cases.api(
        "POST",
        "/cases/<case_id>/merge",
        role=ANALYST,
        summary="Puts the case other into this one.",
        body=schemas.MERGE,
        answer=schemas.CASE,
        may_fail=_MAY_FAIL,
    )
    async def merge(call: Call, case_id: str) -> dict[str, Any]:
        body = call.body
        change = book.merge(case_id, body["other"], call.actor, body.get("note", ""))
        return await _answer(call, change)

    @cases.api(
        "POST",
        "/cases/<case_id>/unmerge",
        role=ANALYST,
        summary="Takes a merged case out again.",
        body=schemas.UNMERGE,
        answer=schemas.CASE,
        may_fail=_MAY_FAIL,
    )
    async def unmerge(call: Call, case_id: str) -> dict[str, Any]:
        change = book.unmerge(case_id, call.actor, call.body.get("note", ""))
        return await _answer(call, change)


async def _answer(call: Call, change: Awaitable[Case]) -> dict[str, Any]:
    with _as_statuses():
        case = await change
    return case_json(case, call.desk.clock())


@contextmanager
def _as_statuses() -> Iterator[None]:
    try:
        yield
    except UnknownCaseError as error:
        raise Missing(str(error)) from None
    except (StaleCaseError, ForbiddenMoveError) as error:
        raise Conflict(str(error)) from None
    except CaseError as error:
        raise Invalid(str(error)) from None
