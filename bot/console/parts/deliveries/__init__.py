"""Deliveries: where events go, what holds them up, and handing them over again."""

from __future__ import annotations

import asyncio
from operator import attrgetter
from typing import Any, Final

from bot.console.answers import Answer, Conflict, Invalid
from bot.console.call import Call
from bot.console.desk import Desk
from bot.console.part import Nav, Part, Query
from bot.console.parts.deliveries.tables import dead_table, sink_table, stuck_table
from bot.console.visit import Visit
from bot.sinks.building import plans
from bot.sinks.deliveries import (
    DeadLetter,
    Deliveries,
    DeliveryError,
    SinkState,
    StuckContact,
    parse_moment,
)
from bot.staff.roles import ADMIN, ANALYST

_HOME: Final = "/console/deliveries"
_SHOWN: Final = 50
_COUNT: Final = {"type": "integer", "minimum": 0}
_TEXT: Final = {"type": "string"}
_NAME: Final = {"type": "string", "minLength": 1, "maxLength": 64}
_SEQ: Final = {"type": "integer", "minimum": 1, "maximum": 2**53}


def _list_of(name: str, item: type[SinkState | DeadLetter | StuckContact]) -> dict[str, Any]:
    fields = list(item.__dataclass_fields__)
    one = {"type": "object", "required": fields, "properties": {"sink": _TEXT, "seq": _COUNT}}
    return {
        "type": "object",
        "required": [name],
        "properties": {name: {"type": "array", "items": one}},
    }


_EVENTS: Final = {"type": "object", "required": ["events"], "properties": {"events": _COUNT}}
_RETRY: Final = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "sink": _NAME,
        "ids": {"type": "array", "minItems": 1, "maxItems": 1000, "items": _NAME},
    },
}
_REPLAY: Final = {
    "type": "object",
    "additionalProperties": False,
    "required": ["sink", "first"],
    "properties": {"sink": _NAME, "first": _SEQ, "last": _SEQ},
}


