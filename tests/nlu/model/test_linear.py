from __future__ import annotations

import json
from pathlib import Path
from shutil import copytree
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlu.model.features import extract
from nlu.model.linear import Heads, LinearModel, quantised

MESSAGES = ("有人说能停息挂账", "我不想活了", "那怎么办", "你好", "", "qwertz", "😭")


def all_scores(model: LinearModel, text: str) -> np.ndarray:
    """Every output for a message in one row."""
    scores = model.score(extract(text))
    parts = (scores.codes, scores.intents, scores.stages, scores.urgent, scores.tones)
    return np.concatenate([[scores.gate, scores.follow_up, scores.matter], *parts])


@pytest.fixture(scope="module")
def saved(small_model: LinearModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the saved model."""
    folder = tmp_path_factory.mktemp("model")
    small_model.save(folder)
    return folder


def test_columns_of_the_heads_follow_each_other_without_a_gap() -> None:
    heads = Heads(("a", "b"), ("x",), ("s", "t", "u"), ("v",), ("w", "y"))
    assert heads.slices() == (slice(3, 5), slice(5, 6), slice(6, 9), slice(9, 10), slice(10, 12))
    assert heads.width == 12


@pytest.mark.parametrize("text", MESSAGES)
def test_a_saved_model_says_the_same(small_model: LinearModel, saved: Path, text: str) -> None:
    loaded = LinearModel.load(saved)
    assert np.array_equal(all_scores(loaded, text), all_scores(small_model, text))
    assert loaded.heads == small_model.heads
    assert loaded.vocabulary == small_model.vocabulary
    assert loaded.calibration == small_model.calibration


def test_saving_a_loaded_model_changes_nothing_more(saved: Path, tmp_path: Path) -> None:
    once = LinearModel.load(saved)
    once.save(tmp_path)
    twice = LinearModel.load(tmp_path)
    for text in MESSAGES:
        assert np.array_equal(all_scores(once, text), all_scores(twice, text))


@pytest.mark.parametrize("missing", ["model.json", "model.npz"])
def test_an_incomplete_model_is_refused(saved: Path, tmp_path: Path, missing: str) -> None:
    for path in saved.iterdir():
        if path.name != missing:
            (tmp_path / path.name).write_bytes(path.read_bytes())
    with pytest.raises(OSError, match=missing):
        LinearModel.load(tmp_path)


@pytest.mark.parametrize("kept", [0, 0.5, 0.999])
@pytest.mark.parametrize("broken", ["model.json", "model.npz"])
def test_a_model_that_was_cut_off_is_refused(
    saved: Path, tmp_path: Path, broken: str, kept: float
) -> None:
    copytree(saved, tmp_path, dirs_exist_ok=True)
    whole = (saved / broken).read_bytes()
    (tmp_path / broken).write_bytes(whole[: int(len(whole) * kept)])
    with pytest.raises((ValueError, OSError)):
        LinearModel.load(tmp_path)


@pytest.mark.parametrize(
    "change",
    [
        {"codes": ["loan_scam"]},
        {"calibration": None},
        {"stages": 7},
    ],
)
def test_parts_that_do_not_belong_together_are_refused(
    saved: Path, tmp_path: Path, change: dict[str, Any]
) -> None:
    copytree(saved, tmp_path, dirs_exist_ok=True)
    document = json.loads((saved / "model.json").read_text("utf-8"))
    (tmp_path / "model.json").write_text(json.dumps({**document, **change}), "utf-8")
    with pytest.raises(ValueError, match="train"):
        LinearModel.load(tmp_path)


@pytest.mark.parametrize("part", ["hashes", "rows", "idf", "squares", "weights"])
@pytest.mark.parametrize("left", [0, 1, None])
def test_numbers_that_do_not_belong_together_or_lack_are_refused(
    saved: Path, tmp_path: Path, part: str, left: int | None
) -> None:
    copytree(saved, tmp_path, dirs_exist_ok=True)
    with np.load(saved / "model.npz") as arrays:
        numbers = dict(arrays)
    numbers[part] = numbers[part][:left]
    if left is None:
        del numbers[part]
    np.savez_compressed(tmp_path / "model.npz", **numbers)
    with pytest.raises(ValueError, match="train"):
        LinearModel.load(tmp_path)


@pytest.mark.parametrize("part", ["codes", "calibration"])
def test_a_model_without_one_of_its_parts_is_refused(
    saved: Path, tmp_path: Path, part: str
) -> None:
    copytree(saved, tmp_path, dirs_exist_ok=True)
    document = json.loads((saved / "model.json").read_text("utf-8"))
    del document[part]
    (tmp_path / "model.json").write_text(json.dumps(document), "utf-8")
    with pytest.raises(ValueError, match="train"):
        LinearModel.load(tmp_path)


def test_weights_in_steps_stay_close_to_the_weights() -> None:
    weights = np.random.default_rng(3).normal(size=(50, 4)).astype(np.float32)
    weights[:, 3] = 0
    steps, size = quantised(weights)
    assert steps.dtype == np.int8
    assert np.abs(steps * size - weights).max() <= size.max() / 2 + 1e-6
    assert not steps[:, 3].any()


def test_a_message_of_unheard_phrases_is_unfamiliar(small_model: LinearModel) -> None:
    def familiarity(text: str) -> float:
        features = extract(text)
        return small_model.familiarity(features, small_model.score(features))

    assert familiarity("躔彁齉龘爨") == 0
    assert familiarity("") == 1
    assert 0 < familiarity("停息挂账躔彁齉龘爨") < 1


def test_words_that_training_never_showed_say_nothing(small_model: LinearModel) -> None:
    assert np.array_equal(all_scores(small_model, "躔"), all_scores(small_model, "彁"))


def test_a_gram_counts_once_at_its_first_place(small_model: LinearModel) -> None:
    features = extract("停息挂账停息挂账停息挂账")
    scores = small_model.score(features)
    assert len(scores.rows) == len(set(scores.rows.tolist())) > 0
    grams = [features.grams[place] for place in scores.places]
    assert [features.grams.index(gram) for gram in grams] == scores.places.tolist()


@settings(deadline=None, max_examples=50)
@given(st.text(max_size=60))
def test_scores_are_finite_and_point_into_the_message(small_model: LinearModel, text: str) -> None:
    features = extract(text)
    scores = small_model.score(features)
    assert np.isfinite(all_scores(small_model, text)).all()
    assert all(0 <= place < len(features.grams) for place in scores.places)
    for row, place in zip(scores.rows, scores.places):
        assert small_model.vocabulary[features.grams[place]] == row
