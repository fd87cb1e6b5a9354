"""Signals: the live list, one signal, and the conversation it comes from."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any, Final

from bot.console.answers import Answer, Missing
from bot.console.call import Call
from bot.console.desk import Desk
from bot.console.part import Nav, Part, Query, Schema
from bot.console.parts.signals.listing import signal_table
from bot.console.parts.signals.one import signal_page
from bot.console.visit import Visit
from bot.ledger.events import EVENT_TYPE
from bot.ledger.reading import StoredEvent
from bot.masking import mask_secrets
from bot.privacy.transcripts import LedgerTranscripts
from bot.reporting.signal_search import SignalFilter, SignalSearch
from bot.reporting.spans import Span
from bot.staff.roles import ANALYST
from nlu.analysis import STAGES, THREAT_CODES

_SHOWN: Final = 50
_DATE: Final = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
_EVENT: Schema = {
    "type": "object",
    "description": "A CloudEvent; its data is described by bot/schemas/threat.detected.v1.json.",
    "required": ["id", "source", "type", "time", "data"],
}
_PAGE: Schema = {
    "type": "object",
    "required": ["signals", "next"],
    "properties": {
        "signals": {"type": "array", "items": _EVENT},
        "next": {"type": ["integer", "null"], "description": "before of the next page, if any"},
    },
}
_QUERY: Final = {
    "code": Query({"enum": list(THREAT_CODES)}, "Only this threat code."),
    "stage": Query({"enum": list(STAGES)}, "Only this stage."),
    "channel": Query({"type": "string", "maxLength": 40}, "Only this channel."),
    "urgent": Query({"type": "boolean"}, "Only those in a crisis or an emergency.", False),
    "contact": Query(
        {"type": "string", "maxLength": 200}, "The key of a contact, such as phone:+86..."
    ),
    "text": Query({"type": "string", "maxLength": 200}, "Stands in evidence, agency or contacts."),
    "since": Query(_DATE, "The first day, in Beijing."),
    "until": Query(_DATE, "The last day, in Beijing."),
    "before": Query({"type": "integer", "minimum": 1}, "Only signals older than this one."),
    "limit": Query({"type": "integer", "minimum": 1, "maximum": 500}, "How many.", _SHOWN),
}


def part(desk: Desk) -> Part:
    """The part."""
    signals = Part("signals")
    search = SignalSearch(desk.reader)
    transcripts = LedgerTranscripts(desk.reader, desk.writer)

    @signals.page("/signals", nav=Nav("watch", 20))
    def show_list(visit: Visit) -> Answer:
        limit = visit.limit(_SHOWN)
        before = visit.number("before", 0, 0, 2**53)
        found = search.find(_filter(visit, desk), limit + 1, before or None)
        older = visit.link(before=found[limit - 1].seq) if len(found) > limit else ""
        return visit.render(
            "signals/list.html",
            table=signal_table(visit, found[:limit]),
            contact=visit.text("contact"),
            first=not before,
            older=older,
        )

    @signals.page("/signals/<event_id>")
    def show_one(visit: Visit, event_id: str) -> Answer:
        return signal_page(visit, _signal(desk, event_id, visit.words("missing")))

    @signals.change("/signals/<event_id>/transcript", role=ANALYST)
    async def open_transcript(visit: Visit, event_id: str) -> Answer:
        missing = visit.words("missing")
        stored = await asyncio.to_thread(_signal, desk, event_id, missing)
        reason = mask_secrets(visit.field("reason", needed=True, most=200))
        conversation = stored.event["data"]["conversation"]
        turns = await transcripts.read([conversation], visit.actor, reason)
        return await asyncio.to_thread(signal_page, visit, stored, turns, reason)

    @signals.api("GET", "/signals", summary="Signals, newest first.", answer=_PAGE, query=_QUERY)
    def list_signals(call: Call) -> dict[str, Any]:
        query = call.query
        span = _span(query["since"] or "", query["until"] or "", desk)
        wanted = SignalFilter(
            code=query["code"] or "",
            stage=query["stage"] or "",
            channel=query["channel"] or "",
            urgent=query["urgent"],
            contact=query["contact"] or "",
            text=query["text"] or "",
            span=span,
        )
        found = search.find(wanted, query["limit"] + 1, query["before"])
        shown = found[: query["limit"]]
        more = len(found) > len(shown)
        return {
            "signals": [stored.event for stored in shown],
            "next": shown[-1].seq if more else None,
        }

    @signals.api(
        "GET", "/signals/<event_id>", summary="One signal.", answer=_EVENT, may_fail=(404,)
    )
    def one_signal(call: Call, event_id: str) -> dict[str, Any]:
        return _signal(desk, event_id, "there is no such signal").event

    return signals


def _filter(visit: Visit, desk: Desk) -> SignalFilter:
    return SignalFilter(
        code=visit.choice("code", THREAT_CODES),
        stage=visit.choice("stage", STAGES),
        channel=visit.text("channel", most=40),
        urgent=visit.text("urgent") == "1",
        contact=visit.text("contact"),
        text=visit.text("q"),
        span=_span(visit.text("from"), visit.text("until"), desk),
    )


def _span(first: str, last: str, desk: Desk) -> Span | None:
    """The days that were asked for; an open end is that of time, and what is no date does not matter."""
    begin, end = _date(first), _date(last)
    if begin is None and end is None:
        return None
    begin, end = begin or date(2020, 1, 1), end or Span.day(desk.clock()).last
    return Span(min(begin, end), max(begin, end))


def _date(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2200 else None


def _signal(desk: Desk, event_id: str, missing: str) -> StoredEvent:
    found = desk.view.event(event_id)
    if found is None or found.type != EVENT_TYPE:
        raise Missing(missing)
    return found
