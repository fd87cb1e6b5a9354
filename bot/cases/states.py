"""The states of a case and the order in which it may pass through them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

NEW: Final = "new"
VERIFYING: Final = "verifying"
CONFIRMED: Final = "confirmed"
HANDED_TO_POLICE: Final = "handed_to_police"
ACCEPTED: Final = "accepted"
FILED: Final = "filed"
CLOSED: Final = "closed"
FALSE_ALARM: Final = "false_alarm"

NEXT: Final[Mapping[str, tuple[str, ...]]] = {
    NEW: (VERIFYING,),
    VERIFYING: (CONFIRMED, FALSE_ALARM),
    CONFIRMED: (HANDED_TO_POLICE, CLOSED, FALSE_ALARM),
    HANDED_TO_POLICE: (ACCEPTED, CLOSED, FALSE_ALARM),
    ACCEPTED: (FILED, CLOSED, FALSE_ALARM),
    FILED: (CLOSED,),
    CLOSED: (VERIFYING,),
    FALSE_ALARM: (VERIFYING,),
}
"""What may follow each state. Nothing is confirmed or dismissed that nobody has verified."""

STATES: Final = tuple(NEXT)
ENDED: Final = frozenset({CLOSED, FALSE_ALARM})
ESTABLISHED: Final = frozenset({CONFIRMED, HANDED_TO_POLICE, ACCEPTED, FILED, CLOSED})
"""States in which the suspicion has been found true; only what was confirmed before can be closed."""


def needs_note(before: str, after: str) -> bool:
    """Whether a move must say why: to take a case up again, and to end it."""
    return before in ENDED or after in ENDED
