from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from bot.recognition import Recogniser
from nlu.evaluation.figures import Figure
from nlu.evaluation.timing import (
    Component,
    Timing,
    components_of,
    measure,
    messages_of,
    timing_figures,
)


def test_messages_have_the_length_asked_for_and_differ() -> None:
    messages = messages_of(["甲乙丙丁戊", "己庚辛"], length=3, count=4)
    assert messages == ["甲乙丙", "丁戊己", "庚辛甲", "乙丙丁"]


def test_timing_without_texts_is_an_error() -> None:
    with pytest.raises(ValueError, match="text"):
        messages_of([], 3, 4)


def test_median_and_99th_percentile_of_what_is_run_and_not_of_what_is_prepared() -> None:
    now = [0.0]

    def spend(seconds: float) -> None:
        now[0] += seconds

    costs: Iterator[float] = iter([*[0.001] * 20, *[0.002] * 198, 0.004, 0.009])
    component = Component(prepare=lambda text: spend(5), run=lambda _: spend(next(costs)))
    found = measure({"step": component}, ["甲"], {2: 200}, clock=lambda: now[0])
    assert len(found) == 1
    assert (found[0].component, found[0].length, found[0].of) == ("step", 2, 200)
    assert found[0].median == pytest.approx(2.0)
    assert found[0].p99 == pytest.approx(2.0)


def test_figures_are_named_by_length_and_component() -> None:
    assert timing_figures([Timing("whole", 48, 0.5, 1.5, 100)]) == {
        "time.48.whole.median": Figure(0.5, 100, share=False),
        "time.48.whole.p99": Figure(1.5, 100, share=False),
    }


def test_every_component_of_the_real_understanding_can_be_timed(recogniser: Recogniser) -> None:
    components: dict[str, Any] = components_of(recogniser, recogniser.model)
    found = measure(components, ["有人说交钱就能洗白征信，靠谱吗"], {48: 3})
    assert {timing.component for timing in found} == {
        "folding",
        "entities",
        "details",
        "features",
        "model",
        "whole",
    }
    assert all(timing.median > 0 for timing in found)
