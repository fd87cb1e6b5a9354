"""Gathers what a pack tells from the ledger: of the contacts all, of borrowers who agreed alone."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from bot.audit import Actor
from bot.cases.contacts import AGENCY, ContactKey
from bot.cases.records import Case
from bot.evidence.dossier import (
    CaseFacts,
    Consent,
    ContactFacts,
    Excluded,
    Line,
    NamedContact,
    Reporter,
    Sitting,
    Statement,
)
from bot.evidence.sources import Cases, Consents, Transcripts, Verdicts
from bot.ledger.encoding import parse_time
from bot.masking import MASK, mask_secrets
from bot.privacy.transcripts import Turn

PAUSE = timedelta(hours=2)
"""A conversation that rests for longer than this goes on as another sitting."""

_MOST_WRITINGS = 5
# Of the user's own accounts the gate leaves the last four digits; a telephone number keeps fewer.
_OWN_ACCOUNT = re.compile(rf"(?:{MASK}[ \-]?){{9,}}([0-9]{{4}})(?![0-9{MASK}])")


@dataclass(frozen=True)
class Told:
    """A signal as it lies in the ledger, opened."""

    id: str
    at: datetime
    data: Mapping[str, Any]

    @property
    def user(self) -> str:
        """The keyed hash of who told of it."""
        return str(self.data["user"])

    @property
    def place(self) -> tuple[str, str]:
        """Conversation and message, by which its turn is found."""
        return str(self.data["conversation"]), str(self.data["message_id"])


@dataclass(frozen=True)
class Material:
    """What was found of a case.

    ``users`` are the keyed hashes behind the labels of the reporters; ``signals`` and ``turns`` are the ids of what
    the pack rests on.
    """

    case: CaseFacts
    contacts: tuple[ContactFacts, ...]
    reporters: tuple[Reporter, ...]
    excluded: Excluded
    users: Mapping[str, str]
    signals: tuple[str, ...]
    turns: tuple[str, ...]


class Gatherer:
    """Finds the material of packs."""

    def __init__(
        self, cases: Cases, consents: Consents, verdicts: Verdicts, transcripts: Transcripts
    ) -> None:
        self._cases = cases
        self._consents = consents
        self._verdicts = verdicts
        self._transcripts = transcripts

    async def gather(
        self, case: Case, *, contacts_only: bool, actor: Actor, reason: str
    ) -> Material:
        """The material of a case; ``reason`` goes into the audit with each reading of a transcript.

        Raises:
            LedgerError: when the ledger cannot be read.
        """
        told, own = await asyncio.to_thread(self._told, case.id)
        agreed, excluded = await asyncio.to_thread(self._asked, told)
        if contacts_only:
            agreed = {}
        turns = await self._turns([t for t in told if t.user in agreed], actor, reason)
        labels = {f"R{number}": user for number, user in enumerate(agreed, start=1)}
        reporters = tuple(
            _reporter(label, agreed[user], [t for t in told if t.user == user], turns)
            for label, user in labels.items()
        )
        return Material(
            case=_case_facts(case),
            contacts=tuple(_contacts(told, own)),
            reporters=reporters,
            excluded=excluded,
            users=labels,
            signals=tuple(t.id for t in told if contacts_only or t.user in agreed),
            turns=tuple(_turn_ids(reporters)),
        )

    def outlook(self, case_id: str) -> tuple[int, Excluded]:
        """How many reporters of a case would be in a pack now, and who would be left out; a blocking read.

        Raises:
            LedgerError: when the ledger cannot be read.
        """
        agreed, excluded = self._asked(self._told(case_id)[0])
        return len(agreed), excluded

    def _told(self, case_id: str) -> tuple[list[Told], frozenset[ContactKey]]:
        """What the case counts: its signals without false alarms, and its contacts."""
        found = self._cases.signals(case_id)
        false_alarms = self._verdicts.false_alarms(stored.id for stored in found)
        signals = []
        for stored in found:
            if stored.id in false_alarms:
                continue
            event = stored.event
            signals.append(Told(stored.id, parse_time(event["time"]), event["data"]))
        signals.sort(key=lambda signal: (signal.at, signal.id))
        return signals, frozenset(contact.key for contact in self._cases.contacts(case_id))

    def _asked(self, told: Sequence[Told]) -> tuple[dict[str, Consent], Excluded]:
        """Who agreed, in the order of their first words, and how many of the others there are."""
        users = list(dict.fromkeys(signal.user for signal in told))
        consents, minors = self._consents.of(users), self._consents.minors(users)
        agreed = {
            user: consents[user]
            for user in users
            if user in consents and consents[user].given and user not in minors
        }
        return agreed, _excluded(users, agreed, consents, minors)

    async def _turns(
        self, told: Sequence[Told], actor: Actor, reason: str
    ) -> dict[str, list[Turn]]:
        """The turns of the conversations in which these signals arose, by conversation."""
        conversations = list(dict.fromkeys(signal.place[0] for signal in told))
        found: dict[str, list[Turn]] = {}
        if conversations:
            for turn in await self._transcripts.read(conversations, actor, reason):
                found.setdefault(turn.conversation, []).append(turn)
        return found


def _turn_ids(reporters: Iterable[Reporter]) -> Iterator[str]:
    for reporter in reporters:
        for sitting in reporter.sittings:
            yield from (line.turn for line in sitting.lines if line.own)


def _case_facts(case: Case) -> CaseFacts:
    return CaseFacts(
        id=case.id,
        title=case.title,
        state=case.state,
        region=case.region,
        first_seen=case.first_seen,
        last_seen=case.last_seen,
        signals=case.signals,
        reporters=case.reporters,
        codes=case.codes,
        stages=case.stages,
        platforms=case.platforms,
    )


def _excluded(
    users: Iterable[str],
    agreed: Mapping[str, Consent],
    consents: Mapping[str, Consent],
    minors: frozenset[str],
) -> Excluded:
    out = [user for user in users if user not in agreed]
    young = sum(user in minors for user in out)
    refused = sum(u in consents and not consents[u].given for u in out if u not in minors)
    return Excluded(silent=len(out) - young - refused, refused=refused, minors=young)


def _contacts(told: Iterable[Told], own: frozenset[ContactKey]) -> Iterator[ContactFacts]:
    """All contacts that were named, those of the case first, then those that most people told of."""
    named: dict[ContactKey, list[tuple[Told, NamedContact]]] = {}
    for signal in told:
        for contact in _named(signal.data):
            key = ContactKey.of(contact.kind, contact.value)
            if key is not None:
                named.setdefault(key, []).append((signal, contact))
    facts = [
        ContactFacts(
            kind=key.kind,
            value=mentions[0][1].value,
            writings=tuple(dict.fromkeys(contact.raw for _, contact in mentions))[:_MOST_WRITINGS],
            of_case=key in own,
            first_seen=mentions[0][0].at,
            last_seen=mentions[-1][0].at,
            signals=len({signal.id for signal, _ in mentions}),
            reporters=len({signal.user for signal, _ in mentions}),
        )
        for key, mentions in named.items()
    ]
    yield from sorted(facts, key=lambda f: (not f.of_case, -f.reporters, f.first_seen, f.value))


def _named(data: Mapping[str, Any]) -> list[NamedContact]:
    """The contacts of a signal, its agency behind them, each once."""
    named = [
        NamedContact(str(c["kind"]), str(c["value"]), str(c.get("raw") or c["value"]))
        for c in data.get("contacts") or ()
    ]
    agency = data.get("agency")
    if agency:
        named.append(NamedContact(AGENCY, str(agency), str(agency)))
    return list(dict.fromkeys(named))


def _reporter(
    label: str, consent: Consent, told: Sequence[Told], turns: Mapping[str, Sequence[Turn]]
) -> Reporter:
    said = {
        (turn.conversation, turn.message_id): turn.said for part in turns.values() for turn in part
    }
    statements = tuple(_statement(label, t, said.get(t.place)) for t in told)
    sittings = tuple(_sittings(told, turns))
    lines = (line.text for sitting in sittings for line in sitting.lines if line.own)
    own = dict.fromkeys(tail for text in lines for tail in _OWN_ACCOUNT.findall(text))
    return Reporter(label, consent, statements, sittings, tuple(own))


def _statement(label: str, told: Told, said: str | None) -> Statement:
    data = told.data
    return Statement(
        signal=told.id,
        at=told.at,
        reporter=label,
        code=str(data["code"]),
        stage=str(data["stage"]),
        urgency=data.get("urgency"),
        quotes=tuple(_masked_quote(quote, said) for quote in data.get("evidence") or ()),
        contacts=tuple(_named(data)),
        amounts=tuple(Decimal(amount) for amount in data.get("amounts") or ()),
        platform=data.get("platform"),
        channel=str(data["channel"]),
        confidence=float(data["confidence"]),
        model=str(data["model"]),
    )


def _masked_quote(quote: str, said: str | None) -> str:
    """A quote, masked once more as its message is: out of it, the other side's account may look like the user's."""
    begin = said.find(quote) if said else -1
    if said is None or begin < 0:
        return mask_secrets(quote)
    return mask_secrets(said)[begin : begin + len(quote)]


def _sittings(told: Sequence[Told], turns: Mapping[str, Sequence[Turn]]) -> Iterator[Sitting]:
    """The stretches of the conversations in which a signal of the case arose, and no others."""
    signals: dict[tuple[str, str], list[Told]] = {}
    for signal in told:
        signals.setdefault(signal.place, []).append(signal)
    found: list[Sitting] = []
    for conversation in dict.fromkeys(signal.place[0] for signal in told):
        for stretch in _stretches(turns.get(conversation, ())):
            here = [signals.get((conversation, turn.message_id), []) for turn in stretch]
            if any(here):
                lines = [line for t, s in zip(stretch, here) for line in _lines(t, s)]
                found.append(Sitting(stretch[0].channel, tuple(lines)))
    yield from sorted(found, key=lambda sitting: sitting.lines[0].at)


def _stretches(turns: Sequence[Turn]) -> Iterator[list[Turn]]:
    stretch: list[Turn] = []
    for turn in turns:
        if stretch and turn.at - stretch[-1].at > PAUSE:
            yield stretch
            stretch = []
        stretch.append(turn)
    if stretch:
        yield stretch


def _lines(turn: Turn, signals: Sequence[Told]) -> Iterator[Line]:
    quotes = [quote for signal in signals for quote in signal.data.get("evidence") or ()]
    ids = tuple(signal.id for signal in signals)
    yield Line(turn.turn, turn.at, True, mask_secrets(turn.said), _marks(turn.said, quotes), ids)
    for bubble in turn.answered:
        yield Line(turn.turn, turn.at, False, mask_secrets(bubble))


def _marks(text: str, quotes: Iterable[str]) -> tuple[tuple[int, int], ...]:
    """Where the quotes stand in the text, in order, those that touch as one."""
    found = sorted((text.find(quote), len(quote)) for quote in set(quotes) if quote)
    marks: list[tuple[int, int]] = []
    for begin, length in found:
        if begin < 0:
            continue
        if marks and begin <= marks[-1][1]:
            marks[-1] = (marks[-1][0], max(marks[-1][1], begin + length))
        else:
            marks.append((begin, begin + length))
    return tuple(marks)
