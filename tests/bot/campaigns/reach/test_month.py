"""The month that a department hands to its regulator."""

from __future__ import annotations

import pytest

from actions.content import CONTENT, load_content
from bot.campaigns.library import Library
from bot.campaigns.reach.month import EducationMonth, education_month
from tests.bot.campaigns.reach.conftest import NOON, Tables

SCRIPTS = Library.load(CONTENT, load_content(CONTENT)).scripts
DECEMBER = "2026-12-01T04:00:00.000Z"


def month(tables: Tables) -> EducationMonth:
    return education_month(tables.reader, "2026-11", SCRIPTS)


async def test_a_campaign_belongs_to_the_months_in_which_it_was_sent(tables: Tables) -> None:
    await tables.campaigns({"id": "c1"}, {"id": "c2"}, {"id": "c3", "state": "draft"})
    await tables.messages(
        {"sent_at": NOON},
        {"campaign": "c2", "sent_at": DECEMBER},
        {"campaign": "c3", "state": "queued"},
    )
    assert [each.id for each, _ in month(tables).campaigns] == ["c1"]


async def test_a_campaign_that_reached_nobody_is_not_kept_quiet_about(tables: Tables) -> None:
    await tables.campaigns({"id": "c1", "state": "done"})
    await tables.messages({"state": "failed", "reason": "failed"}, {"state": "skipped"})
    found = month(tables)
    assert [each.id for each, _ in found.campaigns] == ["c1"]
    assert found.whole.out == 0
    assert sum(found.whole.states.values()) == found.whole.audience == 2


async def test_threats_add_up_to_the_whole(tables: Tables) -> None:
    await tables.campaigns(
        {"id": "c1"}, {"id": "c2"}, {"id": "c3", "script": "loan_scam"}, {"id": "c4", "script": "x"}
    )
    for campaign in ("c1", "c2", "c3", "c4"):
        await tables.messages(
            {"campaign": campaign, "sent_at": NOON, "answered_at": NOON},
            {"campaign": campaign, "state": "failed", "reason": "refused"},
        )
    done = {"finished_at": NOON, "score_before": 0, "score_after": 100}
    await tables.practices(
        {**done, "campaign": "c1"}, {**done, "script": "loan_scam"}, {"script": "loan_scam"}
    )
    found = month(tables)
    assert [(each.code, each.campaigns, each.finished) for each in found.codes] == [
        ("fake_hotline", 2, 1),
        ("loan_scam", 1, 1),
        (None, 1, 0),
    ]
    assert sum(each.whole.audience for each in found.codes) == found.whole.audience == 8
    assert found.whole.reasons == {"refused": 4}
    assert (found.own_wish, found.own_finished) == (2, 1)


async def test_a_month_without_anything_is_empty_and_another_spelling_is_refused(
    tables: Tables,
) -> None:
    found = month(tables)
    assert (found.campaigns, found.codes, found.wrong, found.learnt) == ([], [], [], None)
    with pytest.raises(ValueError, match="2026-11"):
        education_month(tables.reader, "11", SCRIPTS)
