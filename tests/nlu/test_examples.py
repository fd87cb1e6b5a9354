"""The training examples: enough of them, different from one another, and nobody else's text."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from rasa.shared.importers.utils import training_data_from_paths

from bot.settings import ROOT
from nlu.analysis import THREAT_CODES
from nlu.model.training import Example
from nlu.text.folding import fold
from nlu.training_examples import examples_of

NEAR = 0.6
NEAR_SHARE = 0.02
COMMON_RUN = 10


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    """All training examples as the classifier gets them."""
    paths = sorted(str(path) for path in (ROOT / "nlu" / "examples").rglob("*.yml"))
    return examples_of(training_data_from_paths(paths, "zh").intent_examples)


def test_every_code_has_at_least_150_examples(examples: list[Example]) -> None:
    counts = Counter(example.codes[0] for example in examples if example.codes)
    assert {code: counts[code] for code in THREAT_CODES if counts[code] < 150} == {}


def test_there_are_at_least_1200_ordinary_examples_half_of_them_with_words_of_threats(
    examples: list[Example],
) -> None:
    ordinary = [example for example in examples if not example.codes]
    threat_words = _pairs_of_signs([example.text for example in examples if example.codes])
    common = {pair for pair, count in threat_words.items() if count >= 20}
    sharing = [example for example in ordinary if len(common & set(_pairs(example.text))) >= 2]
    assert len(ordinary) >= 1200
    assert len(sharing) >= len(ordinary) / 2


def test_at_most_two_percent_of_the_examples_are_near_another(examples: list[Example]) -> None:
    near = _near_duplicates([fold(example.text).text for example in examples])
    assert len(near) <= NEAR_SHARE * len(examples), near[:10]


def test_no_example_stands_under_two_labels(examples: list[Example]) -> None:
    labels: dict[str, set[str]] = defaultdict(set)
    for example in examples:
        labels[fold(example.text).text].add(example.intent)
    assert {text: sorted(found) for text, found in labels.items() if len(found) > 1} == {}


def test_no_example_shares_a_run_of_ten_signs_with_the_development_messages(
    examples: list[Example], eval_data: Path
) -> None:
    runs: set[str] = set()
    for path in sorted(eval_data.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            for text in [row["text"]] if "text" in row else row["turns"]:
                runs.update(_runs(text))
    sharing = [
        (example.text, run) for example in examples for run in _runs(example.text) if run in runs
    ]
    assert sharing == []


def _runs(text: str) -> set[str]:
    return {text[i : i + COMMON_RUN] for i in range(len(text) - COMMON_RUN + 1)}


def _pairs(text: str) -> list[str]:
    folded = fold(text).text
    return [folded[i : i + 2] for i in range(len(folded) - 1) if folded[i : i + 2].isalpha()]


def _pairs_of_signs(texts: list[str]) -> Counter[str]:
    return Counter(pair for text in texts for pair in set(_pairs(text)))


def _near_duplicates(texts: list[str]) -> list[tuple[str, str]]:
    """Texts whose sets of three-sign runs overlap by more than NEAR with an earlier text."""
    grams = [frozenset(text[i : i + 3] for i in range(len(text) - 2)) for text in texts]
    where: dict[str, list[int]] = defaultdict(list)
    near: list[tuple[str, str]] = []
    for index, own in enumerate(grams):
        shared: Counter[int] = Counter()
        for gram in own:
            shared.update(where[gram])
        for other, count in shared.items():
            if count / (len(own) + len(grams[other]) - count) > NEAR:
                near.append((texts[index], texts[other]))
                break
        for gram in own:
            where[gram].append(index)
    return near
