from __future__ import annotations

from collections.abc import Callable

import pytest

from nlu.evaluation.calibration import Bin, calibration_figures, reliability
from nlu.evaluation.figures import Figure
from nlu.evaluation.outcomes import Outcome

MakeOutcome = Callable[..., Outcome]


def judged(outcome: MakeOutcome, confidence: float, right: bool) -> Outcome:
    labels = ["loan_scam"] if right else ["fake_hotline"]
    return outcome({"labels": labels}, {"codes": ["loan_scam"], "confidence": confidence})


def test_ten_bins_of_equal_mass(outcome: MakeOutcome) -> None:
    rows = [judged(outcome, place / 25, place % 2 == 0) for place in range(25)]
    bins = reliability(rows)
    assert len(bins) == 10
    assert sum(part.of for part in bins) == 25
    assert {part.of for part in bins} == {2, 3}
    assert [part.confidence for part in bins] == sorted(part.confidence for part in bins)


def test_the_error_is_the_mean_distance_weighted_by_the_bins() -> None:
    bins = (Bin(0.9, 1.0, 30), Bin(0.6, 0.4, 10))
    assert calibration_figures(bins) == {
        "calibration.error": Figure(pytest.approx((30 * 0.1 + 10 * 0.2) / 40), 40, share=False)
    }
    assert calibration_figures(()) == {}


def test_sure_and_right_has_no_error_and_sure_and_wrong_has_all(outcome: MakeOutcome) -> None:
    right = [judged(outcome, 1.0, True) for _ in range(20)]
    wrong = [judged(outcome, 1.0, False) for _ in range(20)]
    assert calibration_figures(reliability(right))["calibration.error"].value == 0
    assert calibration_figures(reliability(wrong))["calibration.error"].value == 1


def test_an_alarm_about_ordinary_talk_is_wrong_and_silence_does_not_count(
    outcome: MakeOutcome,
) -> None:
    rows = [
        outcome({"labels": []}, {"codes": ["loan_scam"], "confidence": 0.5}),
        outcome({"labels": []}, {}),
        outcome({}, {"codes": ["loan_scam"]}),
    ]
    assert reliability(rows) == (Bin(0.5, 0.0, 1),)
