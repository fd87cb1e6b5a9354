"""What an evidence pack tells, before anybody words or draws it.

Borrowers appear under labels that hold within one pack (R1, R2 ...); no keyed hash of theirs stands here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from bot.evidence.sealing import FileFacts

Purpose = Literal["police", "court", "internal"]
PURPOSES: tuple[Purpose, ...] = ("police", "court", "internal")

PAID = "paid"
"""The stage in which money has gone to the other side."""


@dataclass(frozen=True)
class NamedContact:
    """A contact as one message names it: ``raw`` in its own writing; ``kind`` may be agency too."""

    kind: str
    value: str
    raw: str


@dataclass(frozen=True)
class Statement:
    """What a reporter told in one message of one kind of threat; ``quotes`` are the reporter's own words."""

    signal: str
    at: datetime
    reporter: str
    code: str
    stage: str
    urgency: str | None
    quotes: tuple[str, ...]
    contacts: tuple[NamedContact, ...]
    amounts: tuple[Decimal, ...]
    platform: str | None
    channel: str
    confidence: float
    model: str

    @property
    def paid(self) -> Decimal | None:
        """What was paid, where it can be told: among several amounts nobody knows which one changed hands."""
        return self.amounts[0] if self.stage == PAID and len(self.amounts) == 1 else None

    @property
    def paid_unclear(self) -> bool:
        """Whether money was paid, but how much only the reporter knows."""
        return self.stage == PAID and self.paid is None


@dataclass(frozen=True)
class Line:
    """One message or bubble of a transcript; ``marks`` are the ranges of what speaks for a threat.

    ``turn`` is the keyed hash of the message, under which the ledger keeps it; it does not leave.
    """

    turn: str
    at: datetime
    own: bool
    text: str
    marks: tuple[tuple[int, int], ...] = ()
    signals: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sitting:
    """A stretch of conversation without a long pause in it."""

    channel: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Consent:
    """What a borrower last said to the handing over; ``content`` is the version of the wording shown."""

    given: bool
    at: datetime
    content: str


@dataclass(frozen=True)
class Reporter:
    """A borrower who agreed, by label.

    ``own_accounts`` are the last four digits of accounts of their own that they wrote of; the rest was never stored.
    """

    label: str
    consent: Consent
    statements: tuple[Statement, ...]
    sittings: tuple[Sitting, ...]
    own_accounts: tuple[str, ...]

    @property
    def paid(self) -> tuple[Decimal, ...]:
        """Distinct amounts that the reporter says have been paid, in the order of telling."""
        told = (statement.paid for statement in self.statements)
        return tuple(dict.fromkeys(amount for amount in told if amount is not None))

    @property
    def paid_unclear(self) -> bool:
        """Whether more may have been paid than ``paid`` says, so that the reporter has to complete it."""
        return any(statement.paid_unclear for statement in self.statements)


@dataclass(frozen=True)
class ContactFacts:
    """A contact with its figures over all who told of it, whether they agreed or not.

    ``of_case`` is false for one that was named along with the case's own.
    """

    kind: str
    value: str
    writings: tuple[str, ...]
    of_case: bool
    first_seen: datetime
    last_seen: datetime
    signals: int
    reporters: int


@dataclass(frozen=True)
class Excluded:
    """How many reporters of the case are left out, and why."""

    silent: int = 0
    refused: int = 0
    minors: int = 0

    @property
    def all(self) -> int:
        """How many together."""
        return self.silent + self.refused + self.minors


@dataclass(frozen=True)
class CaseFacts:
    """The case as it stood when the pack was made; figures are over all who told of it."""

    id: str
    title: str
    state: str
    region: str | None
    first_seen: datetime | None
    last_seen: datetime | None
    signals: int
    reporters: int
    codes: Mapping[str, int]
    stages: Mapping[str, int]
    platforms: Mapping[str, int]


@dataclass(frozen=True)
class Attachment:
    """A file that the person who makes the pack puts into it."""

    facts: FileFacts
    content: bytes


@dataclass(frozen=True)
class Dossier:
    """All that a pack tells; ``signer`` is the fingerprint of the key that signs it."""

    pack: str
    made_at: datetime
    made_by: str
    purpose: Purpose
    contacts_only: bool
    institution: str
    demo: bool
    case: CaseFacts
    contacts: tuple[ContactFacts, ...]
    reporters: tuple[Reporter, ...]
    excluded: Excluded
    attachments: tuple[Attachment, ...]
    signer: str

    @property
    def statements(self) -> tuple[Statement, ...]:
        """Those of all reporters in the order of time."""
        told = [s for reporter in self.reporters for s in reporter.statements]
        return tuple(sorted(told, key=lambda s: (s.at, s.signal)))

    def about(self) -> dict[str, Any]:
        """What the manifest says of the pack as a whole."""
        return {
            "pack": self.pack,
            "case": self.case.id,
            "purpose": self.purpose,
            "contacts_only": self.contacts_only,
            "made_at": self.made_at.isoformat(timespec="seconds"),
            "made_by": self.made_by,
            "institution": self.institution,
            "reporters": len(self.reporters),
        }
