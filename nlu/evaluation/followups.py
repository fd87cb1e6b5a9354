"""Short messages that mean something only after the one before them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from nlu.analysis import THREAT_CODES
from nlu.evaluation.figures import Figures, grouped, share
from nlu.evaluation.rows import SAME_STAGE, Row

# What was done is answered by the stage that it leads to, however it is told; in an emergency the reply
# stops what goes on.
_DONE = frozenset({"already_paid", "already_gave"})
# Courtesies and small talk get answers of one kind.
_COURTESIES = frozenset({"greet", "thanks", "goodbye", "chitchat"})
_TOLD_BY_STAGE = _DONE | frozenset({"more", *THREAT_CODES})


@dataclass(frozen=True)
class Understood:
    """What a message came to behind another one.

    ``refers_back`` tells whether it goes on with the threat of the message before; ``intent`` is the
    follow-up act or the intent; ``stage`` and ``stage_before`` are those of the threat, if there is one;
    ``emergency`` whether the reply is that to an emergency.
    """

    refers_back: bool
    intent: str
    stage: str | None = None
    stage_before: str | None = None
    emergency: bool = False


InContext = Callable[[str, str], Understood]


@dataclass(frozen=True)
class Followed:
    """A row with a message before it, and what was understood."""

    row: Row
    understood: Understood

    @property
    def refers(self) -> bool:
        """Whether it is known to go on with the matter, or to change it."""
        wanted = self.row.expected
        return wanted is not None and wanted.refers_back == self.understood.refers_back

    @property
    def acts(self) -> bool:
        """Whether what is said is understood."""
        wanted = self.row.expected
        if wanted is None:
            return False
        if wanted.intent in _DONE:
            told = self.understood.intent in _TOLD_BY_STAGE and self.stages
            return told or self.understood.emergency
        if wanted.intent in _COURTESIES:
            return self.understood.intent in _COURTESIES
        return wanted.intent == self.understood.intent

    @property
    def stages(self) -> bool:
        """Whether the threat is at the right stage afterwards."""
        wanted = self.row.expected
        if wanted is None:
            return False
        stage = self.understood.stage_before if wanted.stage == SAME_STAGE else wanted.stage
        return stage == self.understood.stage

    @property
    def is_right(self) -> bool:
        """Whether all of it is right; who changes the subject leaves the threat where it was."""
        wanted = self.row.expected
        changes_subject = wanted is not None and not wanted.refers_back
        return self.refers and self.acts and (changes_subject or self.stages)


def follow(rows: Iterable[Row], in_context: InContext) -> list[Followed]:
    """Understands every row that has a message before it."""
    return [
        Followed(row, in_context(row.before, row.text)) for row in rows if row.before is not None
    ]


def follow_up_figures(followed: Sequence[Followed]) -> Figures:
    """``follow_ups``, all right, with its parts and by what is said; ``.subject`` counts changes of subject."""
    on = [item for item in followed if item.row.expected and item.row.expected.refers_back]
    off = [item for item in followed if item.row.expected and not item.row.expected.refers_back]
    return (
        share("follow_ups", (item.is_right for item in followed))
        | share("follow_ups.refers", (item.refers for item in on))
        | share("follow_ups.act", (item.acts for item in on))
        | share("follow_ups.stage", (item.stages for item in on))
        | share("follow_ups.subject", (item.refers for item in off))
        | grouped(
            "follow_ups",
            ((item.row.expected.intent, item.is_right) for item in on if item.row.expected),
            "said",
        )
    )
