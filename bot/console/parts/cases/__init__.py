"""Cases: the list, the page of each, and what people do with them."""

from __future__ import annotations

import asyncio
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
from bot.cases.rules import load_rules
from bot.cases.states import NEXT, STATES, needs_note
from bot.console.answers import Answer, Conflict, Invalid, Missing
from bot.console.desk import Desk
from bot.console.part import Nav, Part
from bot.console.parts.cases import showing
from bot.console.parts.cases.api import declare
from bot.console.visit import Visit
from bot.console.wording import Words
from bot.staff.roles import ANALYST

_SHOWN: Final = 50
_SIGNALS_SHOWN: Final = 20
_LINKS_SHOWN: Final = 10
_LINKS_DRAWN: Final = 25


def part(desk: Desk) -> Part:
    """The part."""
    cases = Part("cases")
    rules = load_rules(desk.services.settings.content)
    book = CaseBook(desk.reader, desk.writer, desk.source, rules=rules, clock=desk.clock)
    declare(cases, book)

    @cases.page("/cases", nav=Nav("work", 10))
    def show_list(visit: Visit) -> Answer:
        return _list(visit, book)

    @cases.page("/cases/<case_id>")
    def show_one(visit: Visit, case_id: str) -> Answer:
        case = book.get(case_id)
        if case is None:
            raise Missing(visit.words("errors.missing"))
        if case.id != case_id:
            return visit.redirect(f"/console/cases/{case.id}")
        return _page(visit, book, case)

    @cases.change("/cases/<case_id>/move", role=ANALYST)
    async def move(visit: Visit, case_id: str) -> Answer:
        state, seen = visit.field("state", needed=True), visit.field("seen", needed=True)
        note = visit.field("note")
        if needs_note(seen, state) and not note:
            raise Invalid(visit.words("errors.note"))
        change = book.move(case_id, state, visit.actor, note, seen=seen)
        return await _done(visit, change, "moved")

    @cases.change("/cases/<case_id>/assign", role=ANALYST)
    async def assign(visit: Visit, case_id: str) -> Answer:
        owner = visit.field("owner", most=60) or None
        return await _done(visit, book.assign(case_id, owner, visit.actor), "assigned")

    @cases.change("/cases/<case_id>/describe", role=ANALYST)
    async def describe(visit: Visit, case_id: str) -> Answer:
        title, region = visit.field("title", most=120), visit.field("region", most=60)
        change = book.describe(case_id, visit.actor, title=title, region=region)
        return await _done(visit, change, "described")

    @cases.change("/cases/<case_id>/notes", role=ANALYST)
    async def annotate(visit: Visit, case_id: str) -> Answer:
        note = visit.field("note", needed=True)
        return await _done(visit, book.annotate(case_id, note, visit.actor), "noted")

    @cases.change("/cases/<case_id>/merge", role=ANALYST)
    async def merge(visit: Visit, case_id: str) -> Answer:
        name = visit.field("other", needed=True, most=200)
        with _in_words(visit.words):
            other = await asyncio.to_thread(book.find, name)
        change = book.merge(case_id, other.id, visit.actor, visit.field("note"))
        return await _done(visit, change, "merged")

    @cases.change("/cases/<case_id>/unmerge", role=ANALYST)
    async def unmerge(visit: Visit, case_id: str) -> Answer:
        return await _done(visit, book.unmerge(case_id, visit.actor), "unmerged")

    return cases


async def _done(visit: Visit, change: Awaitable[Case], said: str) -> Answer:
    with _in_words(visit.words):
        case = await change
    return visit.redirect(f"/console/cases/{case.id}", said=said)


@contextmanager
def _in_words(w: Words) -> Iterator[None]:
    """Says in the words of the page why something cannot be done."""
    try:
        yield
    except UnknownCaseError:
        raise Missing(w("errors.missing")) from None
    except StaleCaseError:
        raise Conflict(w("errors.stale")) from None
    except ForbiddenMoveError:
        raise Conflict(w("errors.forbidden")) from None
    except CaseError:
        raise Invalid(w("errors.other")) from None


def _list(visit: Visit, book: CaseBook) -> Answer:
    w, now = visit.words, visit.desk.clock()
    state, query = visit.choice("state", STATES), visit.text("q")
    whose = visit.choice("owner", ("me", "nobody"))
    overdue = visit.text("overdue") == "only"
    limit = visit.limit(_SHOWN)
    found = book.list(
        state or None,
        {"me": visit.who, "nobody": ""}.get(whose),
        query or None,
        limit + 1,
        visit.text("after") or None,
        overdue_at=now if overdue else None,
    )
    counted = book.count(now)
    filtered = bool(state or query or whose or overdue)
    figures = [
        (
            name,
            counted.get(key, (0, 0))[0],
            w("list.open_note", overdue=late) if (late := counted.get(key, (0, 0))[1]) else "",
            f"/console/cases?state={key}",
        )
        for key, name in w.names("states").items()
    ]
    return visit.render(
        "cases/list.html",
        table=showing.case_table(
            visit, found[:limit], w("list.none") if filtered else w("list.empty")
        ),
        figures=figures,
        older=visit.link(after=found[limit - 1].id) if len(found) > limit else "",
    )


def _page(visit: Visit, book: CaseBook, case: Case) -> Answer:
    w, now = visit.words, visit.desk.clock()
    names = w.names("states")
    contacts, links = book.contacts(case.id), book.links(case.id)
    log, days = book.log(case.id), book.by_day(case.id)
    merged = list(dict.fromkeys(contact.home for contact in contacts if contact.home != case.id))
    may_change = visit.role.may(ANALYST)
    values: dict[str, Any] = {
        "case": case,
        "state": names[case.state],
        "tone": showing.tone(case.state),
        "late": case.overdue(now),
        "next": [(state, names[state]) for state in NEXT[case.state]],
        "noting": any(needs_note(case.state, state) for state in NEXT[case.state]),
        "graph": showing.link_graph(visit, contacts, links[:_LINKS_DRAWN]),
        "days": showing.day_chart(visit, days) if days else None,
        "contacts": showing.contact_table(visit, contacts),
        "links": showing.link_table(visit, case, links[: visit.limit(_LINKS_SHOWN)], may_change),
        "signals": showing.signal_table(visit, book.signals(case.id, visit.limit(_SIGNALS_SHOWN))),
        "log": showing.log_table(visit, log),
        "merged": [(id, id[:8]) for id in merged],
        "may_change": may_change,
        "signals_href": showing.signals_of(str(contacts[0].key)) if contacts else "",
        "facts": [
            (w("one.codes"), showing.tally(visit, case.codes, visit.shell.names("codes"))),
            (w("one.stages"), showing.tally(visit, case.stages, visit.shell.names("stages"))),
            (w("one.platforms"), showing.tally(visit, case.platforms, {})),
            (w("one.channels"), showing.tally(visit, case.channels, visit.shell.names("channels"))),
            (w("list.owner"), case.owner or w("one.nothing")),
            (w("list.region"), case.region or w("one.nothing")),
            (w("one.id"), case.id),
        ],
    }
    return visit.render("cases/one.html", **values)
