"""An export as events of MISP's core format, one a case, contacts as attributes.

What is disputed or taken back carries a sighting of type 1 (false positive); what is taken back is
``deleted`` besides, which revokes it on the other side.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from bot.ledger.encoding import to_json
from bot.sharing.entries import SharedEntry
from bot.sharing.sender import Parcel, Sender

# Category and type of each kind, as MISP allows them together.
_TYPES: Final = {
    "phone": ("Financial fraud", "phone-number"),
    "url": ("Network activity", "domain"),
    "page": ("Network activity", "url"),
    "bank_account": ("Financial fraud", "bank-account-nr"),
}
_OTHER: Final = ("Financial fraud", "text")
_HASHED: Final = ("Financial fraud", "anonymised")
_INHERITED: Final = "5"
_FALSE_POSITIVE: Final = "1"


def misp_events(parcel: Parcel) -> str:
    """The events as JSON, as an instance of MISP gives and takes a list of them."""
    cases: dict[str, list[SharedEntry]] = {}
    for entry in parcel.entries:
        cases.setdefault(entry.case_id, []).append(entry)
    events = [{"Event": _event(parcel.sender, case, cases[case])} for case in sorted(cases)]
    return to_json({"response": events}) + "\n"


def _event(sender: Sender, case_id: str, entries: Sequence[SharedEntry]) -> dict[str, Any]:
    strictest = max((entry.tlp for entry in entries), key=lambda tlp: tlp.rank)
    modified = max(entry.modified_at for entry in entries)
    codes = sorted({code for entry in entries for code in entry.codes})
    basis = sender.policy.basis
    return {
        "uuid": sender.id("misp", case_id),
        "info": f"{'、'.join(sender.policy.codes[code].name for code in codes)}（{basis.id}）",
        "date": min(entry.first_seen for entry in entries).isoformat(),
        "timestamp": _seconds(modified),
        "publish_timestamp": "0",
        "published": False,
        "threat_level_id": "4",
        "analysis": "2",
        "distribution": strictest.distribution,
        "sharing_group_id": "0",
        "org_id": "0",
        "orgc_id": "0",
        "Orgc": {"id": "0", "uuid": sender.id("identity"), "name": sender.name},
        "Tag": [{"name": strictest.tag}, *_code_tags(sender, codes)],
        "Attribute": [_attribute(sender, entry) for entry in entries],
    }


def _attribute(sender: Sender, entry: SharedEntry) -> dict[str, Any]:
    kind = "page" if entry.key.kind == "url" and "/" in entry.key.value else entry.key.kind
    category, type = _TYPES.get(kind, _OTHER) if entry.in_clear else _HASHED
    over = entry.retracted_at is not None
    attribute: dict[str, Any] = {
        "uuid": entry.id,
        "event_id": "0",
        "category": category,
        "type": type,
        "value": entry.key.value if entry.in_clear else sender.hashed(entry),
        "to_ids": entry.in_clear and not over and not entry.disputed,
        "distribution": _INHERITED,
        "sharing_group_id": "0",
        "timestamp": _seconds(entry.modified_at),
        "first_seen": f"{entry.first_seen.isoformat()}T00:00:00+00:00",
        "last_seen": f"{entry.last_seen.isoformat()}T00:00:00+00:00",
        "comment": _comment(sender, entry),
        "deleted": over,
        "Tag": [
            {"name": entry.tlp.tag},
            {"name": f'jingzhong:kind="{entry.key.kind}"'},
            {"name": f'jingzhong:version="{entry.version}"'},
            {"name": f'jingzhong:confidence="{entry.stated_confidence}"'},
            *_code_tags(sender, entry.codes),
        ],
    }
    if over or entry.disputed:
        attribute["Sighting"] = [
            {
                "uuid": entry.id,
                "type": _FALSE_POSITIVE,
                "date_sighting": _seconds(entry.modified_at),
                "source": "retracted" if over else "disputed",
                "Organisation": {"id": "0", "uuid": sender.id("identity"), "name": sender.name},
            }
        ]
    return attribute


def _code_tags(sender: Sender, codes: Sequence[str]) -> list[dict[str, str]]:
    tags = [{"name": f'jingzhong:code="{code}"'} for code in codes]
    named = (sender.policy.codes[code].aif_code for code in codes)
    return tags + [{"name": f'aif:code="{aif}"'} for aif in named if aif is not None]


def _comment(sender: Sender, entry: SharedEntry) -> str:
    if entry.reason is not None:
        return sender.policy.reasons.get(entry.reason, entry.reason)
    return sender.policy.basis.restriction


def _seconds(moment: datetime) -> str:
    return str(int(moment.timestamp()))
