"""An appeal and how many were decided in time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

BORROWER = "borrower"
ACCUSED = "accused"
PARTIES = (BORROWER, ACCUSED)
OPEN, IN_REVIEW, UPHELD, REJECTED = "open", "in_review", "upheld", "rejected"
STATES = (OPEN, IN_REVIEW, UPHELD, REJECTED)
DECIDED = (UPHELD, REJECTED)


@dataclass(frozen=True)
class Appeal:
    """One appeal: a borrower's against a signal, or that of somebody who was named.

    ``signals`` are the ids of those at stake; ``contact`` is the key of who was named, for the accused alone;
    ``reply_to`` says where the accused hears the result; ``due_at`` is the end of the last day for a decision,
    which ``decision`` gives the reason of.
    """

    id: str
    party: str
    contact: str | None
    reason: str
    reply_to: str | None
    state: str
    opened_at: datetime
    opened_by: str
    due_at: datetime
    reviewer: str | None
    decided_at: datetime | None
    decision: str
    signals: tuple[str, ...] = ()

    @property
    def is_decided(self) -> bool:
        """Whether there is a decision."""
        return self.state in DECIDED

    def is_late(self, now: datetime) -> bool:
        """Whether it was decided after the deadline, or waits beyond it."""
        return (self.decided_at or now) >= self.due_at


@dataclass(frozen=True)
class Punctuality:
    """How many appeals missed their deadline.

    ``decided`` and ``late`` count decisions and those among them that came after the deadline; ``waiting``
    counts the others and ``overdue`` those among them whose deadline has passed.
    """

    decided: int
    late: int
    waiting: int
    overdue: int

    @property
    def of(self) -> int:
        """How many had to be decided by now."""
        return self.decided + self.overdue

    @property
    def breach(self) -> float | None:
        """The share of those that had to be decided by now and were not in time; ``None`` without any."""
        return (self.late + self.overdue) / self.of if self.of else None


@dataclass(frozen=True)
class Decision:
    """What is decided: whether the appeal is ``upheld``, and why (``reason``).

    An upheld appeal gives ``verdict`` (``false_alarm`` or ``wrong_code`` with ``code``) on every signal at
    stake. That of the accused may have none: the contact is cleared, and the signals still speak of a threat,
    for example by somebody who used the name.
    """

    upheld: bool
    reason: str
    verdict: str | None = None
    code: str | None = None
