# ruff: noqa: S608 - statements are put together from constants of this file alone
"""Where data of a borrower lies: the one list that showing, erasing and retention go by.

Every table of the ledger stands here, be it in :data:`PLACES` or in :data:`WITHOUT_BORROWERS`; a test finds a
new one that does not. What lies on Redis is the matter of :mod:`bot.privacy.redis_records`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

_OWN: Final = "user IN (SELECT value FROM json_each(:users))"
_OWN_SIGNALS: Final = f"event_id IN (SELECT id FROM events WHERE {_OWN})"
_IN_FORCE: Final = "SELECT 1 FROM holds AS hold WHERE (hold.until IS NULL OR hold.until > :now)"


def held(*subjects: tuple[str, str]) -> str:
    """The condition for rows of which one of these subjects (kind, column) is under a hold at ``:now``."""
    either = " OR ".join(f"(hold.kind = '{kind}' AND hold.subject = {of})" for kind, of in subjects)
    return f"EXISTS ({_IN_FORCE} AND ({either}))"


class Fate(Enum):
    """What an erasure does to rows of a borrower."""

    REMOVED = "removed"
    EMPTIED = "emptied"
    KEPT = "kept"


@dataclass(frozen=True)
class Place:
    """A table with rows of a borrower.

    ``kind`` is that of ``content/retention.yml``, ``time`` the column that tells when; ``shows`` the columns that
    tell a person what is stored. ``own`` finds the rows of ``:users``, a JSON list of keyed hashes, and ``held``
    those among them that an erasure must spare at ``:now``. ``emptied`` has the values that columns get.
    """

    table: str
    kind: str
    time: str
    shows: tuple[str, ...]
    fate: Fate
    own: str = _OWN
    held: str = "0"
    emptied: Mapping[str, str | None] = field(default_factory=dict)


PLACES: Final = (
    Place("replies", "replies", "created_at", ("messages",), Fate.REMOVED),
    # Its turns refer to a conversation, and go before it.
    Place(
        "conversation_turns",
        "conversations",
        "''",
        ("version", "events"),
        Fate.REMOVED,
        own=f"conversation IN (SELECT conversation FROM conversations WHERE {_OWN})",
    ),
    Place("conversations", "conversations", "updated_at", ("slots",), Fate.REMOVED),
    Place(
        "turns",
        "turns",
        "at",
        ("channel", "said", "answered"),
        Fate.REMOVED,
        held=held(
            ("turn", "turns.turn"), ("conversation", "turns.conversation"), ("user", "turns.user")
        ),
    ),
    Place(
        "evidence_consents",
        "evidence_consents",
        "at",
        ("given", "content"),
        Fate.REMOVED,
        held=held(("user", "evidence_consents.user")),
    ),
    Place("disputes", "disputes", "at", ("event_id", "notify"), Fate.REMOVED),
    Place(
        "notices",
        "notices",
        "created_at",
        ("event_id", "response", "delivered_at"),
        Fate.REMOVED,
    ),
    # The decision stays as a record of how staff acted, without the words and the hash of the borrower.
    Place(
        "appeals",
        "appeals",
        "opened_at",
        ("reason", "state", "due_at", "decided_at", "decision"),
        Fate.EMPTIED,
        emptied={"user": "", "reason": ""},
    ),
    Place("addresses", "user_records", "''", ("channel", "address"), Fate.REMOVED),
    Place(
        "mailbox",
        "mailbox",
        "kept_at",
        ("channel", "bubbles", "kept_at", "shown_at", "read_at"),
        Fate.REMOVED,
    ),
    Place(
        "outreach",
        "outreach",
        "created_at",
        ("kind", "template", "channel", "state", "sent_at", "answer", "answered_at"),
        Fate.EMPTIED,
        emptied={"user": None, "address": "", "template_values": "{}", "consent_ref": None},
    ),
    # That somebody was written to and how a practice went stays, without whom: the figures must still add up.
    Place(
        "practices",
        "practices",
        "started_at",
        ("channel", "script", "answers", "score_before", "score_after", "score", "finished_at"),
        Fate.EMPTIED,
        emptied={"user": ""},
    ),
    Place(
        "campaign_messages",
        "practices",
        "queued_at",
        ("campaign", "channel", "state", "sent_at", "answered_at", "finished_at", "opted_out_at"),
        Fate.EMPTIED,
        emptied={"user": None, "address": ""},
    ),
    Place(
        "handoff_messages",
        "handoffs",
        "at",
        ("side", "text", "at"),
        Fate.REMOVED,
        own=f"handoff IN (SELECT id FROM handoffs WHERE {_OWN})",
    ),
    Place(
        "surveys",
        "handoffs",
        "asked_at",
        ("channel", "asked_at", "answer", "words"),
        Fate.EMPTIED,
        emptied={"user": "", "words": ""},
    ),
    Place("survey_refusals", "user_records", "since", ("since",), Fate.REMOVED),
    # That somebody waited, and for how long, stays without whom: the figures must still add up.
    Place(
        "handoffs",
        "handoffs",
        "asked_at",
        ("channel", "state", "reason", "asked_at", "answered_at", "summary"),
        Fate.EMPTIED,
        emptied={
            "user": "",
            "conversation": "",
            "reach": "",
            "state": "ended",
            "summary": "{}",
        },
    ),
    Place("unreachable", "user_records", "since", ("channel", "since"), Fate.REMOVED),
    Place("wechat_choices", "replies", "at", ("choices",), Fate.REMOVED),
    Place("wechat_inbox", "replies", "kept_at", ("body",), Fate.REMOVED),
    # The time of the erasure stays: it keeps older messages from bringing the record back.
    Place(
        "users",
        "user_records",
        "coalesce(erased_at, consent_at, informed_at, '')",
        ("informed_at", "consent", "consent_at", "opted_out", "crisis_at", "minor", "erased_at"),
        Fate.EMPTIED,
    ),
    # The hash of the turn stays, for the same reason.
    Place(
        "user_changes",
        "user_changes",
        "at",
        ("change",),
        Fate.EMPTIED,
        emptied={"user": None, "change": None},
    ),
    # Signals speak of the contact. They stay under the keyed hash until their term ends, as the reply to an
    # erasure says, and so does what rests on them.
    Place("events", "signals", "time", ("body",), Fate.KEPT),
    Place(
        "receipts",
        "receipts",
        "received_at",
        ("number", "codes", "state"),
        Fate.KEPT,
        own=_OWN_SIGNALS,
    ),
    # Else whoever floods the service would be rid of that by asking for erasure.
    Place("bans", "bans", "at", ("channel", "reason", "until", "lifted_at"), Fate.KEPT),
    Place("verdicts", "verdicts", "at", ("verdict", "code"), Fate.KEPT, own=_OWN_SIGNALS),
    Place("case_mentions", "signals", "time", ("key", "code", "stage"), Fate.KEPT),
    Place("radar_reports", "radar", "date(day + 1721424.5)", ("key", "known"), Fate.KEPT),
    Place(
        "radar_reporters", "radar_reporters", "date(last_day + 1721424.5)", ("since",), Fate.KEPT
    ),
    # Records of what was done with the borrower's data, which nobody can remove.
    Place(
        "evidence_reporters",
        "evidence_exports",
        "consent_at",
        ("pack", "label", "consent_content"),
        Fate.KEPT,
    ),
    Place(
        "holds",
        "evidence_exports",
        "since",
        ("kind", "reason", "until"),
        Fate.KEPT,
        own=f"(kind = 'user' AND subject IN (SELECT value FROM json_each(:users))) "
        f"OR (kind = 'turn' AND subject IN (SELECT turn FROM turns WHERE {_OWN})) "
        f"OR (kind = 'signal' AND subject IN (SELECT id FROM events WHERE {_OWN}))",
    ),
    Place(
        "audit",
        "audit",
        "at",
        ("actor", "action"),
        Fate.KEPT,
        own="subject IN (SELECT value FROM json_each(:users)) "
        f"OR subject IN (SELECT conversation FROM turns WHERE {_OWN})",
    ),
)
"""In the order in which an erasure goes through them."""

WITHOUT_BORROWERS: Final[Mapping[str, frozenset[str]]] = {
    "of suspicious contacts": frozenset(
        {
            "cases",
            "case_contacts",
            "case_past",
            "case_links",
            "case_log",
            "case_progress",
            "radar_cursor",
            "radar_alerts",
            "radar_risings",
            "shares",
            "share_withheld",
            "share_deliveries",
            "share_exports",
            "partner_entries",
            "partner_imports",
        }
    ),
    "goes with its signal or entry": frozenset(
        {"case_signal_words", "case_note_words", "appeal_signals", "deliveries"}
    ),
    "of staff": frozenset(
        {"staff", "staff_sessions", "login_failures", "proposals", "script_approvals", "campaigns"}
    ),
    "of the service": frozenset(
        {
            "sinks",
            "replays",
            "reviewed_examples",
            "answer_times",
            "campaign_pace",
            "conversations_begun",
            "wecom_cursors",
            "wecom_announcements",
            "wecom_answered",
            "evidence_exports",
            "retention_removed",
            "retention_state",
        }
    ),
}
"""Tables without rows of a borrower, by why they have none."""
