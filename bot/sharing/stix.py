"""An export as a STIX 2.1 bundle.

Contacts are indicators, threat codes attack patterns that they indicate, a case the grouping of its
indicators; who objects is an opinion, what was taken back is revoked. Markings are those of TLP 2.0.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, timezone
from typing import Any, Final

from bot.cases.contacts import ContactKey
from bot.ledger.encoding import to_json
from bot.sharing.entries import SharedEntry
from bot.sharing.sender import HASH_NAME, Parcel, Sender
from bot.sharing.tlp import Tlp

# "phone-number" is no object of STIX; it is the name under which threat platforms such as OpenCTI keep one.
_PATTERNS: Final = {
    "phone": "[phone-number:value = '{}']",
    "url": "[domain-name:value = '{}']",
    "page": "[url:value = '{}']",
    "agency": "[user-account:display_name = '{}']",
}
_ACCOUNT: Final = "[user-account:account_type = '{}' AND user-account:account_login = '{}']"
_KIND_NAMES: Final = {"url": "domain"}


def stix_bundle(parcel: Parcel) -> str:
    """The bundle as JSON; the same entries give the same text.

    Raises:
        stix2.exceptions.STIXError: when it would be no valid STIX 2.1.
    """
    objects = list(_objects(parcel))
    versions = (f"{entry.id}:{entry.version}" for entry in parcel.entries)
    bundle = {
        "type": "bundle",
        "id": f"bundle--{parcel.sender.id('bundle', *versions)}",
        "objects": objects,
    }
    # Only who exports pays for the library, which takes long to import.
    import stix2

    text = to_json(bundle)
    stix2.parse(json.loads(text), allow_custom=False)
    return text + "\n"


def indicator_id(entry_id: str) -> str:
    """The id of an entry's indicator in every bundle."""
    return f"indicator--{entry_id}"


def pattern(key: ContactKey) -> str:
    """The STIX pattern that matches a contact in clear."""
    value = key.value.replace("\\", "\\\\").replace("'", "\\'")
    if key.kind == "url" and "/" in key.value:
        return _PATTERNS["page"].format(value)
    if key.kind in _PATTERNS:
        return _PATTERNS[key.kind].format(value)
    return _ACCOUNT.format(key.kind, value)


def _objects(parcel: Parcel) -> Iterator[dict[str, Any]]:
    sender = parcel.sender
    yield _identity(sender)
    yield _statement(sender)
    for tlp in Tlp:
        if any(entry.tlp is tlp for entry in parcel.entries):
            yield tlp.stix()
    codes = sorted({code for entry in parcel.entries for code in entry.codes})
    for code in codes:
        yield _attack_pattern(sender, code)
    for entry in parcel.entries:
        yield _indicator(sender, entry)
        for code in entry.codes:
            yield _indicates(sender, entry, code)
        if entry.disputed and entry.retracted_at is None:
            yield _opinion(sender, entry)
        if entry.reason is not None:
            yield _note(sender, entry)
    for case_id in sorted({entry.case_id for entry in parcel.entries}):
        yield _grouping(parcel, case_id)


def _identity(sender: Sender) -> dict[str, Any]:
    # The time belongs to the name and not to the moment of an export, so that the object stays the same.
    at = _day(sender.policy.basis.verified_on)
    return {
        "type": "identity",
        "spec_version": "2.1",
        "id": _identity_id(sender),
        "created": at,
        "modified": at,
        "name": sender.name,
        "identity_class": "organization",
        "sectors": ["financial-services"],
    }


def _statement(sender: Sender) -> dict[str, Any]:
    basis = sender.policy.basis
    return {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": _statement_id(sender),
        "created_by_ref": _identity_id(sender),
        "created": _day(basis.verified_on),
        "definition_type": "statement",
        "definition": {"statement": f"{basis.id}：{basis.text}{basis.restriction}"},
    }


def _attack_pattern(sender: Sender, code: str) -> dict[str, Any]:
    named, at = sender.policy.codes[code], _day(sender.policy.basis.verified_on)
    references = [{"source_name": "jingzhong", "external_id": code}]
    if named.aif_code is not None:
        references.append({"source_name": "aif_code", "external_id": named.aif_code})
    return {
        "type": "attack-pattern",
        "spec_version": "2.1",
        "id": f"attack-pattern--{sender.id('code', code)}",
        "created_by_ref": _identity_id(sender),
        "created": at,
        "modified": at,
        "name": named.name,
        "external_references": references,
    }


