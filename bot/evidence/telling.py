"""How single values of a dossier are written for people: times, money, contacts, quotes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal

from actions.facts import BEIJING
from bot.evidence.dossier import NamedContact, Reporter, Statement
from bot.evidence.wording import Words

_SEPARATOR = "、"
_LINE = "\n"


class Telling:
    """Writes values in the words of the content."""

    def __init__(self, words: Words) -> None:
        self._words = words

    def time(self, moment: datetime) -> str:
        """A time of the clock in Beijing to the second."""
        return moment.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")

    def clock(self, moment: datetime) -> str:
        """The time of the day in Beijing."""
        return moment.astimezone(BEIJING).strftime("%H:%M:%S")

    def day(self, moment: datetime) -> str:
        """The day in Beijing, in Chinese."""
        local = moment.astimezone(BEIJING)
        return self._words("day", year=local.year, month=local.month, day=local.day)

    def yuan(self, amount: Decimal) -> str:
        """An amount with its unit, thousands apart."""
        whole = amount == amount.to_integral_value()
        return self._words("yuan", amount=f"{amount:,.0f}" if whole else f"{amount:,.2f}")

    def amounts(self, amounts: Iterable[Decimal]) -> str:
        """Several amounts in a row."""
        return _SEPARATOR.join(map(self.yuan, amounts))

    def contact(self, contact: NamedContact) -> str:
        """A contact behind its kind; agencies, which have no other form, in their own writing."""
        value = contact.raw if contact.kind == "agency" else contact.value
        return self._words("labelled", kind=self._words.name("kinds", contact.kind), value=value)

    def contacts(self, contacts: Iterable[NamedContact]) -> str:
        """Several, one below another."""
        return _LINE.join(dict.fromkeys(map(self.contact, contacts)))

    def quotes(self, statement: Statement) -> str:
        """The words that speak for the threat, one below another."""
        return _LINE.join(self._words("quoted", text=quote) for quote in statement.quotes)

    def counted(self, group: str, counts: Mapping[str, int]) -> str:
        """Names of a group with how often each came, the most frequent first."""
        ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        return _SEPARATOR.join(
            self._words("counted", name=self._words.name(group, key), count=count)
            for key, count in ordered
        )

    def reporter(self, label: str) -> str:
        """A reporter under the number of the label."""
        return self._words("reporter", number=label.removeprefix("R"))

    def paid(self, reporters: Iterable[Reporter]) -> str | None:
        """What all of them together say they have paid; ``None`` if nobody says so."""
        each = [sum(reporter.paid, Decimal(0)) for reporter in reporters if reporter.paid]
        if not each:
            return None
        total = self.yuan(sum(each, Decimal(0)))
        return self._words("paid_sum_value", amount=total, people=len(each))