def part(desk: Desk) -> Part:
    """The part."""
    page = Part("deliveries")
    deliveries = Deliveries(desk.reader, desk.writer)
    planned = {plan.name: plan for plan in plans(desk.services.settings)}

    def states() -> list[SinkState]:
        names = [*planned, *(name for name in deliveries.sinks() if name not in planned)]
        types = {name: plan.types for name, plan in planned.items()}
        return [deliveries.state(name, types.get(name), desk.clock()) for name in names]

    @page.page("/deliveries", nav=Nav("pass_on", 10))
    def show(visit: Visit) -> Answer:
        found = states()
        chosen = visit.choice("sink", [state.sink for state in found]) or None
        letters = deliveries.dead(chosen, limit=visit.limit(_SHOWN))
        stuck = deliveries.stuck(chosen, limit=visit.limit(_SHOWN))
        late = max(
            (state for state in found if state.sink in planned),
            key=attrgetter("seconds"),
            default=None,
        )
        return visit.render(
            "deliveries/deliveries.html",
            sinks=sink_table(visit, found, planned),
            dead=dead_table(visit, letters),
            stuck=stuck_table(visit, stuck),
            names={state.sink: state.sink for state in found},
            chosen=chosen,
            late=late,
            lag=sum(state.events for state in found if state.sink in planned),
            waiting=sum(state.waiting for state in found),
            letters=sum(state.dead for state in found),
            shown=len(letters),
            may_retry=visit.role.may(ANALYST),
            may_replay=visit.role.may(ADMIN) and bool(found),
        )

    @page.change("/deliveries/retry", role=ANALYST)
    async def retry(visit: Visit) -> Answer:
        ids, sink = visit.several("id"), visit.field("sink", most=64) or None
        everything = bool(visit.field("all"))
        if not ids and not everything:
            raise Invalid(visit.words("nothing_chosen"))
        if everything:
            for name in [sink] if sink else await asyncio.to_thread(deliveries.sinks):
                await deliveries.retry(visit.actor, sink=name)
        else:
            await deliveries.retry(visit.actor, sink=sink, ids=ids)
        return visit.redirect(_HOME, said="retried")

    @page.change("/deliveries/replay", role=ADMIN)
    async def replay(visit: Visit) -> Answer:
        sink = visit.field("sink", most=64, needed=True)
        try:
            first = await asyncio.to_thread(_first, visit, deliveries)
            last = _place(visit, "last") if visit.field("last") else None
            await deliveries.replay(visit.actor, sink, first, last)
        except DeliveryError:
            raise Conflict(visit.words("replay.nothing")) from None
        return visit.redirect(_HOME, said="replaying")

    @page.api(
        "GET",
        "/deliveries",
        summary="How deliveries stand, by sink.",
        answer=_list_of("sinks", SinkState),
    )
    def api_sinks(call: Call) -> dict[str, Any]:
        return {"sinks": [state.as_json() for state in states()]}

    sink_query = Query(_NAME, "Only of this sink.")
    limit_query = Query({"type": "integer", "minimum": 1, "maximum": 1000}, "How many.", 100)
    both = {"sink": sink_query, "limit": limit_query}

    @page.api(
        *("GET", "/deliveries/dead"),
        summary="Dead letters, the oldest events first.",
        answer=_list_of("letters", DeadLetter),
        query=both,
    )
    def api_dead(call: Call) -> dict[str, Any]:
        found = deliveries.dead(call.query["sink"], limit=call.query["limit"])
        return {"letters": [letter.as_json() for letter in found]}

    @page.api(
        *("GET", "/deliveries/waiting"),
        summary="Contacts whose next event was refused and is tried again.",
        answer=_list_of("contacts", StuckContact),
        query=both,
    )
    def api_waiting(call: Call) -> dict[str, Any]:
        found = deliveries.stuck(call.query["sink"], limit=call.query["limit"])
        return {"contacts": [contact.as_json() for contact in found]}

    @page.api(
        *("POST", "/deliveries/retry"),
        role=ANALYST,
        summary="Has dead letters tried again: those of a sink, those with these ids, or both.",
        answer=_EVENTS,
        body=_RETRY,
        may_fail=(409,),
    )
    async def api_retry(call: Call) -> dict[str, Any]:
        try:
            revived = await deliveries.retry(
                call.actor, sink=call.body.get("sink"), ids=call.body.get("ids")
            )
        except DeliveryError as error:
            raise Conflict(str(error)) from None
        return {"events": revived}

    @page.api(
        *("POST", "/deliveries/replay"),
        role=ADMIN,
        summary="Has what a sink has had handed over again, from one event on.",
        answer=_EVENTS,
        body=_REPLAY,
        may_fail=(409,),
    )
    async def api_replay(call: Call) -> dict[str, Any]:
        body = call.body
        try:
            count = await deliveries.replay(
                call.actor, body["sink"], int(body["first"]), _whole(body.get("last"))
            )
        except DeliveryError as error:
            raise Conflict(str(error)) from None
        return {"events": count}

    return page


def _first(visit: Visit, deliveries: Deliveries) -> int:
    """The first event to repeat: by its number, or by a day."""
    if visit.field("first"):
        return _place(visit, "first")
    try:
        # A day of the person who asks begins in Beijing.
        moment = parse_moment(f"{visit.field('since', needed=True)}T00:00:00+08:00")
    except ValueError:
        raise Invalid(visit.words("replay.no_day")) from None
    first = deliveries.first_since(moment)
    if first is None:
        raise Conflict(visit.words("replay.nothing"))
    return first


def _place(visit: Visit, name: str) -> int:
    text = visit.field(name, most=15)
    if not (text.isascii() and text.isdigit() and int(text)):
        raise Invalid(visit.words("replay.no_number"))
    return int(text)


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)
