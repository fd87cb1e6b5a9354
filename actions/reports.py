"""How many others told of the same contact: what the decision may ask the service for."""

from __future__ import annotations

from typing import Final, Protocol

from actions.plan import Contact, Reply, Signal
from actions.resolve import Meaning
from actions.state import ConversationState

AGENCY: Final = "agency"
MOST_SHOWN: Final = 9999  # five digits would look like a number that can be rung


class Reports(Protocol):
    """Counts of distinct reporters."""

    def reporters(self, contact: Contact, teller: str = "") -> int:
        """How many users but ``teller`` told of it so far, 0 where that may not be said; must not block.

        ``teller`` is the user as :class:`actions.facts.Facts` names them. Asking about it is no telling. A name is a
        contact of the kind ``agency``, and is counted only once its case is confirmed.
        """


class NoReports:
    """Nothing is known, such as in an action server of its own."""

    def reporters(self, contact: Contact, teller: str = "") -> int:
        """None."""
        return 0


NO_REPORTS: Final = NoReports()


def with_reports(
    replies: tuple[Reply, ...],
    meaning: Meaning,
    state: ConversationState,
    signals: tuple[Signal, ...],
    reports: Reports,
    teller: str = "",
) -> tuple[Reply, ...]:
    """Tells how many others spoke of the same contact, behind what it is and before what to do."""
    if meaning.kind not in ("threat", "verification") or state.minor or not signals:
        return replies
    told = [reports.reporters(contact, teller) for contact in signals[0].contacts]
    if signals[0].agency is not None:
        name = Contact(AGENCY, signals[0].agency, signals[0].agency)
        told.append(reports.reporters(name, teller))
    count = max(told, default=0)
    if not count:
        return replies
    many = Reply("utter_reported_by_others", {"reporters": str(min(count, MOST_SHOWN))})
    return (replies[0], many, *replies[1:])
