"""The radar on simulated years; all twenty of them where there is time (``JINGZHONG_SOAK=1``)."""

from __future__ import annotations

import os
from functools import cache

import pytest

from bot.radar.figures import figures_of
from bot.radar.simulation import FIRST_DAY, simulate, spoken_in
from bot.radar.trial import run_trials, try_seed
from bot.settings import ROOT
from nlu.evaluation.rows import read_rows

SOAK = bool(os.environ.get("JINGZHONG_SOAK"))
TEXTS = ROOT / "tests" / "nlu" / "heldout" / "threats.jsonl"


@cache
def spoken() -> dict[str, list[str]]:
    return spoken_in((row.text, row.labels[0]) for row in read_rows([TEXTS]) if row.labels)


def test_a_seed_is_always_the_same_year_and_no_other() -> None:
    first, again, other = (simulate(seed, spoken(), days=-60).days for seed in (0, 0, 1))
    assert first == again != other


@pytest.mark.skipif(not SOAK, reason="simulates a whole year")
def test_a_year_has_a_burst_a_month_noisy_persons_and_rings() -> None:
    year = simulate(0, spoken())
    months = [(burst.onset - FIRST_DAY) // 30 for burst in year.bursts]
    assert months == list(range(12))
    assert len(year.poisoned) == 2 * (8 + 6)
    assert 0.8 < sum(map(len, year.days[-30:])) / sum(map(len, year.days[:30])) / 1.6 < 1.4


def test_the_burst_of_a_month_is_found_in_time_and_hardly_anything_else() -> None:
    outcome = try_seed(0, spoken(), days=31)
    assert len(outcome.bursts) == 1
    assert None not in outcome.delays
    assert len(outcome.false) <= 3
    assert outcome.poisoned == ()


@pytest.mark.skipif(not SOAK, reason="takes ten minutes and more")
def test_the_figures_of_twenty_years_hold() -> None:
    figures = figures_of(run_trials(TEXTS, range(20, 40), os.cpu_count() or 1, print))
    assert figures.bursts == 240
    assert figures.found >= 0.97 * figures.bursts
    assert figures.false_a_month <= 1
    assert figures.poisoned <= 2
