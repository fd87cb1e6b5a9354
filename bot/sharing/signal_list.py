"""An export as CSV: the fields of the Global Signal Exchange first, ours behind them.

The first seven columns have the names and forms of the exchange's interface for new reports
(globalsignalexchange.org/docs/sending-new-signal-reports-via-api).
"""

from __future__ import annotations

import csv
import io
import re
from typing import Any, Final

from bot.ledger.encoding import to_json
from bot.sharing.entries import SharedEntry
from bot.sharing.sender import Parcel, Sender

COLUMNS: Final = (
    "signal",
    "signal_type",
    "abuse_type",
    "report_date",
    "predictive",
    "confidence_score",
    "extra_data",
    "kind",
    "codes",
    "aif_code",
    "tlp",
    "status",
    "reason",
    "entry_id",
    "version",
    "first_seen",
    "last_seen",
    "valid_until",
    "basis",
)
KEYED_HASH: Final = "keyed_hash"
_SIGNAL_TYPES: Final = {"url": "domain name", "page": "url"}
_NUMBER = re.compile(r"\+?[0-9]+")
# A spreadsheet would run a name that begins like this as a formula.
_FORMULA = re.compile(r"[=@\t\r+-]")


def signal_list(parcel: Parcel) -> str:
    """The list with its header, one line a contact."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for entry in parcel.entries:
        row = _row(parcel, entry)
        writer.writerow([guarded(str(row[column])) for column in COLUMNS])
    return text.getvalue()


def guarded(text: str) -> str:
    """The text with a mark before it where a spreadsheet would take it for a formula."""
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def unguarded(text: str) -> str:
    """The text without the mark of :func:`guarded`."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text[1:]) else text


def _row(parcel: Parcel, entry: SharedEntry) -> dict[str, Any]:
    sender = parcel.sender
    kind = "page" if entry.key.kind == "url" and "/" in entry.key.value else entry.key.kind
    codes = [sender.policy.codes[code] for code in entry.codes]
    aif = "|".join(code.aif_code for code in codes if code.aif_code is not None)
    status = entry.status(parcel.at)
    return {
        "signal": entry.key.value if entry.in_clear else sender.hashed(entry),
        "signal_type": _SIGNAL_TYPES.get(kind, kind) if entry.in_clear else KEYED_HASH,
        "abuse_type": codes[0].abuse_type if codes else "unspecified",
        "report_date": f"{entry.last_seen.isoformat()} 00:00:00",
        "predictive": 0,
        "confidence_score": entry.stated_confidence,
        "extra_data": to_json(_extra(sender, entry, aif, status)),
        "kind": entry.key.kind,
        "codes": "|".join(entry.codes),
        "aif_code": aif,
        "tlp": entry.tlp.label,
        "status": status,
        "reason": entry.reason or "",
        "entry_id": entry.id,
        "version": entry.version,
        "first_seen": entry.first_seen.isoformat(),
        "last_seen": entry.last_seen.isoformat(),
        "valid_until": entry.expires_at.date().isoformat(),
        "basis": entry.basis,
    }


def _extra(sender: Sender, entry: SharedEntry, aif: str, status: str) -> dict[str, str]:
    """What the exchange keeps beside a signal: simple pairs."""
    extra = {
        "tlp": entry.tlp.label,
        "status": status,
        "codes": "|".join(entry.codes),
        "aif_code": aif,
        "restriction": sender.policy.basis.restriction,
    }
    return {name: value for name, value in extra.items() if value}
