"""Partners' lists as STIX 2.1 bundles: their indicators, with what is said of them beside."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timezone
from typing import Any, Final

from bot.cases.contacts import ContactKey
from bot.sharing.partner_lists import (
    Listed,
    Reading,
    collect,
    contact,
    keyed_hash,
    known_codes,
    shown,
)
from bot.sharing.sender import HASH_NAME
from bot.sharing.tlp import Tlp

_TEXT: Final = r"'((?:[^'\\]|\\.)*)'"
_SIMPLE = re.compile(rf"\[\s*([a-z0-9-]+:[a-z_]+)\s*=\s*{_TEXT}\s*\]")
_ACCOUNT = re.compile(
    rf"\[\s*user-account:account_type\s*=\s*{_TEXT}\s+AND\s+user-account:account_login\s*=\s*{_TEXT}\s*\]"
)
_KINDS: Final = {
    "phone-number:value": "phone",
    "domain-name:value": "url",
    "url:value": "url",
    "user-account:display_name": "agency",
}
_MARKINGS: Final = {
    **{tlp.marking_id: tlp for tlp in Tlp},
    # The four of STIX 2.1 itself, after the older version of the protocol.
    "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9": Tlp.CLEAR,
    "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da": Tlp.GREEN,
    "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82": Tlp.AMBER,
    "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed": Tlp.RED,
}
_OBJECTIONS: Final = frozenset({"disagree", "strongly-disagree"})


def read_stix(bundle: Mapping[str, Any], today: date) -> Reading:
    """Reads the indicators of a bundle; what it holds besides is passed over."""
    given = bundle.get("objects")
    objects = [item for item in given if isinstance(item, dict)] if isinstance(given, list) else []
    disputed = frozenset(_objected(objects))
    indicators = [item for item in objects if item.get("type") == "indicator"]
    rows = ((shown(str(item.get("id"))), item) for item in indicators)
    return collect(rows, lambda item: _listed(item, disputed, today))


def _objected(objects: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for item in objects:
        if item.get("type") == "opinion" and item.get("opinion") in _OBJECTIONS:
            yield from (str(ref) for ref in item.get("object_refs") or ())


def _listed(item: Mapping[str, Any], disputed: frozenset[str], today: date) -> Listed:
    id = item.get("id")
    if not isinstance(id, str) or not id:
        raise ValueError("the indicator has no id")
    modified = _moment(item, "modified")
    ref, version = _own_version(item) or (id, int(modified.timestamp() * 1000) if modified else 1)
    key, hashed = _contact(item)
    started, ends = _moment(item, "valid_from"), _moment(item, "valid_until")
    return Listed(
        ref=ref,
        key=key,
        hash=hashed,
        tlp=_strictest(item),
        codes=known_codes(str(label) for label in item.get("labels") or ()),
        listed_on=(started or modified or datetime.combine(today, time.min)).date(),
        version=version,
        disputed=id in disputed,
        retracted=item.get("revoked") is True,
        valid_until=ends.date() if ends else None,
    )


def _own_version(item: Mapping[str, Any]) -> tuple[str, int] | None:
    """Id and version of an entry that this program exported elsewhere, as its CSV has them too."""
    for reference in item.get("external_references") or ():
        if isinstance(reference, dict) and reference.get("source_name") == "jingzhong":
            id, _, version = str(reference.get("external_id")).rpartition(":")
            if id and version.isdecimal():
                return id, int(version)
    return None


def _contact(item: Mapping[str, Any]) -> tuple[ContactKey | None, str | None]:
    pattern = str(item.get("pattern"))
    if item.get("pattern_type") == HASH_NAME:
        hashed = keyed_hash(pattern)
        if hashed is None:
            raise ValueError(f"{shown(pattern)} is no keyed hash")
        return None, hashed
    if match := _SIMPLE.fullmatch(pattern):
        kind = _KINDS.get(match[1])
        if kind is not None:
            return contact(kind, _plain(match[2])), None
    if match := _ACCOUNT.fullmatch(pattern):
        return contact(_plain(match[1]), _plain(match[2])), None
    raise ValueError(f"the pattern {shown(pattern)} names no contact that is kept here")


def _plain(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def _strictest(item: Mapping[str, Any]) -> Tlp:
    refs = [str(ref) for ref in item.get("object_marking_refs") or ()]
    found = [_MARKINGS[ref] for ref in refs if ref in _MARKINGS]
    return max(found, key=lambda tlp: tlp.rank) if found else Tlp.AMBER_STRICT


def _moment(item: Mapping[str, Any], name: str) -> datetime | None:
    text = item.get(name)
    if text is None:
        return None
    # Python 3.10 reads six decimals and no Z.
    plain = re.sub(r"\.(\d+)", lambda match: f".{match[1][:6]:0<6}", str(text)).removesuffix("Z")
    try:
        moment = datetime.fromisoformat(plain)
    except ValueError:
        raise ValueError(f"{name}: {shown(str(text))} is no time") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
