"""What is told of cases, and what can go wrong when one is changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from bot.cases.contacts import ContactKey
from bot.cases.states import ENDED


class CaseError(Exception):
    """A case cannot be found or changed as asked; the message is one line for a person."""


class UnknownCaseError(CaseError):
    """There is no such case, or several begin like that."""


class ForbiddenMoveError(CaseError):
    """The change is not allowed in the state that the case is in."""


class StaleCaseError(CaseError):
    """Somebody else changed the case first; look at it again."""


@dataclass(frozen=True)
class Amounts:
    """Money in yuan: ``total`` adds up the largest amount of each reporter, ``largest`` is that of all."""

    reporters: int = 0
    total: Decimal = Decimal(0)
    largest: Decimal = Decimal(0)


@dataclass(frozen=True)
class CaseSummary:
    """A row of a list of cases; ``reporters`` are distinct people, each counted once for the case."""

    id: str
    title: str
    state: str
    owner: str | None
    region: str | None
    deadline: datetime | None
    first_seen: datetime | None
    last_seen: datetime | None
    updated_at: datetime
    signals: int
    reporters: int

    def overdue(self, now: datetime) -> bool:
        """Whether its deadline has passed and it still waits."""
        return self.deadline is not None and self.deadline < now and self.state not in ENDED

    @property
    def told_again(self) -> bool:
        """Whether it was ended and somebody has told of it since."""
        return (
            self.state in ENDED and self.last_seen is not None and self.last_seen > self.updated_at
        )


@dataclass(frozen=True)
class Case(CaseSummary):
    """A case with its figures: how many of its signals carry each code, stage, platform and channel.

    ``revision`` grows with each change by a person; ``merged_into`` names the case that a merged one now
    belongs to.
    """

    codes: Mapping[str, int]
    stages: Mapping[str, int]
    platforms: Mapping[str, int]
    channels: Mapping[str, int]
    amounts: Amounts
    opened_at: datetime
    revision: int
    merged_into: str | None = None


@dataclass(frozen=True)
class CaseContact:
    """A contact of a case with its own figures; ``home`` is the case that was opened for it."""

    key: ContactKey
    home: str
    signals: int
    reporters: int
    first_seen: datetime | None
    last_seen: datetime | None
    added_by: str


@dataclass(frozen=True)
class LinkReason:
    """Why two contacts may belong together.

    ``kind`` is ``one_message`` (named in the same message), ``one_reporter`` (named by one person within a day),
    ``same_agency`` (both named along with ``via``), ``same_stem`` (names that differ in their ending only),
    ``by_hand`` or ``merged`` (by the person ``by``, with a note); ``reporters`` says how many people's reports bear it out.
    """

    kind: str
    reporters: int = 0
    via: str | None = None
    by: str | None = None
    note: str = ""


@dataclass(frozen=True)
class Link:
    """A link between two contacts: ``a`` is of the case that was asked for, ``b`` of the case ``other``.

    ``other`` is the same case where people have merged the two; ``strength`` lies between 0 and 1.
    """

    a: ContactKey
    b: ContactKey
    other: str
    reasons: tuple[LinkReason, ...]
    strength: float


@dataclass(frozen=True)
class LogEntry:
    """What somebody did with a case; ``detail`` holds ``from`` and ``to``, ``note`` and the like."""

    id: int
    case_id: str
    at: datetime
    actor: str
    action: str
    detail: Mapping[str, Any]
