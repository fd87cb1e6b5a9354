from __future__ import annotations

import importlib.util
import json
import random
from pathlib import Path

import pytest

from nlu.evaluation.outcomes import Decision
from nlu.evaluation.stock import StockUnavailable, sample_of, stock_decide
from nlu.model.training import Example

EXAMPLES = [Example(f"例{place}", "greet", (), None, None) for place in range(50)]


def test_the_sample_does_not_depend_on_the_order_of_the_examples() -> None:
    mixed = random.Random(1).sample(EXAMPLES, len(EXAMPLES))
    assert sample_of(EXAMPLES, 10) == sample_of(mixed, 10)
    assert len(set(sample_of(EXAMPLES, 10))) == 10
    assert len(sample_of(EXAMPLES)) == 50


def test_a_new_example_changes_the_sample_by_one_at_most() -> None:
    more = [*EXAMPLES, Example("新来的", "greet", (), None, None)]
    assert len(set(sample_of(more, 10)) - set(sample_of(EXAMPLES, 10))) <= 1
    assert len(set(sample_of(EXAMPLES, 10)) - set(sample_of(EXAMPLES[1:], 10))) <= 1


@pytest.fixture
def no_jieba(monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name, *rest: None if name == "jieba" else find(name, *rest),
    )


@pytest.mark.usefixtures("no_jieba")
def test_without_jieba_it_says_so_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(StockUnavailable, match="jieba") as error:
        stock_decide(EXAMPLES, ["甲"], tmp_path, lambda step: None)
    assert "\n" not in str(error.value)


@pytest.mark.usefixtures("no_jieba")
def test_answers_are_kept_for_the_same_data_and_for_no_other(tmp_path: Path) -> None:
    texts = ["甲", "乙"]
    with pytest.raises(StockUnavailable):
        stock_decide(EXAMPLES, texts, tmp_path, lambda step: None)
    stored = _stored(EXAMPLES, texts, tmp_path)
    stored.write_text(json.dumps(["loan_scam", "greet"]), encoding="utf-8")
    decide = stock_decide(EXAMPLES, texts, tmp_path, lambda step: None)
    assert decide("甲") == Decision(True, ("loan_scam",))
    assert decide("乙") == Decision(False)
    for examples, asked in ((EXAMPLES[1:], texts), (EXAMPLES, ["甲", "丙"])):
        with pytest.raises(StockUnavailable):
            stock_decide(examples, asked, tmp_path, lambda step: None)
    stored.write_text("[", encoding="utf-8")
    with pytest.raises(StockUnavailable):
        stock_decide(EXAMPLES, texts, tmp_path, lambda step: None)


def _stored(examples: list[Example], texts: list[str], cache: Path) -> Path:
    from nlu.evaluation.stock import _hash

    return cache / f"stock-{_hash(examples, texts)}.json"