def _indicator(sender: Sender, entry: SharedEntry) -> dict[str, Any]:
    kind = _KIND_NAMES.get(entry.key.kind, entry.key.kind)
    names = [sender.policy.codes[code].name for code in entry.codes]
    if entry.in_clear:
        how = {"pattern": pattern(entry.key), "pattern_type": "stix"}
    else:
        how = {"pattern": sender.hashed(entry), "pattern_type": HASH_NAME}
    return {
        **_common(sender, entry, "indicator", indicator_id(entry.id)),
        "name": kind if not entry.in_clear else f"{kind} {entry.key.value}",
        "description": "、".join(names),
        # Whoever is named is under suspicion and not convicted.
        "indicator_types": ["anomalous-activity"],
        **how,
        "valid_from": _day(entry.first_seen),
        "valid_until": _time(max(entry.expires_at, _moment(entry.first_seen) + timedelta(days=1))),
        "confidence": entry.stated_confidence,
        "labels": list(entry.codes) + (["disputed"] if entry.disputed else []),
        "external_references": [
            {"source_name": "jingzhong", "external_id": f"{entry.id}:{entry.version}"}
        ],
        "revoked": entry.retracted_at is not None,
    }


def _indicates(sender: Sender, entry: SharedEntry, code: str) -> dict[str, Any]:
    return {
        **_common(
            sender, entry, "relationship", f"relationship--{sender.id('indicates', entry.id, code)}"
        ),
        "relationship_type": "indicates",
        "source_ref": indicator_id(entry.id),
        "target_ref": f"attack-pattern--{sender.id('code', code)}",
        "revoked": entry.retracted_at is not None,
    }


def _opinion(sender: Sender, entry: SharedEntry) -> dict[str, Any]:
    return {
        **_common(sender, entry, "opinion", f"opinion--{sender.id('opinion', entry.id)}"),
        "opinion": "disagree",
        "object_refs": [indicator_id(entry.id)],
    }


def _note(sender: Sender, entry: SharedEntry) -> dict[str, Any]:
    reason = entry.reason or ""
    return {
        **_common(sender, entry, "note", f"note--{sender.id('retraction', entry.id)}"),
        "abstract": reason,
        "content": sender.policy.reasons.get(reason, reason),
        "object_refs": [indicator_id(entry.id)],
    }


def _grouping(parcel: Parcel, case_id: str) -> dict[str, Any]:
    known = parcel.cases[case_id]
    strictest = max(known, key=lambda entry: entry.tlp.rank)
    standing = [entry for entry in known if entry.retracted_at is None] or known
    id = f"grouping--{parcel.sender.id('case', case_id)}"
    return {
        **_common(parcel.sender, strictest, "grouping", id),
        "created": _time(min(entry.shared_at for entry in known)),
        "modified": _time(max(entry.modified_at for entry in known)),
        "context": "suspicious-activity",
        "object_refs": [indicator_id(entry.id) for entry in standing],
    }


def _common(sender: Sender, entry: SharedEntry, type: str, id: str) -> dict[str, Any]:
    return {
        "type": type,
        "spec_version": "2.1",
        "id": id,
        "created_by_ref": _identity_id(sender),
        "created": _time(entry.shared_at),
        "modified": _time(entry.modified_at),
        "object_marking_refs": [entry.tlp.marking_id, _statement_id(sender)],
    }


def _identity_id(sender: Sender) -> str:
    return f"identity--{sender.id('identity')}"


def _statement_id(sender: Sender) -> str:
    basis = sender.policy.basis
    return f"marking-definition--{sender.id('basis', basis.id, basis.text, basis.restriction)}"


def _moment(day: date) -> datetime:
    return datetime.combine(day, time.min, timezone.utc)


def _day(day: date) -> str:
    return _time(_moment(day))


def _time(moment: datetime) -> str:
    """To the millisecond, as STIX compares versions."""
    utc = moment.astimezone(timezone.utc).replace(tzinfo=None)
    return utc.isoformat(timespec="milliseconds") + "Z"
