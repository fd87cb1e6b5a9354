"""What was learnt: the same people before and after."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.campaigns.reach.learning import paired

SCORES = st.lists(st.tuples(st.integers(0, 100), st.integers(0, 100)), min_size=1, max_size=40)


@settings(max_examples=60, deadline=None)
@given(SCORES)
def test_the_gain_lies_in_its_interval_and_the_same_people_give_the_same(
    scores: list[tuple[int, int]],
) -> None:
    first, again = paired(scores), paired(reversed(scores))
    assert first == again
    assert first is not None
    assert first.people == len(scores)
    gains = [after - before for before, after in scores]
    assert min(gains) - 1e-9 <= first.low <= first.high <= max(gains) + 1e-9


def test_who_lacks_one_of_the_scores_is_left_out() -> None:
    assert paired([(None, 100), (20, None)]) is None
    found = paired([(None, 100), (20, 80)])
    assert found is not None
    assert (found.people, found.before, found.after) == (1, 20, 80)


def test_the_interval_holds_the_true_gain_about_as_often_as_it_says() -> None:
    chance = random.Random(11)
    held = 0
    for _ in range(200):
        found = paired((30, 30 + chance.choice((0, 20, 40, 60))) for _ in range(60))
        assert found is not None
        held += found.low <= 30 <= found.high
    assert held >= 180


def test_the_interval_of_a_hundred_thousand_takes_no_longer_than_counting_them() -> None:
    chance = random.Random(13)
    scores = [(chance.randrange(101), chance.randrange(101)) for _ in range(100_000)]
    began = time.process_time()
    found = paired(scores)
    assert found is not None
    assert found.high - found.low == pytest.approx(0.5, abs=0.2)
    # Drawing a hundred thousand people two thousand times would take a minute.
    assert time.process_time() - began < 5
