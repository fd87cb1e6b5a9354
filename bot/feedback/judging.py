"""Gives a verdict on a signal, and all that follows from it in the same transaction."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from bot.audit import Actor, note
from bot.feedback.errors import FeedbackError, UnknownRecord
from bot.feedback.notices import tell
from bot.feedback.verdict import FALSE_ALARM, Ruling, disagree
from bot.ledger.encoding import rfc3339, storable
from bot.ledger.events import EVENT_TYPE
from bot.ledger.outbox import OutboxEvent, publish

VERDICT_TYPE = "jingzhong.verdict.v1"
LONGEST_NOTE = 2000


@dataclass(frozen=True)
class Judged:
    """What giving a verdict came to; ``changed`` is false where the same person had said just that."""

    event_id: str
    changed: bool
    disagreement: bool


def judge_unit(
    connection: sqlite3.Connection,
    event_id: str,
    ruling: Ruling,
    actor: Actor,
    *,
    at: datetime,
    source: str,
    appeal: str | None = None,
) -> Judged:
    """Adds a verdict within a unit of the ledger's writer: with its event, its audit entry and its notices.

    ``appeal`` names the appeal that it decides.

    Raises:
        UnknownRecord: when there is no such signal.
        FeedbackError: when the ruling does not fit the signal, or an appeal has been decided on it.
    """
    signal = signal_of(connection, event_id)
    ruling.check(signal["data"]["code"])
    said = connection.execute(
        "SELECT by, verdict, code, appeal FROM verdicts WHERE event_id = ? ORDER BY seq",
        (event_id,),
    ).fetchall()
    decided = next((row[3] for row in reversed(said) if row[3] is not None), None)
    if decided is not None and appeal is None:
        raise FeedbackError(
            f"appeal {decided} was decided on this signal; only a further appeal changes the verdict",
            "appeal_decided",
        )
    mine = (actor.name, ruling.verdict, ruling.code)
    disagreement = disagree([*(row[:3] for row in said), mine])
    if said and said[-1][:3] == mine and appeal is None:
        return Judged(event_id, changed=False, disagreement=disagreement)
    connection.execute(
        "INSERT INTO verdicts (event_id, verdict, code, note, by, at, appeal) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            event_id,
            ruling.verdict,
            ruling.code,
            storable(ruling.note)[:LONGEST_NOTE],
            actor.name,
            rfc3339(at),
            appeal,
        ),
    )
    event = _event(signal, ruling, actor, at, disagreement=disagreement, appeal=appeal is not None)
    publish(connection, event, source)
    detail = {name: value for name, value in asdict(ruling).items() if value and name != "note"}
    note(connection, actor, "signal.verdict", event_id, detail, at=at)
    tell(connection, event_id, ruling.verdict, at)
    return Judged(event_id, changed=True, disagreement=disagreement)


def signal_of(connection: sqlite3.Connection, event_id: str) -> dict[str, Any]:
    """The CloudEvent of a signal.

    Raises:
        UnknownRecord: when there is none with that id.
    """
    row = connection.execute(
        "SELECT body FROM events WHERE id = ? AND type = ? ORDER BY seq DESC LIMIT 1",
        (event_id, EVENT_TYPE),
    ).fetchone()
    if row is None:
        raise UnknownRecord(f"no signal has the id {event_id!r}; see: jingzhong signals list")
    signal: dict[str, Any] = json.loads(row[0])
    return signal


def _event(
    signal: dict[str, Any],
    ruling: Ruling,
    actor: Actor,
    at: datetime,
    *,
    disagreement: bool,
    appeal: bool,
) -> OutboxEvent:
    was = signal["data"]["code"]
    told = json.dumps([VERDICT_TYPE, signal["id"], actor.name, ruling.verdict, rfc3339(at)])
    return OutboxEvent(
        id=hashlib.sha256(told.encode()).hexdigest()[:32],
        type=VERDICT_TYPE,
        time=at,
        # That of the signal, so that a receiver that keeps contacts in order gets it behind its signal.
        subject=signal.get("subject"),
        data={
            "signal": {"source": signal["source"], "id": signal["id"]},
            "verdict": ruling.verdict,
            "code": None if ruling.verdict == FALSE_ALARM else ruling.code or was,
            "was": was,
            "disagreement": disagreement,
            "by_appeal": appeal,
        },
    )
