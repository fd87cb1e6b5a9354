"""How surprising this week's reporters of something are, given its own past."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from bot.radar.counting import Weeks

# What is known of a key before anything is: one reporter a week, give or take a lot. It weighs as much as a quarter
# of a week, so that a long past is not pulled towards it.
PRIOR_SHAPE: Final = 0.25
PRIOR_MEAN: Final = 1.0
# What a week tells, compared with the week after it: sources come, go and wander.
DISCOUNT: Final = 0.8
# However much was reported, a source varies by itself: its Gamma never gets narrower than that of this shape.
MOST_SHAPE: Final = 20.0
LEAST_EXPOSURE, MOST_EXPOSURE = 0.5, 2.0


def exposures(total: Weeks) -> list[float]:
    """How much was reported in each past week, as a share of this week; growth and holidays cancel out by it."""
    now = max(total[0].all, 1)
    return [
        min(max(week.all / now, LEAST_EXPOSURE), MOST_EXPOSURE) if week.all else 0.0
        for week in total[1:]
    ]


def expected(past: Sequence[int], weeks: Sequence[float]) -> float:
    """How many reporters this week should bring, from those of past weeks and their :func:`exposures`."""
    shape, rate = _posterior(past, weeks)
    return shape / rate


def chance(now: int, past: Sequence[int], weeks: Sequence[float]) -> float:
    """The probability that something with such a past is reported by ``now`` people or more in this week.

    Reports are Poisson with a rate that has a Gamma prior; past weeks update it, each counting less than the one
    after it. What that lets expect of this week is a negative binomial.
    """
    shape, rate = _posterior(past, weeks)
    return _tail(now, shape, rate / (1 + rate))


def _posterior(past: Sequence[int], weeks: Sequence[float]) -> tuple[float, float]:
    shape, rate, weight = PRIOR_SHAPE, PRIOR_SHAPE / PRIOR_MEAN, 1.0
    for count, exposure in zip(past, weeks, strict=True):
        weight *= DISCOUNT
        shape += weight * count
        rate += weight * exposure
    wide = min(1.0, MOST_SHAPE / shape)
    return shape * wide, rate * wide


def _tail(least: int, shape: float, success: float) -> float:
    """P(X >= least) of a negative binomial."""
    if least <= 0:
        return 1.0
    failure = 1 - success
    term = math.exp(
        math.lgamma(least + shape)
        - math.lgamma(shape)
        - math.lgamma(least + 1)
        + shape * math.log(success)
        + least * math.log(failure)
    )
    # Summed upwards from the first term, which keeps its precision however small it is.
    total, count = 0.0, least
    while term > total * 1e-12:
        total += term
        term *= failure * (count + shape) / (count + 1)
        count += 1
    return min(total, 1.0)
