from __future__ import annotations

from collections.abc import Callable

import pytest

from nlu.evaluation.entities import amount_key, contact_key, entity_figures
from nlu.evaluation.figures import Figure
from nlu.evaluation.outcomes import Outcome

MakeOutcome = Callable[..., Outcome]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("0085200001111", "+85200001111"),
        ("13800001234", "+8613800001234"),
        ("一三八零零零零一二三四", "+8613800001234"),
        ("壹叁捌零零零零壹贰叁肆", "13800001234"),
        ("4000-000-123", "4000000123"),
        ("010-00001234", "+861000001234"),
        ("@Demo_A0000", "demo_a0000"),
        ("demo⓪⓪①", "demo001"),
        ("86000012", "86000012"),
    ],
)
def test_a_contact_is_the_same_in_every_writing(written: str, value: str) -> None:
    assert contact_key(written) == contact_key(value)


def test_different_contacts_stay_different() -> None:
    assert contact_key("13800001234") != contact_key("13800001235")
    assert contact_key("demo_0000") != contact_key("demo_0001")


@pytest.mark.parametrize(
    ("written", "value"),
    [("18W", "180000"), ("九块九", "9.9"), ("2500 元", "2500"), ("三千六", "3600"), ("699", "699")],
)
def test_a_sum_is_compared_in_yuan(written: str, value: str) -> None:
    assert amount_key(written) == value


def test_f1_counts_what_is_right_missed_and_too_much(outcome: MakeOutcome) -> None:
    rows = [
        outcome(
            {"numbers": ["13800001234", "demo_0000"]},
            {"entities": [("phone", "+8613800001234"), ("url", "demo.example")]},
        ),
        outcome({"numbers": []}, {"entities": [("phone", "12378")]}),
        outcome({"amounts": ["18W"]}, {"entities": [("amount", "180000.0"), ("phone", "110")]}),
        outcome({}, {"entities": [("amount", "5")]}),
    ]
    figures = entity_figures(rows)
    assert figures["contacts.recall"] == Figure(1 / 2, 2)
    assert figures["contacts.precision"] == Figure(1 / 3, 3)
    assert figures["contacts.f1"] == Figure(2 / 5, 4, share=False)
    assert figures["amounts.f1"] == Figure(1.0, 1, share=False)


def test_rows_that_list_nothing_tell_nothing(outcome: MakeOutcome) -> None:
    assert entity_figures([outcome({"labels": []}, {"entities": [("phone", "12378")]})]) == {}
