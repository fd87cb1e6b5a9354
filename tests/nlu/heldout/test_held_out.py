"""The test set is read by no training."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from rasa.shared.importers.utils import training_data_from_paths

from bot.settings import ROOT
from nlu.evaluation.rows import Row, read_rows
from nlu.text.folding import fold
from nlu.training_examples import examples_of


@pytest.fixture(scope="module")
def held_out() -> list[Row]:
    """All rows of the test set."""
    rows = read_rows(sorted(Path(__file__).parent.glob("*.jsonl")))
    assert rows, "the test set is empty"
    return rows


def test_no_row_stands_among_the_training_examples(held_out: list[Row]) -> None:
    paths = sorted(str(path) for path in (ROOT / "nlu" / "examples").rglob("*.yml"))
    examples = examples_of(training_data_from_paths(paths, "zh").intent_examples)
    assert examples
    seen = {_bare(example.text) for example in examples}
    assert [f"{row.file}:{row.line}" for row in held_out if _bare(row.text) in seen] == []


def test_no_row_stands_twice_in_the_test_set(held_out: list[Row]) -> None:
    counted = Counter(_bare(row.text) for row in held_out)
    assert [text for text, count in counted.items() if count > 1] == []


def test_every_row_says_what_it_is(held_out: list[Row]) -> None:
    assert [f"{row.file}:{row.line}" for row in held_out if row.is_unlabelled] == []
    assert [f"{row.file}:{row.line}" for row in held_out if row.is_threat and not row.stage] == []


def _bare(text: str) -> str:
    """The folded text without punctuation and symbols, so that a comma makes no new message."""
    folded = fold(text).text
    return "".join(sign for sign in folded if sign.isalnum()) or folded
