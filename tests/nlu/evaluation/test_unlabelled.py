from __future__ import annotations

from collections.abc import Callable

from nlu.evaluation.figures import Figure
from nlu.evaluation.outcomes import Outcome
from nlu.evaluation.unlabelled import SHOWN, unlabelled_of

MakeOutcome = Callable[..., Outcome]


def test_rate_shares_and_confidence_of_rows_without_labels(outcome: MakeOutcome) -> None:
    seen = unlabelled_of(
        [
            outcome({}, {"codes": ["loan_scam"], "confidence": 0.95}),
            outcome({}, {"codes": ["loan_scam"], "confidence": 1.0}),
            outcome({}, {"codes": ["mule_account", "loan_scam"], "confidence": 0.3}),
            outcome({}, {"urgent": "crisis"}),
            outcome({}, {}),
            outcome({"labels": []}, {"codes": ["loan_scam"]}),
        ]
    )
    assert seen is not None
    assert seen.as_json() == {
        "rows": 5,
        "codes": {"loan_scam": 2, "mule_account": 1},
        "urgent": {"crisis": 1, "emergency": 0},
        "confidence": [0, 0, 0, 1, 0, 0, 0, 0, 0, 2],
    }
    assert seen.figures() == {
        "unlabelled.alarms": Figure(3 / 5, 5),
        "unlabelled.share.code.loan_scam": Figure(2 / 3, 3),
        "unlabelled.share.code.mule_account": Figure(1 / 3, 3),
        "unlabelled.urgent.crisis": Figure(1 / 5, 5),
        "unlabelled.urgent.emergency": Figure(0.0, 5),
    }


def test_labelled_rows_alone_have_no_such_picture(outcome: MakeOutcome) -> None:
    assert unlabelled_of([outcome({"labels": []}, {})]) is None


def test_the_shown_alarms_reach_from_the_surest_to_the_least_sure(outcome: MakeOutcome) -> None:
    rows = [
        outcome({}, {"codes": ["loan_scam"], "confidence": place / 100}) for place in range(1, 101)
    ]
    seen = unlabelled_of(rows)
    assert seen is not None
    sure = [item.analysis.threats[0].confidence for item in seen.alarms]
    assert len(sure) == SHOWN
    assert sure[0] == 1.0
    assert sure == sorted(sure, reverse=True)
    assert sure[-1] < 0.1
