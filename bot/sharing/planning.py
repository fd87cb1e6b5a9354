"""Decides what becomes of the shared entries when the cases have moved on. Pure functions."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta

from actions.facts import BEIJING
from bot.sharing.alliance_key import AllianceKey
from bot.sharing.confirmed import Objections, Told
from bot.sharing.entries import SharedEntry
from bot.sharing.policy import CLEAR, SharingPolicy

FALSE_ALARM = "false_alarm"
APPEAL_UPHELD = "appeal_upheld"
BASIS_ENDED = "basis_ended"


@dataclass(frozen=True)
class Known:
    """All that the decision rests on: ``told`` and ``live`` by the text of their contact key."""

    told: Mapping[str, Told]
    live: Mapping[str, SharedEntry]
    objections: Objections
    withheld: frozenset[str]
    official: frozenset[str]


@dataclass(frozen=True)
class Plan:
    """What is to be written; ``left_out`` counts by reason the contacts of shared cases that stay home."""

    new: tuple[SharedEntry, ...] = ()
    changed: tuple[SharedEntry, ...] = ()
    retracted: tuple[SharedEntry, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)


def plan(
    known: Known,
    policy: SharingPolicy,
    alliance: AllianceKey | None,
    *,
    now: datetime,
    by: str,
) -> Plan:
    """What to add, change and take back so that the alliance knows what the cases say ``now``.

    ``by`` names who shares. Without ``alliance`` key whatever may not leave in clear is left out.
    """
    if policy.basis.valid_until < now.astimezone(BEIJING).date():
        taken = tuple(entry.retracted(BASIS_ENDED, now) for entry in known.live.values())
        return Plan(retracted=taken, left_out={BASIS_ENDED: len(known.told)})
    new: list[SharedEntry] = []
    changed: list[SharedEntry] = []
    retracted: list[SharedEntry] = []
    left_out: dict[str, int] = {}
    for text, entry in known.live.items():
        reason = _reason_to_retract(text, known)
        if reason is not None:
            retracted.append(entry.retracted(reason, now))
            continue
        later = _later(entry, known, policy, alliance, now)
        if later is not None:
            changed.append(later)
    for text, told in known.told.items():
        if text in known.live or policy.confidence(told.state) is None:
            continue
        why = _reason_to_withhold(text, told, known, policy)
        form = None if why else _form(told, policy, alliance)
        if form is None:
            why = why or "no_alliance_key"
            left_out[why] = left_out.get(why, 0) + 1
            continue
        first = _first(told, form, policy, now, by)
        if first.expires_at <= now:
            left_out["too_old"] = left_out.get("too_old", 0) + 1
            continue
        new.append(replace(first, disputed=text in known.objections.open))
    return Plan(tuple(new), tuple(changed), tuple(retracted), left_out)


def _reason_to_retract(text: str, known: Known) -> str | None:
    told = known.told.get(text)
    if text in known.objections.upheld:
        return APPEAL_UPHELD
    if told is None or told.state == FALSE_ALARM or not told.codes:
        return FALSE_ALARM
    return None


def _reason_to_withhold(text: str, told: Told, known: Known, policy: SharingPolicy) -> str | None:
    if text in known.official:
        return "official"
    if text in known.withheld:
        return "withheld"
    if text in known.objections.upheld:
        return APPEAL_UPHELD
    if policy.rule(told.key) is None:
        return "kind_not_shared"
    if not told.codes or told.reporters < policy.least_reporters:
        return "too_few_reporters"
    return None


def _form(told: Told, policy: SharingPolicy, alliance: AllianceKey | None) -> str | None:
    rule = policy.rule(told.key)
    if rule is not None and rule.form(told.state) == CLEAR:
        return CLEAR
    return f"hmac:{alliance.id}" if alliance is not None else None


def _first(told: Told, form: str, policy: SharingPolicy, now: datetime, by: str) -> SharedEntry:
    rule, confidence = policy.rule(told.key), policy.confidence(told.state)
    first_seen, last_seen = told.first_seen, told.last_seen
    assert rule is not None and confidence is not None  # noqa: PT018 - withheld before otherwise
    assert first_seen is not None and last_seen is not None  # noqa: PT018 - it has codes
    return SharedEntry(
        # Random: whatever is derived from a phone number can be tried out against all of them.
        id=str(uuid.uuid4()),
        key=told.key,
        case_id=told.case_id,
        tlp=rule.tlp,
        form=form,
        basis=policy.basis.id,
        codes=told.codes,
        confidence=confidence,
        first_seen=first_seen,
        last_seen=last_seen,
        version=1,
        shared_at=now,
        shared_by=by,
        modified_at=now,
        expires_at=_end(told, policy),
    )


def _later(
    entry: SharedEntry,
    known: Known,
    policy: SharingPolicy,
    alliance: AllianceKey | None,
    now: datetime,
) -> SharedEntry | None:
    """The next version of an entry, ``None`` when there is nothing new to tell.

    A case that is verified again keeps its entries, disputed, until it is decided.
    """
    told = known.told[str(entry.key)]
    confidence = policy.confidence(told.state)
    assert told.first_seen is not None and told.last_seen is not None  # noqa: PT018 - it has codes
    later = replace(
        entry,
        case_id=told.case_id,
        # What once left in clear cannot be called back by a hash.
        form=entry.form
        if entry.in_clear or confidence is None
        else _form(told, policy, alliance) or entry.form,
        basis=policy.basis.id,
        codes=told.codes,
        confidence=entry.confidence if confidence is None else confidence,
        first_seen=min(entry.first_seen, told.first_seen),
        last_seen=max(entry.last_seen, told.last_seen),
        expires_at=max(entry.expires_at, _end(told, policy)),
        disputed=str(entry.key) in known.objections.open or confidence is None,
    )
    return None if later == entry else replace(later, version=entry.version + 1, modified_at=now)


def _end(told: Told, policy: SharingPolicy) -> datetime:
    assert told.last_seen is not None
    day = told.last_seen + timedelta(days=policy.lifetime_days)
    return datetime.combine(day, time.min, BEIJING)
