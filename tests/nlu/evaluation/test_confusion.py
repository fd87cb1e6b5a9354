from __future__ import annotations

from collections.abc import Callable

from nlu.evaluation.confusion import Confusion, code_confusion, stage_confusion
from nlu.evaluation.outcomes import Outcome

MakeOutcome = Callable[..., Outcome]


def cell(matrix: Confusion, wanted: str, found: str) -> int:
    return matrix.counts[matrix.names.index(wanted)][matrix.names.index(found)]


def test_rows_are_what_is_meant_and_columns_what_is_found(outcome: MakeOutcome) -> None:
    matrix = code_confusion(
        [
            outcome({"labels": ["loan_scam"]}, {"codes": ["credit_repair"]}),
            outcome({"labels": ["loan_scam"]}, {}),
            outcome({"labels": []}, {"codes": ["loan_scam"]}),
            outcome({"labels": []}, {}),
        ]
    )
    assert cell(matrix, "loan_scam", "credit_repair") == 1
    assert cell(matrix, "loan_scam", "ordinary") == 1
    assert cell(matrix, "ordinary", "loan_scam") == 1
    assert cell(matrix, "ordinary", "ordinary") == 1
    assert matrix.total == 4


def test_an_acceptable_code_counts_as_the_one_that_was_meant(outcome: MakeOutcome) -> None:
    matrix = code_confusion(
        [outcome({"labels": ["loan_scam", "credit_repair"]}, {"codes": ["credit_repair"]})]
    )
    assert cell(matrix, "credit_repair", "credit_repair") == 1
    assert matrix.total == 1


def test_a_crisis_and_rows_without_labels_are_left_out(outcome: MakeOutcome) -> None:
    rows = [outcome({"labels": [], "urgent": "crisis"}, {}), outcome({}, {"codes": ["loan_scam"]})]
    assert code_confusion(rows).total == 0


def test_stages_of_recognised_threats(outcome: MakeOutcome) -> None:
    threat = {"labels": ["loan_scam"], "stage": "paid"}
    matrix = stage_confusion(
        [outcome(threat, {"codes": ["loan_scam"], "stage": "engaged"}), outcome(threat, {})]
    )
    assert cell(matrix, "paid", "engaged") == 1
    assert matrix.total == 1
