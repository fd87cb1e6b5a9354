"""The page of one signal."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from bot.cases.contacts import ContactKey, contact_keys
from bot.console.answers import Answer
from bot.console.desk import Desk
from bot.console.tables import Cell, Column, Table
from bot.console.visit import Visit
from bot.ledger.encoding import parse_time
from bot.ledger.reading import StoredEvent
from bot.privacy.transcripts import Turn
from bot.reporting.signal_search import SignalSearch
from bot.staff.roles import ANALYST


def signal_page(
    visit: Visit, stored: StoredEvent, transcript: Sequence[Turn] | None = None, reason: str = ""
) -> Answer:
    """The page; with the conversation where it was opened for a ``reason``."""
    w, event = visit.words, stored.event
    data = event["data"]
    hold = data.get("risk_hold_suggestion")
    return visit.render(
        "signals/one.html",
        event=event,
        data=data,
        hold_until=w("one.hold_until", until=hold["expires_at"][:10]) if hold else "",
        contacts=_contacts(visit, data),
        facts=_facts(visit, data),
        verdicts=_verdicts(visit, stored.id),
        same=_same(visit, data),
        json=json.dumps(event, ensure_ascii=False, indent=2),
        may=visit.role.may(ANALYST),
        transcript=transcript,
        reason=reason,
    )


def _facts(visit: Visit, data: Mapping[str, Any]) -> list[tuple[str, str]]:
    w = visit.words
    none = w("one.none")
    return [
        (w("one.agency"), data["agency"] or none),
        (w("one.amounts"), "、".join(data["amounts"]) or none),
        (w("one.platform"), data["platform"] or none),
        (w("columns.confidence"), f"{data['confidence']:.0%}"),
        (w("one.replies"), " ".join(data["replies"]) or none),
        (w("one.model"), data["model"]),
        (w("one.content"), data["content"]),
        (w("one.reporter"), data["user"][:12]),
    ]


def _contacts(visit: Visit, data: Mapping[str, Any]) -> Table:
    w = visit.words
    cases = _cases_of(visit.desk, data)
    raw = {
        ContactKey.of(contact["kind"], contact["value"]): contact["raw"]
        for contact in data["contacts"]
    }
    rows = [
        (
            visit.shell(f"kinds.{key.kind}"),
            Cell(key.value, href=f"/console/signals?{urlencode({'contact': str(key)})}"),
            raw.get(key, data["agency"] if key.kind == "agency" else ""),
            Cell(w("one.to_case"), href=f"/console/cases/{cases[str(key)]}")
            if str(key) in cases
            else w("one.no_case"),
        )
        for key in contact_keys(data)
    ]
    columns = [Column(w(name)) for name in ("one.kind", "one.value", "one.raw", "one.case")]
    return Table("contacts", columns, rows, empty=w("one.no_contacts"), caption=w("one.contacts"))


def _cases_of(desk: Desk, data: Mapping[str, Any]) -> dict[str, str]:
    keys = json.dumps([str(key) for key in contact_keys(data)])
    rows = desk.reader.rows(
        "SELECT key, case_id FROM case_contacts WHERE key IN (SELECT value FROM json_each(?))",
        (keys,),
    )
    return dict(rows)


def _verdicts(visit: Visit, event_id: str) -> list[tuple[str, str, str]]:
    rows = visit.desk.reader.rows(
        'SELECT verdict, "by", at FROM verdicts WHERE event_id = ? ORDER BY seq', (event_id,)
    )
    return [(verdict, by, at) for verdict, by, at in rows]


def _same(visit: Visit, data: Mapping[str, Any]) -> Table:
    w, search = visit.words, SignalSearch(visit.desk.reader)
    rows = [
        (
            parse_time(other.event["time"]),
            Cell(other.code, href=f"/console/signals/{other.id}"),
            other.event["data"]["stage"],
            "；".join(other.event["data"]["evidence"]),
        )
        for other in search.of_conversation(data["conversation"])
    ]
    columns = [
        Column(w("columns.time"), "time"),
        Column(w("columns.code"), "code"),
        Column(w("columns.stage"), "stage"),
        Column(w("columns.said")),
    ]
    return Table("conversation", columns, rows, empty=w("empty"), caption=w("one.same"))
