"""All campaigns of a month: what a department hands to its regulator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.campaigns.push.book import Campaign, CampaignView
from bot.campaigns.reach.figures import Reach, reach_of
from bot.campaigns.reach.learning import Paired, paired
from bot.ledger.database import Reader
from bot.reporting.spans import Span

_CAMPAIGNS: Final = (
    "SELECT DISTINCT campaign FROM campaign_messages WHERE sent_at >= ? AND sent_at < ? ORDER BY 1"
)
# Who asked for a practice without having been sent one.
_OWN_WISH: Final = (
    "SELECT count(*), sum(finished_at IS NOT NULL) FROM practices "
    "WHERE campaign IS NULL AND started_at >= ? AND started_at < ?"
)
_SCORES: Final = (
    "SELECT score_before, score_after FROM practices "
    "WHERE finished_at >= ? AND finished_at < ? AND score_before IS NOT NULL"
)
_EDUCATED: Final = (
    "SELECT count(DISTINCT user) FROM practices WHERE user != '' "
    "AND finished_at >= ? AND finished_at < ?"
)
_EVER: Final = "SELECT EXISTS (SELECT 1 FROM practices)"


@dataclass(frozen=True)
class EducationMonth:
    """The campaigns that went out in a month with what came of them until now.

    ``own_wish`` and ``own_finished`` count practices that nobody was sent; ``learnt`` is of all practices that were
    finished in the month, ``educated`` counts the people who finished one.
    """

    span: Span
    campaigns: Sequence[tuple[Campaign, Reach]]
    own_wish: int
    own_finished: int
    learnt: Paired | None
    educated: int


def education_month(reader: Reader, month: str) -> EducationMonth:
    """The report of a month, written as ``2026-11``; a blocking read.

    Raises:
        ValueError: when it is written otherwise.
        LedgerError: when the ledger cannot be read.
    """
    span = Span.month(month)
    view = CampaignView(reader)
    ids = [id for (id,) in reader.rows(_CAMPAIGNS, span.bounds)]
    [(begun, finished)] = reader.rows(_OWN_WISH, span.bounds)
    return EducationMonth(
        span,
        [(view.need(id), reach_of(reader, id)) for id in ids],
        begun,
        finished or 0,
        paired(reader.rows(_SCORES, span.bounds)),
        educated(reader, span) or 0,
    )


def educated(reader: Reader, span: Span) -> int | None:
    """How many people finished a practice within a span; ``None`` as long as nobody ever began one.

    Raises:
        LedgerError: when the ledger cannot be read.
    """
    [(ever,)] = reader.rows(_EVER)
    [(people,)] = reader.rows(_EDUCATED, span.bounds)
    return int(people) if ever else None
