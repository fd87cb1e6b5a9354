"""Warnings and questions that go out without being asked for: figures, list, one of them, a new warning."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from bot.console.answers import Answer, Missing
from bot.console.desk import Desk
from bot.console.part import Nav, Part
from bot.console.parts.outreach.api import add_api
from bot.console.parts.outreach.refusing import told
from bot.console.parts.outreach.tables import TONES, group_table, list_table, not_sent_table
from bot.console.visit import Visit
from bot.outreach.desk import OutreachDesk, WarningWish, cancel
from bot.outreach.figures import Asked, outreach_figures
from bot.outreach.rows import KINDS, STATES, OutreachView
from bot.staff.roles import ANALYST

_DAYS: Final = 90
_LONGEST: Final = 200


def part(desk: Desk) -> Part:
    """The part."""
    pages = Part("outreach")
    services = desk.services
    view = OutreachView(desk.reader)
    book = OutreachDesk(
        *(desk.reader, desk.writer, desk.hasher, services.voices),
        services.exchanges.store.user,
        lambda: tuple(services.senders.channels()),
        desk.clock,
    )

    @pages.page("/outreach", nav=Nav("work", 45))
    def show(visit: Visit) -> Answer:
        now = desk.clock()
        found = outreach_figures(desk.reader, now - timedelta(days=_DAYS), now)
        kind = visit.choice("kind", ("", *KINDS), "")
        state = visit.choice("state", ("", *STATES), "")
        rows = view.list(visit.limit(50), kind=kind or None, state=state or None)
        templates = services.voices.now.outreach.templates
        return visit.render(
            "outreach/list.html",
            days=_DAYS,
            asked=found.whole,
            warned=found.warnings,
            dissuaded=_dissuaded(visit, found.whole),
            results=group_table(visit, found),
            not_sent=not_sent_table(visit, found),
            rows=list_table(visit, rows),
            templates={name: each.purpose for name, each in templates.items() if not each.values},
            key=uuid.uuid4().hex,
            may_warn=visit.role.may(ANALYST),
        )

    @pages.page("/outreach/<id>")
    def one(visit: Visit, id: str) -> Answer:
        found = view.get(id)
        if found is None:
            raise Missing(visit.words("errors.missing"))
        return visit.render("outreach/one.html", found=found, tone=TONES[found.state])

    @pages.change("/outreach/warn", role=ANALYST)
    async def warn(visit: Visit) -> Answer:
        named = visit.field("user", needed=True, most=_LONGEST).strip()
        channel, colon, person = named.partition(":")
        wish = WarningWish(
            template=visit.field("template", needed=True, most=_LONGEST),
            key=visit.field("key", needed=True, most=_LONGEST),
            user=None if colon else named,
            channel=channel if colon else None,
            person=person if colon else None,
            consent_ref=visit.field("consent_ref", most=_LONGEST) or None,
        )
        found = await told(book.warn(wish, visit.actor), _words(visit))
        return visit.redirect(f"/console/outreach/{found.id}", said=found.state)

    @pages.change("/outreach/<id>/cancel", role=ANALYST)
    async def take_back(visit: Visit, id: str) -> Answer:
        await told(cancel(desk.writer, id, visit.actor, desk.clock), _words(visit))
        return visit.redirect(f"/console/outreach/{id}", said="cancelled")

    add_api(pages, desk, view, book)
    return pages


def _words(visit: Visit) -> Callable[[str], str]:
    return lambda why: visit.words(f"errors.{why}")


def _dissuaded(visit: Visit, asked: Asked) -> tuple[str, str]:
    """The share of those who stopped, and what it rests on."""
    figure, w = asked.dissuaded, visit.words
    if figure is None or figure.interval is None:
        return "–", w("figures.no_answers")
    low, high = (f"{bound:.0%}" for bound in figure.interval)
    return f"{figure.value:.0%}", w("figures.dissuaded_note", n=figure.of, low=low, high=high)
