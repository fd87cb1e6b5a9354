"""Everything about one campaign, and many of them at a glance."""

from __future__ import annotations

import random

from bot.campaigns.reach.briefs import Brief, briefs_of
from bot.campaigns.reach.figures import reach_of
from tests.bot.campaigns.reach.conftest import NOON, Tables
from tests.bot.campaigns.reach.test_funnels import anybody

LATER = "2026-12-30T04:00:00.000Z"


def finished(user: str, before: int | None, after: int | None, **more: object) -> dict[str, object]:
    scores = {"score_before": before, "score_after": after, "score": after}
    return {"campaign": "c1", "user": user, "finished_at": NOON, **scores, **more}


async def test_what_was_learnt_is_of_those_who_came_to_the_end(tables: Tables) -> None:
    await tables.practices(
        finished("u1", 0, 100),
        finished("u2", 40, 60),
        finished("u3", 0, None, finished_at=None),
    )
    learnt = reach_of(tables.reader, "c1").learnt
    assert learnt is not None
    assert (learnt.people, learnt.before, learnt.after) == (2, 20, 80)


async def test_who_played_twice_counts_with_the_first_time(tables: Tables) -> None:
    await tables.practices(
        finished("u1", 100, 100, finished_at=LATER), finished("u1", 0, 50), finished("u2", 0, 50)
    )
    learnt = reach_of(tables.reader, "c1").learnt
    assert learnt is not None
    assert (learnt.people, learnt.before, learnt.after) == (2, 0, 50)


async def test_who_had_everything_erased_still_counts_once_each(tables: Tables) -> None:
    await tables.practices(finished("", 0, 50), finished("", 0, 100))
    learnt = reach_of(tables.reader, "c1").learnt
    assert learnt is not None
    assert (learnt.people, learnt.after) == (2, 75)


async def test_the_booster_is_compared_with_what_the_same_people_knew_at_first(
    tables: Tables,
) -> None:
    await tables.campaigns({"id": "c1"}, {"id": "c2", "booster_of": "c1"})
    await tables.practices(
        finished("u1", 20, 60),
        finished("u2", 0, 60),
        finished("u1", None, 90, campaign="c2", finished_at=LATER),
        finished("u3", None, 10, campaign="c2", finished_at=LATER),
    )
    boosted = reach_of(tables.reader, "c1").boosted
    assert boosted is not None
    assert (boosted.people, boosted.before, boosted.after) == (1, 20, 90)


async def test_the_brief_of_a_campaign_has_the_numbers_of_its_figures(tables: Tables) -> None:
    chance = random.Random(17)
    for campaign in ("c1", "c2"):
        await tables.messages(*({**anybody(chance), "campaign": campaign} for _ in range(80)))
    await tables.practices(
        *(
            finished(f"u{n % 30}", chance.choice((None, 0, 40)), chance.choice((50, 100)))
            for n in range(40)
        )
    )
    briefs = briefs_of(tables.reader, ["c1", "c2", "none"])
    for campaign in ("c1", "c2"):
        found, brief = reach_of(tables.reader, campaign), briefs[campaign]
        for name in ("audience", "out", "answered", "finished", "opted_out"):
            assert getattr(brief, name) == getattr(found.whole, name)
        if found.learnt is not None:
            assert brief.people == found.learnt.people
            assert round(brief.after - brief.before, 9) == round(found.learnt.gain, 9)
    assert briefs["none"] == Brief()
