"""How far people got: every message in one state, and a funnel that never grows."""

from __future__ import annotations

import os
import random
from typing import Any

import pytest

from bot.campaigns.reach.funnels import (
    OUT,
    SMALLEST,
    Funnel,
    apart,
    difference,
    funnel,
    funnels_of,
    together,
)
from tests.bot.campaigns.reach.conftest import NOON, Tables

STATES = ("queued", "claimed", "sent", "kept", "skipped", "failed", "unknown")
TIMES = ("delivered_at", "read_at", "answered_at", "finished_at", "opted_out_at")
ROUNDS = 400 if os.environ.get("JINGZHONG_SOAK") else 25


def anybody(chance: random.Random) -> dict[str, Any]:
    """A message with any state and any times, also such as should never come together."""
    row = {name: NOON if chance.random() < 0.3 else None for name in TIMES}
    row |= {"state": chance.choice(STATES), "reason": chance.choice(("cap", "failed", None))}
    row |= {"channel": chance.choice("xy"), "segment": chance.choice(("", "north", "south"))}
    return row | {"variant": chance.choice("AB")}


def falls(counts: list[int]) -> bool:
    return counts == sorted(counts, reverse=True)


async def test_whatever_the_table_holds_every_message_is_counted_once_and_no_step_grows(
    tables: Tables,
) -> None:
    chance = random.Random(3)
    for _ in range(ROUNDS):
        await tables.empty()
        people = [anybody(chance) for _ in range(chance.randrange(1, 120))]
        await tables.messages(*people)
        await tables.messages({"campaign": "another", "finished_at": NOON})
        whole, groups = funnels_of(tables.reader, "c1")
        assert sum(whole.states.values()) == whole.audience == len(people)
        ended = whole.states.get("skipped", 0) + whole.states.get("failed", 0)
        assert sum(whole.reasons.values()) == ended
        assert whole.out >= sum(whole.states.get(state, 0) for state in OUT)
        for each in (whole, *(group for found in groups.values() for group in found.values())):
            assert falls([count for _, count in each.steps])
        assert whole.finished == sum(row["finished_at"] is not None for row in people)


async def test_groups_and_whole_agree_where_all_groups_are_shown(tables: Tables) -> None:
    chance = random.Random(5)
    await tables.messages(*(anybody(chance) for _ in range(300)))
    whole, groups = funnels_of(tables.reader, "c1")
    for found in groups.values():
        assert together(found.values()) == whole


async def test_an_answer_proves_that_a_message_arrived_which_the_platform_called_failed(
    tables: Tables,
) -> None:
    await tables.messages({"state": "failed", "reason": "failed", "answered_at": NOON})
    whole, _ = funnels_of(tables.reader, "c1")
    assert (whole.out, whole.delivered, whole.read, whole.answered) == (1, 1, 1, 1)
    assert whole.states == {"failed": 1}


async def test_what_waited_in_the_mailbox_is_delivered_once_it_was_shown(tables: Tables) -> None:
    await tables.messages({"id": 1, "state": "kept"}, {"id": 2, "state": "kept"})
    await tables.mail({"id": "campaign-c1-1", "shown_at": NOON}, {"id": "campaign-c1-2"})
    whole, _ = funnels_of(tables.reader, "c1")
    assert (whole.out, whole.delivered, whole.read) == (2, 1, 0)


def test_a_small_group_cannot_be_found_out_by_taking_the_others_from_the_whole() -> None:
    chance = random.Random(7)
    for _ in range(500):
        groups = {
            str(place): Funnel(audience=chance.randrange(1, 30))
            for place in range(chance.randrange(1, 6))
        }
        shown = apart(groups)
        assert all(each.audience >= SMALLEST for each in shown.values())
        hidden = sum(each.audience for name, each in groups.items() if name not in shown)
        assert hidden == 0 or hidden >= SMALLEST or not shown


async def test_a_campaign_of_one_group_is_not_told_apart(tables: Tables) -> None:
    await tables.messages(*[{}] * 30)
    _, groups = funnels_of(tables.reader, "c1")
    assert groups == {"channel": {}, "segment": {}, "variant": {}}


@pytest.mark.parametrize(
    ("first", "second", "by_chance"),
    [((100, 30), (100, 33), True), ((1000, 300), (1000, 400), False), ((20, 0), (20, 10), False)],
)
def test_a_difference_says_when_it_may_be_chance(
    first: tuple[int, int], second: tuple[int, int], by_chance: bool
) -> None:
    one, other = (Funnel(out=out, answered=answered) for out, answered in (first, second))
    found = difference(one, other)
    assert found is not None
    assert found.low <= found.value <= found.high
    assert found.by_chance is by_chance


def test_nobody_is_a_funnel_of_noughts() -> None:
    assert funnel([]) == Funnel()
    assert funnel([]).rate("answered") is None
    assert together([]) == Funnel()
