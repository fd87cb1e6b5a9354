"""The radar: what rises, why it was noticed, and what people make of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import timedelta
from typing import Final

from bot.cases.cases import CaseView
from bot.cases.contacts import KINDS
from bot.console.answers import Answer, Conflict, Invalid, Missing
from bot.console.desk import Desk
from bot.console.part import Nav, Part
from bot.console.parts.radar.api import add_api
from bot.console.parts.radar.showing import (
    TONES,
    alert_table,
    case_of,
    days_chart,
    rising_table,
    signals_link,
    weeks_chart,
)
from bot.console.visit import Visit
from bot.radar.book import (
    DISMISSED,
    LONGEST_REASON,
    NEW,
    SEEN,
    STATES,
    Alert,
    AlertBook,
    AlreadyMarked,
    RadarError,
    UnknownAlert,
)
from bot.radar.detector import WORD, has_past
from bot.radar.mentions import day_of
from bot.radar.wording import RadarWords
from bot.staff.roles import ANALYST

_HOME: Final = "/console/radar"
_SHOWN: Final = 50
_COUNTED: Final = 500
_MONTH: Final = timedelta(days=30)


def part(desk: Desk) -> Part:
    """The part."""
    radar = Part("radar")
    book = AlertBook(desk.reader, desk.writer, desk.clock)
    cases = CaseView(desk.reader)

    def wording() -> RadarWords:
        return RadarWords.load(desk.services.settings.content)

    def alert_of(visit: Visit, id: str) -> Alert:
        alert = book.get(id)
        if alert is None:
            raise Missing(visit.words("missing"))
        return alert

    @radar.page("/radar", nav=Nav("watch", 30))
    def show_list(visit: Visit) -> Answer:
        now, words = desk.clock(), wording()
        today = day_of(now)
        state, kind = visit.choice("state", STATES), visit.choice("kind", (*KINDS, WORD))
        latest = book.latest(limit=_COUNTED)
        month = [alert for alert in latest if alert.raised_at > now - _MONTH]
        found = book.latest(state or None, kind or None, visit.limit(_SHOWN))
        empty = "empty" if has_past(desk.reader.rows, today) else "warming"
        if latest and (state or kind):
            empty = "empty_filtered"
        return visit.render(
            "radar/list.html",
            table=alert_table(visit, words, found, today, visit.words(f"list.{empty}")),
            new=sum(alert.state == NEW for alert in latest),
            up=sum(alert.is_up(today) and alert.state != DISMISSED for alert in latest),
            month=len(month),
            dismissed=sum(alert.state == DISMISSED for alert in month),
            states=words.states,
            kinds=words.kinds,
        )

    @radar.page("/radar/<alert_id>")
    def show_one(visit: Visit, alert_id: str) -> Answer:
        alert, words = alert_of(visit, alert_id), wording()
        today = day_of(desk.clock())
        return visit.render(
            "radar/one.html",
            alert=alert,
            title=words.title(alert),
            state=words.states[alert.state],
            tone=TONES[alert.state],
            trend=words.texts["still_up" if alert.is_up(today) else "over"],
            up=alert.is_up(today),
            sentences=words.explain(alert),
            weeks=weeks_chart(visit, alert.main),
            days=days_chart(visit, book, alert.main, today),
            risings=rising_table(visit, words, alert),
            examples=book.examples(alert.main),
            case=case_of(cases, alert.main),
            signals=signals_link(alert.main),
            most=LONGEST_REASON,
            may_change=visit.role.may(ANALYST),
        )

    @radar.change("/radar/<alert_id>/seen", role=ANALYST)
    async def acknowledge(visit: Visit, alert_id: str) -> Answer:
        alert = await asyncio.to_thread(alert_of, visit, alert_id)
        await _marked(visit, book.acknowledge(alert_id, visit.actor))
        said = "restored" if alert.state == DISMISSED else SEEN
        return visit.redirect(f"{_HOME}/{alert_id}", said=said)

    @radar.change("/radar/<alert_id>/dismiss", role=ANALYST)
    async def dismiss(visit: Visit, alert_id: str) -> Answer:
        reason = visit.field("reason", needed=True, most=LONGEST_REASON)
        await _marked(visit, book.dismiss(alert_id, visit.actor, reason))
        return visit.redirect(f"{_HOME}/{alert_id}", said=DISMISSED)

    add_api(radar, book)
    return radar


async def _marked(visit: Visit, marking: Awaitable[Alert]) -> None:
    try:
        await marking
    except UnknownAlert:
        raise Missing(visit.words("missing")) from None
    except AlreadyMarked:
        raise Conflict(visit.words("marked")) from None
    except RadarError:
        raise Invalid(visit.shell("errors.needed")) from None
