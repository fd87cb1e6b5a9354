from __future__ import annotations

from collections.abc import Callable

import pytest

from nlu.evaluation.figures import (
    Figure,
    decision_figures,
    group_of,
    stage_figures,
    urgent_figures,
)
from nlu.evaluation.outcomes import Decision, Outcome
from nlu.evaluation.rows import Row

MakeRow = Callable[..., Row]
MakeOutcome = Callable[..., Outcome]


@pytest.fixture
def decided(row: MakeRow) -> dict[str, Figure]:
    """Four threats, one missed, one wrong, one with a code too many; three ordinary, one accused."""
    rows = [
        row(labels=["loan_scam"], style="typo", stage="paid"),
        row(labels=["loan_scam", "credit_repair"], style="typo", stage="asking"),
        row(labels=["credit_repair", "loan_scam"], style="voice", stage="paid"),
        row(labels=["mule_account"], style="voice", stage="paid"),
        row(labels=[], topic="account"),
        row(labels=[], topic="account"),
        row(labels=[], topic="repayment"),
        row(),
        row(labels=[], urgent="crisis"),
    ]
    codes = [
        (),
        ("credit_repair", "loan_scam"),
        ("credit_repair", "fake_hotline"),
        ("fake_hotline",),
        ("fake_hotline",),
        (),
        (),
        ("loan_scam",),
        ("loan_scam",),
    ]
    return decision_figures(rows, [Decision(bool(found), found) for found in codes])


def test_recall_counts_threats_that_are_recognised_whatever_their_code(
    decided: dict[str, Figure],
) -> None:
    assert decided["recall"] == Figure(3 / 4, 4)
    assert group_of(decided, "recall", "style") == {
        "typo": Figure(1 / 2, 2),
        "voice": Figure(1.0, 2),
    }
    assert group_of(decided, "recall", "code")["loan_scam"] == Figure(1 / 2, 2)
    assert group_of(decided, "recall", "stage")["paid"] == Figure(2 / 3, 3)


def test_the_right_code_is_any_acceptable_one_of_the_recognised_threats(
    decided: dict[str, Figure],
) -> None:
    assert decided["right_code"] == Figure(2 / 3, 3)
    assert group_of(decided, "right_code", "style")["voice"] == Figure(1 / 2, 2)


def test_extra_codes_and_both_codes_count_all_threats_also_missed_ones(
    decided: dict[str, Figure],
) -> None:
    assert decided["extra_codes"] == Figure(2 / 4, 4)
    assert decided["both_codes"] == Figure(1 / 2, 2)


def test_false_alarms_count_ordinary_talk_alone(decided: dict[str, Figure]) -> None:
    assert decided["false_alarms"] == Figure(1 / 3, 3)
    assert group_of(decided, "false_alarms", "topic") == {
        "account": Figure(1 / 2, 2),
        "repayment": Figure(0.0, 1),
    }


def test_precision_counts_every_labelled_message_with_the_code(decided: dict[str, Figure]) -> None:
    assert group_of(decided, "precision", "code") == {
        "credit_repair": Figure(1.0, 2),
        "fake_hotline": Figure(0.0, 2),
        "loan_scam": Figure(0.0, 1),
    }


def test_an_alarm_without_codes_has_no_figures_of_codes(row: MakeRow) -> None:
    figures = decision_figures([row(labels=["loan_scam"])], [Decision(True)])
    assert figures["recall"].value == 1
    assert "right_code" not in figures
    assert "extra_codes" not in figures


def test_what_no_row_tells_of_is_missing(row: MakeRow) -> None:
    assert decision_figures([row()], [Decision(False)]) == {}


@pytest.mark.parametrize(
    ("wanted", "found", "right"),
    [
        ("paid", "paid", 1),
        ("paid", "engaged", 0),
        ("asking", "considering", 1),
        ("approached", "asking", 1),
        ("asking", "reporting", 0),
        ("engaged", "approached", 0),
    ],
)
def test_soft_stages_are_one(outcome: MakeOutcome, wanted: str, found: str, right: int) -> None:
    hit = outcome(
        {"labels": ["loan_scam"], "stage": wanted}, {"codes": ["loan_scam"], "stage": found}
    )
    assert stage_figures([hit])["stage"] == Figure(right, 1)


def test_the_stage_of_a_missed_threat_does_not_count(outcome: MakeOutcome) -> None:
    assert stage_figures([outcome({"labels": ["loan_scam"], "stage": "paid"}, {})]) == {}


def test_urgent_figures(outcome: MakeOutcome) -> None:
    figures = urgent_figures(
        [
            outcome({"urgent": "crisis", "labels": []}, {"urgent": "crisis"}),
            outcome(
                {"urgent": "crisis", "labels": []}, {"urgent": "emergency", "codes": ["loan_scam"]}
            ),
            outcome({"urgent": "emergency", "labels": ["fake_hotline"]}, {"urgent": "emergency"}),
            outcome({"urgent": "none", "labels": []}, {"urgent": "crisis"}),
            outcome({"urgent": "none"}, {}),
            outcome({"labels": []}, {}),
        ]
    )
    assert figures == {
        "urgent.crisis": Figure(1 / 2, 2),
        "urgent.emergency": Figure(1.0, 1),
        "urgent.false": Figure(1 / 2, 2),
        "urgent.false_ordinary": Figure(1 / 2, 2),
        "urgent.false_code": Figure(1 / 2, 2),
    }


def test_the_interval_of_a_share_narrows_with_the_rows_and_stays_within_it() -> None:
    few, many = Figure(0.9, 10).interval, Figure(0.9, 1000).interval
    assert few is not None
    assert many is not None
    # Wilson's interval of 9 in 10, from the literature: 0.596 to 0.982.
    assert few == pytest.approx((0.596, 0.982), abs=0.001)
    assert many[1] - many[0] < (few[1] - few[0]) / 5
    assert Figure(1.0, 5).interval == pytest.approx((0.566, 1.0), abs=0.001)
    assert Figure(0.9, 10, share=False).interval is None
