"""The probability of so many reporters, given the past."""

from __future__ import annotations

import pytest
from scipy.stats import nbinom

from bot.radar.counting import Reporters
from bot.radar.surprise import (
    DISCOUNT,
    MOST_SHAPE,
    PRIOR_MEAN,
    PRIOR_SHAPE,
    chance,
    expected,
    exposures,
)

EVEN = [1.0] * 12
NOTHING = [0] * 12


@pytest.mark.parametrize("now", [0, 1, 3, 8, 40])
def test_without_a_past_it_is_the_negative_binomial_of_the_prior(now: int) -> None:
    rate = PRIOR_SHAPE / PRIOR_MEAN
    wanted = nbinom.sf(now - 1, PRIOR_SHAPE, rate / (1 + rate))
    assert chance(now, (), ()) == pytest.approx(wanted, rel=1e-9)


def test_it_keeps_its_precision_far_out() -> None:
    rate = PRIOR_SHAPE / PRIOR_MEAN + sum(DISCOUNT**week for week in range(1, 13))
    wanted = nbinom.sf(59, PRIOR_SHAPE, rate / (1 + rate))
    assert 0 < wanted < 1e-35
    assert chance(60, NOTHING, EVEN) == pytest.approx(wanted, rel=1e-6)


def test_more_reporters_are_more_surprising_and_a_busier_past_makes_them_less_so() -> None:
    chances = [chance(now, NOTHING, EVEN) for now in range(30)]
    assert chances == sorted(chances, reverse=True)
    pasts = [chance(12, [many] * 12, EVEN) for many in range(12)]
    assert pasts == sorted(pasts)


def test_a_week_tells_more_than_the_week_before_it() -> None:
    lately, long_ago = [10] + [0] * 11, [0] * 11 + [10]
    assert expected(lately, EVEN) > 3 * expected(long_ago, EVEN)


def test_however_long_the_past_a_source_may_vary_by_itself() -> None:
    always = [1000] * 12
    mean = expected(always, EVEN)
    variance = mean + mean**2 / MOST_SHAPE
    assert mean == pytest.approx(1000, rel=0.2)
    usual = chance(round(mean + variance**0.5), always, EVEN)
    assert 0.1 < usual < 0.25


def test_growth_of_everything_cancels_out() -> None:
    doubled = exposures([Reporters(200, 100), *[Reporters(100, 50)] * 12])
    assert doubled == [0.5] * 12
    assert chance(20, [10] * 12, doubled) > 0.2 > chance(20, [10] * 12, EVEN)


def test_weeks_before_the_service_began_tell_nothing() -> None:
    weeks = exposures([Reporters(100, 50)] + [Reporters(100, 50)] * 5 + [Reporters()] * 7)
    assert weeks == [1.0] * 5 + [0.0] * 7


@pytest.mark.parametrize(
    ("all_", "known", "counted"), [(0, 0, 0), (9, 9, 9), (60, 2, 4), (9, 4, 8), (5, 0, 0)]
)
def test_newcomers_at_most_double_those_who_are_known(all_: int, known: int, counted: int) -> None:
    assert Reporters(all_, known).counted == counted
