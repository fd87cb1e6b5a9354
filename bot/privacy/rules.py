# ruff: noqa: S608 - statements are put together from constants of this file alone
"""How each kind of data grows old: which rows it has, from when their term runs, and what spares them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bot.ledger.events import EVENT_TYPE
from bot.ledger.ledger import CONVERSATION_LIFETIME, REPLY_LIFETIME
from bot.privacy.inventory import held
from bot.radar.counting import KEPT_DAYS, REPORTER_KEPT_DAYS
from bot.staff.login import WINDOW
from bot.staff.sessions import LONGEST

# What people work on. A new case holds nothing, since nobody looks at it, and closed ones and false alarms are done.
_IN_WORK: Final = "'verifying', 'confirmed', 'handed_to_police', 'accepted', 'filed'"
_CASE_KEEPS: Final = (
    "EXISTS (SELECT 1 FROM case_mentions AS mention "
    "JOIN case_contacts AS contact ON contact.key = mention.key "
    "JOIN cases AS the_case ON the_case.id = contact.case_id WHERE {mention} "
    f"AND (the_case.state IN ({_IN_WORK}) OR {held(('case', 'the_case.id'))}))"
)
_TURN_OF_SIGNAL: Final = (
    "mention.user = turns.user AND EXISTS (SELECT 1 FROM events WHERE events.seq = mention.seq "
    "AND json_extract(events.body, '$.data.conversation') = turns.conversation)"
)
_SIGNAL_STANDS: Final = "EXISTS (SELECT 1 FROM events WHERE events.id = {table}.event_id)"


@dataclass(frozen=True)
class Rule:
    """Rows of one kind of data in one table.

    ``age`` is the time from which their term runs, ``NULL`` while it does not; ``where`` narrows the table down to
    the kind; ``spares`` finds rows that stay even when the term has ended. ``keys`` are the primary key.
    ``dependents`` are tables and columns that refer to the first key, whose rows go along.
    """

    kind: str
    table: str
    keys: tuple[str, ...]
    age: str
    where: str = "1"
    spares: str = "0"
    dependents: tuple[tuple[str, str], ...] = ()


RULES: Final = (
    Rule("outreach", "outreach", ("id",), "created_at"),
    Rule("replies", "replies", ("turn",), "created_at"),
    Rule("conversations", "conversations", ("conversation",), "updated_at"),
    Rule(
        "turns",
        "turns",
        ("turn",),
        "at",
        spares="("
        + held(
            ("turn", "turns.turn"), ("conversation", "turns.conversation"), ("user", "turns.user")
        )
        + f" OR {_CASE_KEEPS.format(mention=_TURN_OF_SIGNAL)})",
    ),
    Rule(
        "signals",
        "events",
        ("seq",),
        "time",
        where=f"type = '{EVENT_TYPE}'",
        spares="("
        + held(("signal", "events.id"), ("user", "events.user"))
        + f" OR {_CASE_KEEPS.format(mention='mention.seq = events.seq')})",
    ),
    Rule("other_events", "events", ("seq",), "time", where=f"type <> '{EVENT_TYPE}'"),
    # What rests on a signal stays as long as that.
    Rule(
        "receipts",
        "receipts",
        ("number", "event_id"),
        "received_at",
        spares=_SIGNAL_STANDS.format(table="receipts"),
    ),
    Rule("verdicts", "verdicts", ("seq",), "at", spares=_SIGNAL_STANDS.format(table="verdicts")),
    Rule("disputes", "disputes", ("event_id", "user"), "at"),
    Rule("notices", "notices", ("id",), "created_at"),
    Rule("appeals", "appeals", ("id",), "decided_at"),
    Rule(
        "user_records",
        "users",
        ("user",),
        "nullif(max(coalesce(informed_at, ''), coalesce(consent_at, ''), coalesce(crisis_at, ''), "
        "coalesce(erased_at, ''), coalesce((SELECT max(at) FROM user_changes AS change "
        "WHERE change.user = users.user), '')), '')",
        spares=held(("user", "users.user")),
    ),
    Rule("user_records", "unreachable", ("user", "channel"), "since"),
    Rule("user_changes", "user_changes", ("turn",), "at"),
    # A consent is the ground on which its words may be read.
    Rule(
        "evidence_consents",
        "evidence_consents",
        ("turn",),
        "at",
        spares="EXISTS (SELECT 1 FROM turns WHERE turns.user = evidence_consents.user)",
    ),
    Rule("radar", "radar_reports", ("key", "day", "user"), "date(day + 1721424.5)"),
    Rule("radar_reporters", "radar_reporters", ("user",), "date(last_day + 1721424.5)"),
    Rule("partner_entries", "partner_entries", ("partner", "ref"), "expires_at"),
    # A retraction has to travel, so the entry outlives it by its term.
    Rule(
        "shares",
        "shares",
        ("id",),
        "coalesce(retracted_at, expires_at)",
        dependents=(("share_deliveries", "entry"),),
    ),
    Rule("staff_sessions", "staff_sessions", ("token",), "began_at"),
    Rule("login_failures", "login_failures", ("rowid",), "at"),
    Rule("bans", "bans", ("id",), "until"),
    Rule("mailbox", "mailbox", ("id",), "kept_at"),
    Rule("practices", "practices", ("id",), "started_at"),
    Rule("practices", "campaign_messages", ("id",), "queued_at"),
    Rule(
        "handoffs", "handoffs", ("id",), "asked_at", dependents=(("handoff_messages", "handoff"),)
    ),
    Rule("handoffs", "surveys", ("id",), "asked_at"),
    Rule("user_records", "survey_refusals", ("user",), "since"),
    Rule("answer_times", "answer_times", ("hour", "channel", "bucket"), "hour"),
    Rule("answer_times", "conversations_begun", ("hour", "channel"), "hour"),
    Rule("replays", "replays", ("id",), "ended_at"),
)
"""In the order in which they are gone through: what rests on a row comes behind it."""

BUILT_IN: Final = {
    "replies": REPLY_LIFETIME,
    "conversations": CONVERSATION_LIFETIME,
    "radar": timedelta(days=KEPT_DAYS),
    "radar_reporters": timedelta(days=REPORTER_KEPT_DAYS),
    "staff_sessions": LONGEST,
    "login_failures": WINDOW,
}
"""Terms that the program itself relies on, so that no file may change them."""

ONLY_ADDED_TO: Final = frozenset({"audit", "evidence_exports", "share_exports", "partner_imports"})
"""Kinds that nothing in this program can remove; their file says for how many days they have to be kept."""
