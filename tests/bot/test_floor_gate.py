"""The floors of a test set keep a worse model out, and a better one is never kept waiting."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bot.floor_gate import FloorGate
from bot.promotion import Refused
from nlu.model.linear import LinearModel
from nlu.model.training import train
from tests.nlu.model.conftest import examples

Build = Callable[..., FloorGate]


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of few examples."""
    return packed(train(examples()), tmp_path_factory.mktemp("good"))


@pytest.fixture(scope="module")
def bad(good: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same model with nothing learnt, which takes everything for ordinary talk."""
    folder = tmp_path_factory.mktemp("bad")
    with tarfile.open(good) as archive:
        archive.extractall(folder)
    model = LinearModel.load(folder)
    model.weights = np.zeros_like(model.weights)
    model.bias = np.full_like(model.bias, -5)
    return packed(model, tmp_path_factory.mktemp("packed"))


def packed(model: LinearModel, folder: Path) -> Path:
    model.save(folder)
    path = folder / "model.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name in ("model.npz", "model.json"):
            archive.add(folder / name, name)
    return path


@pytest.fixture
def gate(tmp_path: Path) -> Build:
    """``gate(recall=0.5)``: a gate with these floors and a small test set."""
    rows = tmp_path / "rows"
    rows.mkdir()
    threats = ("有人跟我说停息挂账能办，是真的吗", "放款保证金我交了两千", "我想试试征信修复")
    labels = ("debt_optimization", "loan_scam", "credit_repair")
    lines = [
        json.dumps({"text": text, "labels": [label]}, ensure_ascii=False)
        for text, label in zip(threats, labels)
    ]
    lines.append(json.dumps({"text": "我想提前还款", "labels": []}, ensure_ascii=False))
    (rows / "rows.jsonl").write_text("\n".join(lines))

    def build(**at_least: float) -> FloorGate:
        floors = tmp_path / "floors.yml"
        floors.write_text(json.dumps({"at_least": at_least}))
        return FloorGate(rows, floors)

    return build


def steps() -> Callable[[str], None]:
    return lambda step: None


def test_a_first_model_passes_unmeasured(gate: Build, bad: Path) -> None:
    told: list[str] = []
    assert gate(recall=0.5).review(bad, None, told.append).warnings == ()
    assert told == []


def test_a_model_above_its_floors_passes(gate: Build, good: Path, bad: Path) -> None:
    assert gate(recall=0.5).review(good, bad, steps()).warnings == ()


def test_a_worse_model_is_refused_with_the_figure(gate: Build, good: Path, bad: Path) -> None:
    with pytest.raises(Refused) as refused:
        gate(recall=0.5).review(bad, good, steps())
    (line,) = refused.value.lines
    assert line == "recall: 0.0000 is below its floor 0.5; the model in place has 1.0000"


def test_a_model_behind_a_floor_passes_where_the_old_one_is_no_better(
    gate: Build, bad: Path
) -> None:
    (warning,) = gate(recall=0.5).review(bad, bad, steps()).warnings
    assert "as was the model in place" in warning


def test_an_old_model_that_cannot_be_read_keeps_nobody_out(
    gate: Build, bad: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.tar.gz"
    broken.write_text("no archive")
    warnings = gate(recall=0.5).review(bad, broken, steps()).warnings
    assert warnings[0].startswith("recall: 0.0000 is below its floor")
    assert "cannot be measured" in warnings[-1]


def test_without_a_test_set_every_model_passes_with_a_warning(tmp_path: Path, bad: Path) -> None:
    (warning,) = FloorGate(tmp_path / "nowhere").review(bad, bad, steps()).warnings
    assert "was not measured" in warning


def test_other_floors_and_other_rows_are_another_gate(gate: Build) -> None:
    first = gate(recall=0.5)
    before = first.fingerprint()
    assert gate(recall=0.6).fingerprint() != before
    (first.test_set / "more.jsonl").write_text('{"text": "你好", "labels": []}')
    assert gate(recall=0.5).fingerprint() != before
