"""Whom a campaign reached and what was learnt, counted from its messages and practices alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.campaigns.reach.funnels import Difference, Funnel, difference, funnels_of
from bot.campaigns.reach.learning import Paired, paired
from bot.campaigns.reach.mistakes import Mistake, mistakes_of
from bot.ledger.database import Reader

# Of each person the first time that they came to the end; whoever had everything erased has no name left to be
# recognised by. With min() SQLite takes the other columns from the same row.
_FINISHED: Final = (
    "SELECT user, score_before, score_after, score, min(finished_at) FROM practices "
    "WHERE campaign = ? AND finished_at IS NOT NULL GROUP BY CASE user WHEN '' THEN id ELSE user END"
)
_BOOSTERS: Final = "SELECT id FROM campaigns WHERE booster_of = ?"


@dataclass(frozen=True)
class Reach:
    """Everything about one campaign; ``groups`` is by the kind of group and its name.

    ``learnt`` compares the answers before the lesson with those after it, ``boosted`` the former with the whole score
    of the booster about a month later.
    """

    whole: Funnel
    groups: Mapping[str, Mapping[str, Funnel]]
    learnt: Paired | None
    boosted: Paired | None
    wrong: Sequence[Mistake]

    @property
    def variants(self) -> Difference | None:
        """How much more often people answer to the second opening than to the first."""
        found = self.groups["variant"]
        first, second = found.get("A"), found.get("B")
        return difference(first, second) if first and second else None

    def as_json(self) -> dict[str, Any]:
        """Everything, as the API tells it."""
        return {
            "funnel": self.whole.as_json(),
            "groups": {
                kind: {name: group.as_json() for name, group in groups.items()}
                for kind, groups in self.groups.items()
            },
            "learnt": self.learnt.as_json() if self.learnt else None,
            "boosted": self.boosted.as_json() if self.boosted else None,
            "difference": vars(self.variants) if self.variants else None,
            "mistakes": [each.as_json() for each in self.wrong],
        }


def reach_of(reader: Reader, campaign: str) -> Reach:
    """What came of a campaign until now; a blocking read.

    Raises:
        LedgerError: when the ledger cannot be read.
    """
    whole, groups = funnels_of(reader, campaign)
    finished = reader.rows(_FINISHED, (campaign,))
    return Reach(
        whole,
        groups,
        paired((before, after) for _, before, after, _, _ in finished),
        _boosted(reader, campaign, finished),
        mistakes_of(reader, campaign),
    )


def _boosted(reader: Reader, campaign: str, first: Sequence[tuple[Any, ...]]) -> Paired | None:
    began = {user: before for user, before, *_ in first if user}
    again: dict[str, int | None] = {}
    for (id,) in reader.rows(_BOOSTERS, (campaign,)):
        again |= {user: score for user, _, _, score, _ in reader.rows(_FINISHED, (id,)) if user}
    return paired((began[user], score) for user, score in again.items() if user in began)
