"""What people got wrong most often."""

from __future__ import annotations

from bot.campaigns.reach.mistakes import mistakes_between, mistakes_of
from tests.bot.campaigns.reach.conftest import Tables

DAY = ("2026-11-30T00:00:00.000Z", "2026-12-01T00:00:00.000Z")


def answered(*choices: tuple[int, int], step: str = "ring") -> dict[str, object]:
    answers = [(step, choice, score) for choice, score in choices]
    return {"campaign": "c1", "answers": answers}


async def test_the_most_frequent_mistakes_come_first(tables: Tables) -> None:
    people = [answered((0, 100))] * 5 + [answered((1, 0))] * 10 + [answered((2, 30))] * 5
    await tables.practices(*people)
    found = mistakes_of(tables.reader, "c1")
    assert [(each.choice, each.share.value, each.share.of) for each in found] == [
        (1, 0.5, 20),
        (2, 0.25, 20),
    ]


async def test_only_the_first_answer_to_a_step_counts(tables: Tables) -> None:
    await tables.practices(*[answered((1, 0), (0, 100))] * 10)
    [found] = mistakes_of(tables.reader, "c1")
    assert (found.choice, found.share.value, found.share.of) == (1, 1.0, 10)


async def test_a_step_to_which_few_came_is_left_out(tables: Tables) -> None:
    await tables.practices(*[answered((1, 0))] * 9)
    assert mistakes_of(tables.reader, "c1") == []


async def test_two_wordings_of_a_script_are_not_thrown_together(tables: Tables) -> None:
    earlier = [{**answered((1, 0)), "hash": "before"}] * 10
    await tables.practices(*earlier, *[answered((0, 20))] * 15)
    found = mistakes_of(tables.reader, "c1")
    assert {(each.hash, each.choice, each.share.of) for each in found} == {
        ("before", 1, 10),
        ("h", 0, 15),
    }


async def test_practices_that_nobody_was_sent_count_in_their_month(tables: Tables) -> None:
    await tables.practices(*[{**answered((1, 0)), "campaign": None}] * 10)
    assert mistakes_of(tables.reader, "c1") == []
    [found] = mistakes_between(tables.reader, DAY)
    assert found.share.of == 10
    assert mistakes_between(tables.reader, (DAY[1], DAY[1])) == []
