"""What the report says of one reporter: what a police report asks for, and what was said."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from bot.evidence.document import Blank, Cell, Dialogue, Facts, Section, Utterance
from bot.evidence.dossier import PAID, Line, NamedContact, Reporter, Sitting
from bot.evidence.telling import Telling
from bot.evidence.wording import Words

_ACCOUNT = "bank_account"
_WAY = ("asking", "approached", "considering", "engaged", "paid")


class ReporterPart:
    """Words the parts of the report that stand once for each reporter."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._telling = Telling(words)

    def particulars(self, reporter: Reporter) -> Section:
        """What the police ask of somebody who reports, with blanks for what is never known here."""
        words, telling = self._words, self._telling
        contacts = [contact for told in reporter.statements for contact in told.contacts]
        accounts = [contact for contact in contacts if contact.kind == _ACCOUNT]
        others = [contact for contact in contacts if contact.kind != _ACCOUNT]
        rows: list[tuple[str, tuple[Cell, ...]]] = [
            (words("full_name"), (self._blank(),)),
            (words("identity"), (self._blank(),)),
            (words("telephone"), (self._blank(),)),
            (words("own_account"), self._own_accounts(reporter)),
            (words("own_bank"), (self._blank(),)),
            (words("paid"), self._paid(reporter)),
            (words("paid_at"), self._paid_at(reporter)),
            (words("asked"), self._or_none(map(telling.yuan, _asked(reporter)))),
            (words("other_account"), self._values(accounts) or (self._blank(),)),
            (words("other_bank"), (self._blank(),)),
            (words("other_contacts"), self._or_none(map(telling.contact, others))),
            (words("met_on"), self._or_none(t.platform for t in reporter.statements if t.platform)),
            (words("first_told"), (telling.time(reporter.statements[0].at),)),
            (words("last_told"), (telling.time(reporter.statements[-1].at),)),
            (words("furthest"), (words.name("stages", _furthest(reporter)),)),
            (words("consent"), (self._consent(reporter),)),
            (words("vouchers"), (Blank(words("by_hand_more", what=words("vouchers_value"))),)),
        ]
        return Section(telling.reporter(reporter.label), (Facts(tuple(rows)),))

    def conversation(self, reporter: Reporter) -> Section:
        """The transcript, one dialogue for each sitting."""
        return Section(
            self._telling.reporter(reporter.label),
            tuple(self._dialogue(reporter, sitting) for sitting in reporter.sittings),
        )

    def _blank(self) -> Blank:
        return Blank(self._words("by_hand"))

    def _or_none(self, texts: Iterable[str]) -> tuple[Cell, ...]:
        return tuple(dict.fromkeys(texts)) or (self._words("unknown"),)

    def _values(self, contacts: Iterable[NamedContact]) -> tuple[Cell, ...]:
        return tuple(dict.fromkeys(contact.value for contact in contacts))

    def _own_accounts(self, reporter: Reporter) -> tuple[Cell, ...]:
        tails = [self._words("own_account_tail", digits=tail) for tail in reporter.own_accounts]
        return (*tails, self._blank())

    def _paid(self, reporter: Reporter) -> tuple[Cell, ...]:
        amounts = map(self._telling.yuan, reporter.paid)
        return (*amounts, self._blank()) if reporter.paid_unclear else self._or_none(amounts)

    def _paid_at(self, reporter: Reporter) -> tuple[Cell, ...]:
        told = next((t for t in reporter.statements if t.stage == PAID), None)
        if told is None:
            return (self._words("unknown"),)
        exactly = Blank(self._words("by_hand_more", what=self._words("paid_exactly")))
        return (self._words("paid_told_at", time=self._telling.time(told.at)), exactly)

    def _consent(self, reporter: Reporter) -> str:
        consent = reporter.consent
        return self._words(
            "consent_value", time=self._telling.time(consent.at), content=consent.content
        )

    def _dialogue(self, reporter: Reporter, sitting: Sitting) -> Dialogue:
        channel = self._words.name("channels", sitting.channel)
        day = self._telling.day(sitting.lines[0].at)
        return Dialogue(
            self._words("sitting", day=day, channel=channel),
            tuple(self._utterance(reporter, line) for line in sitting.lines),
        )

    def _utterance(self, reporter: Reporter, line: Line) -> Utterance:
        who = self._telling.reporter(reporter.label) if line.own else self._words("assistant")
        return Utterance(self._telling.clock(line.at), who, line.own, line.text, line.marks)


def _asked(reporter: Reporter) -> Iterable[Decimal]:
    paid = set(reporter.paid)
    told = (amount for t in reporter.statements if t.stage != PAID for amount in t.amounts)
    return dict.fromkeys(amount for amount in told if amount not in paid)


def _furthest(reporter: Reporter) -> str:
    """The stage that went furthest; a tip-off is one only where there is nothing else."""
    reached = [told.stage for told in reporter.statements if told.stage in _WAY]
    return max(reached, key=_WAY.index) if reached else reporter.statements[-1].stage
