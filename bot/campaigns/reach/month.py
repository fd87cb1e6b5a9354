"""All campaigns of a month: what a department hands to its regulator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.campaigns.push.book import Campaign, CampaignView
from bot.campaigns.reach.figures import Reach, reach_of
from bot.campaigns.reach.funnels import Funnel, together
from bot.campaigns.reach.learning import Paired, paired
from bot.campaigns.reach.mistakes import Mistake, mistakes_between
from bot.campaigns.scripts import Script
from bot.ledger.database import Reader
from bot.reporting.spans import Span

# One that went wrong for everybody, so that nothing of it has a time, belongs to the month of its last change.
_CAMPAIGNS: Final = (
    "SELECT DISTINCT campaign FROM campaign_messages WHERE sent_at >= ?1 AND sent_at < ?2 "
    "UNION SELECT id FROM campaigns WHERE changed_at >= ?1 AND changed_at < ?2 "
    "AND state NOT IN ('draft', 'scheduled') AND EXISTS (SELECT 1 FROM campaign_messages "
    "WHERE campaign = campaigns.id AND state IN ('skipped', 'failed')) AND NOT EXISTS "
    "(SELECT 1 FROM campaign_messages WHERE campaign = campaigns.id AND sent_at IS NOT NULL) "
    "ORDER BY 1"
)
# Who asked for a practice without having been sent one.
_OWN_WISH: Final = (
    "SELECT count(*), sum(finished_at IS NOT NULL) FROM practices "
    "WHERE campaign IS NULL AND started_at >= ? AND started_at < ?"
)
_FINISHED: Final = (
    "SELECT script, score_before, score_after FROM practices "
    "WHERE finished_at >= ? AND finished_at < ? ORDER BY id"
)
_EDUCATED: Final = (
    "SELECT count(DISTINCT user) FROM practices WHERE user != '' "
    "AND finished_at >= ? AND finished_at < ?"
)
_EVER: Final = "SELECT EXISTS (SELECT 1 FROM practices)"


@dataclass(frozen=True)
class CodeMonth:
    """What was done about one threat; ``code`` is ``None`` for scripts that are not there any more.

    ``whole`` adds up the messages of its ``campaigns``. ``finished`` counts the practices that came to their end in the
    month, sent or asked for; ``learnt`` is of those.
    """

    code: str | None
    campaigns: int
    whole: Funnel
    finished: int
    learnt: Paired | None


@dataclass(frozen=True)
class EducationMonth:
    """The campaigns that went out in a month with what came of them until now.

    ``whole`` adds up their messages. ``own_wish`` and ``own_finished`` count practices that nobody was sent; ``learnt``
    is of all practices that were finished in the month, ``wrong`` of all that were begun in it, and ``educated`` counts
    the people who finished one.
    """

    span: Span
    campaigns: Sequence[tuple[Campaign, Reach]]
    codes: Sequence[CodeMonth]
    wrong: Sequence[Mistake]
    own_wish: int
    own_finished: int
    learnt: Paired | None
    educated: int

    @property
    def whole(self) -> Funnel:
        """The messages of all campaigns."""
        return together(reach.whole for _, reach in self.campaigns)


def education_month(reader: Reader, month: str, scripts: Mapping[str, Script]) -> EducationMonth:
    """The report of a month, written as ``2026-11``; ``scripts`` by their ids tell the threats. A blocking read.

    Raises:
        ValueError: when it is written otherwise.
        LedgerError: when the ledger cannot be read.
    """
    span = Span.month(month)
    view = CampaignView(reader)
    found = [
        (view.need(id), reach_of(reader, id)) for (id,) in reader.rows(_CAMPAIGNS, span.bounds)
    ]
    finished = reader.rows(_FINISHED, span.bounds)
    codes = {id: script.code for id, script in scripts.items()}
    begun, to_end = next(iter(reader.rows(_OWN_WISH, span.bounds)), (0, 0))
    return EducationMonth(
        span,
        found,
        _by_code(found, finished, codes),
        mistakes_between(reader, span.bounds),
        begun,
        to_end or 0,
        paired((before, after) for _, before, after in finished),
        educated(reader, span) or 0,
    )


def educated(reader: Reader, span: Span) -> int | None:
    """How many people finished a practice within a span; ``None`` as long as nobody ever began one.

    Raises:
        LedgerError: when the ledger cannot be read.
    """
    ever = reader.rows(_EVER)
    # Before anything was ever written there is no ledger to ask.
    if not ever or not ever[0][0]:
        return None
    return int(reader.rows(_EDUCATED, span.bounds)[0][0])


def _by_code(
    campaigns: Sequence[tuple[Campaign, Reach]],
    finished: Sequence[tuple[str, int | None, int | None]],
    codes: Mapping[str, str],
) -> list[CodeMonth]:
    funnels: dict[str | None, list[Funnel]] = {}
    scores: dict[str | None, list[tuple[int | None, int | None]]] = {}
    for campaign, reach in campaigns:
        funnels.setdefault(codes.get(campaign.script), []).append(reach.whole)
    for script, before, after in finished:
        scores.setdefault(codes.get(script), []).append((before, after))
    return [
        CodeMonth(
            code,
            len(funnels.get(code, ())),
            together(funnels.get(code, ())),
            len(scores.get(code, ())),
            paired(scores.get(code, ())),
        )
        for code in sorted(funnels.keys() | scores.keys(), key=lambda code: (code is None, code))
    ]
