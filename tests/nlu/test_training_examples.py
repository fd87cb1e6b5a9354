from __future__ import annotations

from typing import Any

import pytest
from rasa.shared.nlu.training_data.formats.rasa_yaml import RasaYAMLReader
from rasa.shared.nlu.training_data.message import Message

from nlu.model.training import Example
from nlu.training_examples import ExampleError, examples_of

WRITTEN = """
version: "3.1"
nlu:
- intent: loan_scam
  metadata: {stage: asking, also: [fake_hotline]}
  examples: |
    - 放款前交保证金正常吗
- intent: loan_scam
  metadata: {stage: approached}
  examples:
  - text: 刚刚转了保证金
    metadata: {stage: paid, urgent: emergency}
  - text: 他叫我交保证金
- intent: repayment
  examples: |
    - 账单在哪里看
- intent: crisis
  examples: |
    - 我不想活了
"""


def message(text: str, intent: str, **labels: Any) -> Message:
    """One training message as Rasa hands it over."""
    return Message({"text": text, "intent": intent, "metadata": {"intent": labels}})


def test_labels_stand_at_a_block_or_at_an_example_and_the_example_wins() -> None:
    assert examples_of(RasaYAMLReader().reads(WRITTEN).intent_examples) == [
        Example("放款前交保证金正常吗", "loan_scam", ("loan_scam", "fake_hotline"), "asking", None),
        Example("刚刚转了保证金", "loan_scam", ("loan_scam",), "paid", "emergency"),
        Example("他叫我交保证金", "loan_scam", ("loan_scam",), "approached", None),
        Example("账单在哪里看", "repayment", (), None, None),
        Example("我不想活了", "crisis", (), None, "crisis"),
    ]


def test_a_code_that_is_named_twice_counts_once() -> None:
    [example] = examples_of([message("有人说", "loan_scam", stage="paid", also=["loan_scam"])])
    assert example.codes == ("loan_scam",)


def test_ordinary_talk_may_carry_a_threat_and_urgency() -> None:
    [example] = examples_of(
        [message("账单里多了一笔", "repayment", also=["fake_hotline"], urgent="emergency")]
    )
    assert (example.codes, example.urgent) == (("fake_hotline",), "emergency")


@pytest.mark.parametrize(
    ("labels", "told"),
    [
        ({"stage": "paid", "also": ["loanscam"]}, "loanscam"),
        ({"stage": "payed"}, "payed"),
        ({}, "None"),
        ({"stage": "paid", "urgent": "panic"}, "panic"),
    ],
)
def test_a_label_that_does_not_exist_is_told_with_its_example(
    labels: dict[str, Any], told: str
) -> None:
    with pytest.raises(ExampleError) as error:
        examples_of([message("放款前要交保证金", "loan_scam", **labels)])
    assert told in str(error.value)
    assert "放款前要交保证金" in str(error.value)
    assert "\n" not in str(error.value)


def test_what_has_no_text_or_no_intent_is_no_example() -> None:
    assert examples_of([Message({"text": "你好"}), Message({"intent": "greet"})]) == []
