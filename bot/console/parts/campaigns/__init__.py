"""Education campaigns: how far they got, what was learnt, and what a person decides about them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any, Final

from actions.facts import BEIJING
from bot.audit import Actor
from bot.campaigns.library import LibraryShelf
from bot.campaigns.push.book import STATES, Campaign, CampaignBook, PushError
from bot.campaigns.reach.briefs import briefs_of
from bot.campaigns.reach.figures import reach_of
from bot.campaigns.reach.month import education_month
from bot.console.answers import Answer, Conflict, Missing
from bot.console.call import Call
from bot.console.desk import Desk
from bot.console.part import Nav, Part
from bot.console.parts.campaigns.month import month_values
from bot.console.parts.campaigns.showing import campaign_values, list_table
from bot.console.visit import Visit
from bot.staff.roles import ANALYST

_MOVES: Final = ("approve", "start", "pause", "cancel")
_TEXT: Final = {"type": "string"}
_CAMPAIGN: Final = {
    "type": "object",
    "required": ["id", "script", "state", "messages", "reasons"],
    "properties": {
        "id": _TEXT,
        "script": _TEXT,
        "state": {"enum": list(STATES)},
        "messages": {"type": "object", "additionalProperties": {"type": "integer"}},
        "reasons": {"type": "object", "additionalProperties": {"type": "integer"}},
    },
}
_PAIRED: Final = {
    "type": ["object", "null"],
    "description": "Mean scores of the people who have both, and the gain with its 95 % interval.",
    "required": ["people", "before", "after", "gain", "low", "high"],
}
_REACH: Final = {
    "type": "object",
    "required": ["funnel", "groups", "learnt", "boosted", "difference", "mistakes"],
    "properties": {
        "funnel": {
            "type": "object",
            "required": ["audience", "out", "delivered", "read", "answered", "finished"],
        },
        "groups": {"type": "object", "required": ["channel", "segment", "variant"]},
        "learnt": _PAIRED,
        "boosted": _PAIRED,
        "difference": {
            "type": ["object", "null"],
            "description": "By how much more people answer to opening B than to A, of 1.",
            "required": ["value", "low", "high"],
        },
        "mistakes": {"type": "array", "items": {"type": "object"}},
    },
}
_LIST: Final = {
    "type": "object",
    "required": ["campaigns"],
    "properties": {"campaigns": {"type": "array", "items": _CAMPAIGN}},
}


def part(desk: Desk) -> Part:
    """The part."""
    pages = Part("campaigns")
    services = desk.services
    library = LibraryShelf(services.voices, services.settings.content)
    book = CampaignBook(desk.reader, desk.writer, desk.hasher, desk.clock)

    def need(id: str) -> Campaign:
        found = book.get(id)
        if found is None:
            raise Missing("there is no such campaign")
        return found

    async def move(name: str, id: str, actor: Actor) -> Campaign:
        if name == "start":
            campaign = await asyncio.to_thread(need, id)
            scripts = library()
            script = scripts.scripts.get(campaign.script) if scripts is not None else None
            return await book.start(id, script, actor)
        changes = {"approve": book.approve, "pause": book.pause, "cancel": book.cancel}
        return await changes[name](id, actor)

    @pages.page("/campaigns", nav=Nav("govern", 16))
    def show(visit: Visit) -> Answer:
        campaigns = book.list(visit.limit(50))
        briefs = briefs_of(desk.reader, [each.id for each in campaigns])
        found = [(each, briefs[each.id]) for each in campaigns]
        return visit.render("campaigns/list.html", table=list_table(visit, found))

    @pages.page("/campaigns/report")
    def report(visit: Visit) -> Answer:
        month = visit.text("month") or f"{desk.clock().astimezone(BEIJING):%Y-%m}"
        scripts = library()
        if scripts is None:
            raise Missing(visit.words("month.no_scripts"))
        try:
            found = education_month(desk.reader, month, scripts.scripts)
        except ValueError:
            raise Missing(visit.words("month.wrong")) from None
        values = month_values(visit.words, visit.shell, found, scripts)
        return visit.render("campaigns/report.html", month=month, **values)

    @pages.page("/campaigns/<id>")
    def one(visit: Visit, id: str) -> Answer:
        campaign = need(id)
        reach = reach_of(desk.reader, id)
        return visit.render(
            "campaigns/one.html",
            campaign=campaign,
            moves=_possible(campaign, visit),
            **campaign_values(visit.words, visit.shell, campaign, reach, library()),
        )

    @pages.change("/campaigns/<id>/move", role=ANALYST)
    async def change(visit: Visit, id: str) -> Answer:
        name = visit.field("move", needed=True, most=20)
        if name not in _MOVES:
            raise Missing(visit.words("no_move"))
        await _told(visit, move(name, id, visit.actor))
        return visit.redirect(f"/console/campaigns/{id}", said=name)

    @pages.api("GET", "/campaigns", summary="Campaigns, the newest first.", answer=_LIST)
    def api_list(call: Call) -> dict[str, Any]:
        return {"campaigns": [_json(book, each) for each in book.list()]}

    @pages.api("GET", "/campaigns/<id>", summary="One campaign.", answer=_CAMPAIGN, may_fail=(404,))
    def api_one(call: Call, id: str) -> dict[str, Any]:
        return _json(book, need(id))

    @pages.api(
        "GET",
        "/campaigns/<id>/reach",
        summary="Whom a campaign reached and what was learnt; groups under 10 people do not stand apart.",
        answer=_REACH,
        may_fail=(404,),
    )
    def api_reach(call: Call, id: str) -> dict[str, Any]:
        return reach_of(desk.reader, need(id).id).as_json()

    return pages


def _json(book: CampaignBook, campaign: Campaign) -> dict[str, Any]:
    seen = book.progress(campaign.id)
    return {
        **campaign.as_json(),
        "messages": dict(seen.states),
        "reasons": {name or "": count for name, count in seen.reasons.items()},
    }


def _possible(campaign: Campaign, visit: Visit) -> list[str]:
    """What this person can decide about it now."""
    if not visit.role.may(ANALYST):
        return []
    able = {
        "draft": ["approve", "start"] if campaign.approved_by is None else ["start"],
        "scheduled": ["pause"],
        "running": ["pause"],
        "paused": ["start"],
    }.get(campaign.state, [])
    if campaign.approved_by is None:
        able = [name for name in able if name != "start"]
    if campaign.created_by == visit.who:
        able = [name for name in able if name != "approve"]
    over = campaign.state in ("done", "cancelled")
    return able if over else [*able, "cancel"]


async def _told(visit: Visit, change: Awaitable[Campaign]) -> None:
    try:
        await change
    except PushError as error:
        raise Conflict(visit.words(f"errors.{error.reason}")) from None
