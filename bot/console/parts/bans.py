"""Bans: who is slowed down, and the button that ends it."""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import timedelta
from typing import Any

from bot.bans.book import LONGEST, LONGEST_REASON, Ban, BanBook, BanError
from bot.console.answers import Answer, Conflict, Invalid, Missing
from bot.console.call import Call
from bot.console.desk import Desk
from bot.console.part import Nav, Part, Query
from bot.console.tables import Cell, Column, Table
from bot.console.visit import Visit
from bot.privacy.people import PrivacyError, person
from bot.staff.roles import ADMIN, ANALYST

_HOURS = (1, 6, 24, 72, 168, 720)
_LONGEST_HOURS = int(LONGEST.total_seconds()) // 3600
_NULLABLE = {"type": ["string", "null"]}
_BAN = {
    "type": "object",
    "required": ["id", "user", "channel", "reason", "by", "at", "until", "in_force"],
    "properties": {
        "id": {"type": "integer"},
        **{name: {"type": "string"} for name in ("user", "channel", "reason", "by", "at", "until")},
        "in_force": {"type": "boolean"},
        "lifted_by": _NULLABLE,
        "lifted_at": _NULLABLE,
    },
}
_LIST = {
    "type": "object",
    "required": ["bans"],
    "properties": {"bans": {"type": "array", "items": _BAN}},
}
_NEW = {
    "type": "object",
    "required": ["user", "hours", "reason"],
    "additionalProperties": False,
    "properties": {
        "user": {
            "type": "string",
            "maxLength": 200,
            "description": "CHANNEL:ID, or a keyed hash as signals carry it.",
        },
        "hours": {"type": "integer", "minimum": 1, "maximum": _LONGEST_HOURS},
        "reason": {"type": "string", "minLength": 1, "maxLength": LONGEST_REASON},
    },
}


def part(desk: Desk) -> Part:
    """The part."""
    bans = Part("bans")
    book = BanBook(desk.reader, desk.writer, desk.clock)

    def banned(visit_user: str, hours: int, reason: str, actor: Any) -> Awaitable[Ban]:
        channel, named, _ = visit_user.partition(":")
        return book.add(
            person(visit_user, desk.hasher),
            timedelta(hours=hours),
            actor,
            reason=reason,
            channel=channel.strip() if named else "",
        )

    @bans.page("/bans", role=ANALYST, nav=Nav("govern", 45))
    def show(visit: Visit) -> Answer:
        found = book.list(visit.limit(200))
        now = desk.clock()
        return visit.render(
            "bans/list.html",
            table=_table(visit, found),
            holding=[ban for ban in found if ban.holds(now)],
            hours={str(hours): visit.span(timedelta(hours=hours)) for hours in _HOURS},
            may=visit.role.may(ADMIN),
        )

    @bans.change("/bans/add", role=ADMIN)
    async def add(visit: Visit) -> Answer:
        given = visit.field("hours", needed=True)
        if given not in map(str, _HOURS):
            raise Invalid(visit.shell("errors.needed"))
        user = visit.field("user", needed=True, most=200)
        reason = visit.field("reason", needed=True, most=LONGEST_REASON)
        try:
            await banned(user, int(given), reason, visit.actor)
        except PrivacyError:
            raise Invalid(visit.words("errors.user")) from None
        return visit.redirect("/console/bans", said="added")

    @bans.change("/bans/<ban_id>/lift", role=ADMIN)
    async def lift(visit: Visit, ban_id: str) -> Answer:
        try:
            await book.lift(_id(ban_id), visit.actor)
        except BanError as error:
            words = visit.words(f"errors.{error.reason}")
            raise (Missing(words) if error.reason == "unknown" else Conflict(words)) from None
        return visit.redirect("/console/bans", said="lifted")

    @bans.api(
        "GET",
        "/bans",
        role=ANALYST,
        summary="Bans, newest first.",
        answer=_LIST,
        query={"limit": Query({"type": "integer", "minimum": 1, "maximum": 500}, "How many.", 100)},
    )
    def api_list(call: Call) -> dict[str, Any]:
        now = desk.clock()
        return {"bans": [ban.as_json(now) for ban in book.list(call.query["limit"])]}

    @bans.api(
        "POST",
        "/bans",
        role=ADMIN,
        summary="Ban a person from now on; one message a minute is still read.",
        body=_NEW,
        answer=_BAN,
        may_fail=(422,),
    )
    async def api_add(call: Call) -> dict[str, Any]:
        body = call.body
        try:
            ban = await banned(body["user"], body["hours"], body["reason"], call.actor)
        except PrivacyError as error:
            raise Invalid(str(error)) from None
        return ban.as_json(desk.clock())

    @bans.api(
        "POST",
        "/bans/<ban_id>/lift",
        role=ADMIN,
        summary="End a ban before its time.",
        answer=_BAN,
        may_fail=(404, 409),
    )
    async def api_lift(call: Call, ban_id: str) -> dict[str, Any]:
        try:
            ban = await book.lift(_id(ban_id), call.actor)
        except BanError as error:
            if error.reason == "unknown":
                raise Missing("there is no such ban") from None
            raise Conflict(str(error)) from None
        return ban.as_json(desk.clock())

    return bans


def _id(text: str) -> int:
    """The number of a ban; 0, which none has, for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


def _table(visit: Visit, bans: list[Ban]) -> Table:
    w = visit.words
    now = visit.desk.clock()
    channels = visit.shell.names("channels")
    rows = [
        (
            ban.id,
            Cell(ban.user[:12], more=channels.get(ban.channel, ban.channel) or None),
            ban.reason or w("flood"),
            w("system") if ban.by == "system" else ban.by,
            ban.at,
            ban.until,
            _state(visit, ban, holds=ban.holds(now)),
        )
        for ban in bans
    ]
    columns = [
        Column(w("columns.id"), "number"),
        Column(w("columns.user")),
        Column(w("columns.reason")),
        Column(w("columns.by")),
        Column(w("columns.at"), "time"),
        Column(w("columns.until"), "time"),
        Column(w("columns.state"), "state"),
    ]
    return Table("bans", columns, rows, empty=w("empty"), caption=w("title"))


def _state(visit: Visit, ban: Ban, *, holds: bool) -> Cell:
    if holds:
        return Cell(visit.words("states.holds"), tone="warm")
    if ban.lifted_by is not None:
        return Cell(visit.words("states.lifted"), tone="quiet", more=ban.lifted_by)
    return Cell(visit.words("states.over"), tone="quiet")
