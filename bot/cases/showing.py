"""Cases as JSON: what the command line and the API write."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.cases.records import Case, CaseContact, CaseSummary, Link, LogEntry
from bot.ledger.encoding import rfc3339


def summary_json(case: CaseSummary, now: datetime) -> dict[str, Any]:
    """A row of a list of cases."""
    return {
        "id": case.id,
        "title": case.title,
        "state": case.state,
        "owner": case.owner,
        "region": case.region,
        "deadline": _time(case.deadline),
        "overdue": case.overdue(now),
        "told_again": case.told_again,
        "first_seen": _time(case.first_seen),
        "last_seen": _time(case.last_seen),
        "updated_at": _time(case.updated_at),
        "signals": case.signals,
        "reporters": case.reporters,
    }


def case_json(case: Case, now: datetime) -> dict[str, Any]:
    """A case with all its figures; amounts are decimal strings in yuan."""
    return {
        **summary_json(case, now),
        "codes": dict(case.codes),
        "stages": dict(case.stages),
        "platforms": dict(case.platforms),
        "channels": dict(case.channels),
        "amounts": {
            "reporters": case.amounts.reporters,
            "total": str(case.amounts.total),
            "largest": str(case.amounts.largest),
        },
        "opened_at": _time(case.opened_at),
        "revision": case.revision,
        "merged_into": case.merged_into,
    }


def contact_json(contact: CaseContact) -> dict[str, Any]:
    """A contact of a case."""
    return {
        "contact": str(contact.key),
        "home": contact.home,
        "signals": contact.signals,
        "reporters": contact.reporters,
        "first_seen": _time(contact.first_seen),
        "last_seen": _time(contact.last_seen),
        "added_by": contact.added_by,
    }


def link_json(link: Link) -> dict[str, Any]:
    """A link with the reasons that speak for it."""
    return {
        "contact": str(link.a),
        "with": str(link.b),
        "other": link.other,
        "strength": link.strength,
        "reasons": [dict(vars(reason)) for reason in link.reasons],
    }


def log_json(entry: LogEntry) -> dict[str, Any]:
    """What somebody did with a case."""
    return {
        "case": entry.case_id,
        "at": rfc3339(entry.at),
        "actor": entry.actor,
        "action": entry.action,
        "detail": dict(entry.detail),
    }


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else rfc3339(moment)
