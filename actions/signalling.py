"""Which signals a turn gives to risk control, and what the conversation remembers of its threats."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from actions.content import Content
from actions.facts import Facts
from actions.numbers import check_number
from actions.plan import Contact, Signal
from actions.resolve import Meaning
from actions.signal_ids import event_id
from actions.state import STAGE_RANK, ConversationState, RunningThreat
from actions.verification import check_app
from nlu.analysis import Analysis, Entity

# What a threat is worth believing when only a check of the number speaks for it.
FOREIGN_NUMBER_CONFIDENCE = 0.5
EVIDENCE_LIMIT = 60


def signal_turn(
    meaning: Meaning,
    analysis: Analysis,
    state: ConversationState,
    facts: Facts,
    content: Content,
) -> tuple[tuple[Signal, ...], tuple[RunningThreat, ...]]:
    """Signals of this message and the running threats after it.

    A code that the conversation does not know yet is a signal; a known one only if the message adds a
    further stage, a contact or an amount, and then it names the signal that it follows.
    """
    contacts = suspicious_contacts(analysis.entities, content)
    amounts = tuple(dict.fromkeys(entity.value for entity in analysis.values("amount")))
    told = {amount for threat in state.threats for amount in threat.amounts}
    signals: list[Signal] = []
    threats = list(state.threats)
    for code in meaning.codes:
        before = state.threat(code)
        stage = meaning.stage or "asking"
        follows = None
        if before is not None:
            if not _adds(before, stage, contacts, set(amounts) - told):
                _move_to_end(threats, before)
                continue
            follows = before.event_id
            stage = _further(before.stage, stage)
        signals.append(
            Signal(
                code=code,
                confidence=_confidence(code, analysis, meaning),
                stage=stage,
                urgency=meaning.urgent,
                evidence=_evidence(code, analysis),
                contacts=contacts,
                agency=_agency(analysis) or (before.agency if before else None),
                amounts=amounts,
                platform=_first(analysis.values("platform")),
                follows=follows,
            )
        )
        if before is not None:
            threats.remove(before)
        threats.append(_running(before, signals[-1], facts, state.turn + 1))
    return tuple(signals), _primary_last(threats, meaning)


def suspicious_contacts(entities: Iterable[Entity], content: Content) -> tuple[Contact, ...]:
    """Contacts of the other side; our own numbers, public numbers and our domains are none."""
    found: dict[tuple[str, str], Contact] = {}
    for entity in entities:
        if entity.kind == "phone":
            check = check_number(entity.raw, entity.value, content)
            if check.ours or check.verdict == "authority":
                continue
            contact = Contact("phone", entity.value, entity.raw)
        elif entity.kind == "url":
            if check_app(entity.raw, content).verdict == "official":
                continue
            contact = Contact("url", entity.value, entity.raw)
        elif entity.kind == "contact_id":
            kind = entity.role if entity.role in _CONTACT_KINDS else "other"
            contact = Contact(kind or "other", entity.value, entity.raw)
        else:
            continue
        found.setdefault((contact.kind, contact.value), contact)
    return tuple(found.values())


_CONTACT_KINDS = frozenset({"wechat", "qq", "telegram", "bank_account"})


def _adds(
    before: RunningThreat, stage: str, contacts: tuple[Contact, ...], new_amounts: set[str]
) -> bool:
    return (
        STAGE_RANK[stage] > STAGE_RANK[before.stage]
        or any(contact.value not in before.contacts for contact in contacts)
        or bool(new_amounts)
    )


def _further(before: str, now: str) -> str:
    """The stage that a case has reached: it never falls back because of a question in between."""
    return now if STAGE_RANK[now] >= STAGE_RANK[before] else before


def _running(
    before: RunningThreat | None, signal: Signal, facts: Facts, turn: int
) -> RunningThreat:
    identifier = event_id(facts.conversation, facts.message_id, signal.code)
    contacts = tuple(contact.value for contact in signal.contacts)
    if before is None:
        return RunningThreat(
            signal.code, signal.stage, identifier, turn, contacts, signal.amounts, signal.agency
        )
    return replace(
        before,
        stage=signal.stage,
        event_id=identifier,
        contacts=tuple(dict.fromkeys(before.contacts + contacts)),
        amounts=tuple(dict.fromkeys(before.amounts + signal.amounts)),
        agency=signal.agency or before.agency,
    )


def _confidence(code: str, analysis: Analysis, meaning: Meaning) -> float:
    for threat in analysis.threats:
        if threat.code == code:
            return threat.confidence
    if meaning.refers_back:
        return max(analysis.follow_up[1], FOREIGN_NUMBER_CONFIDENCE)
    if analysis.leaning[0] == code:
        return max(analysis.leaning[1], FOREIGN_NUMBER_CONFIDENCE)
    return FOREIGN_NUMBER_CONFIDENCE


def _evidence(code: str, analysis: Analysis) -> tuple[str, ...]:
    for threat in analysis.threats:
        if threat.code == code and threat.evidence:
            return tuple(span.text for span in threat.evidence)
    return (analysis.text[:EVIDENCE_LIMIT],)


def _agency(analysis: Analysis) -> str | None:
    return _first(analysis.values("agency"))


def _first(entities: tuple[Entity, ...]) -> str | None:
    return entities[0].value if entities else None


def _move_to_end(threats: list[RunningThreat], threat: RunningThreat) -> None:
    threats.remove(threat)
    threats.append(threat)


def _primary_last(threats: list[RunningThreat], meaning: Meaning) -> tuple[RunningThreat, ...]:
    """The primary code of this message is the one that the next follow-up is about."""
    if meaning.codes:
        for threat in threats:
            if threat.code == meaning.codes[0]:
                _move_to_end(threats, threat)
                break
    return tuple(threats)
