"""Many campaigns at a glance: what a list of them needs, in two questions however many there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.ledger.database import Reader
from bot.ledger.encoding import to_json

_AMONG: Final = "campaign IN (SELECT value FROM json_each(:campaigns))"
_MESSAGES: Final = (
    "SELECT campaign, count(*), sum(state IN ('sent', 'kept', 'unknown') OR "  # noqa: S608 - our own constants
    "coalesce(delivered_at, read_at, answered_at, finished_at) IS NOT NULL), "
    "sum(coalesce(answered_at, finished_at) IS NOT NULL), sum(finished_at IS NOT NULL), "
    f"sum(opted_out_at IS NOT NULL) FROM campaign_messages WHERE {_AMONG} GROUP BY campaign"
)
# As in the figures: of each person the first time that they came to the end.
_SCORES: Final = (
    "SELECT campaign, count(*), avg(before), avg(after) FROM (SELECT campaign, "  # noqa: S608 - our own constants
    "score_before AS before, score_after AS after, min(finished_at) FROM practices "
    f"WHERE {_AMONG} AND finished_at IS NOT NULL "
    "GROUP BY campaign, CASE user WHEN '' THEN id ELSE user END) "
    "WHERE before IS NOT NULL AND after IS NOT NULL GROUP BY campaign"
)


@dataclass(frozen=True)
class Brief:
    """Steps of the funnel, and the mean scores of the ``people`` who have both; the same numbers as in the figures."""

    audience: int = 0
    out: int = 0
    answered: int = 0
    finished: int = 0
    opted_out: int = 0
    people: int = 0
    before: float = 0.0
    after: float = 0.0


def briefs_of(reader: Reader, campaigns: Sequence[str]) -> Mapping[str, Brief]:
    """The briefs of these campaigns, every one of them; a blocking read.

    Raises:
        LedgerError: when the ledger cannot be read.
    """
    values = {"campaigns": to_json(list(campaigns))}
    scores = {id: found for id, *found in reader.rows(_SCORES, values)}
    counts = {id: found for id, *found in reader.rows(_MESSAGES, values)}
    return {id: Brief(*counts.get(id, [0] * 5), *scores.get(id, ())) for id in campaigns}
