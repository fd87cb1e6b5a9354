"""A new model takes the place of the old one in one step, and only through the gate."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.promotion import Passed, Progress, Refused
from bot.training import (
    MODEL_NAME,
    RefusedModel,
    TrainingError,
    model_is_current,
    model_version,
    train_model,
)


@dataclass
class Doorkeeper:
    """A gate that says what it was told to, and remembers what it was shown."""

    refuses: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    stands_for: str = "floors"
    seen: list[tuple[str, str | None]] = field(default_factory=list)

    def fingerprint(self) -> str:
        return self.stands_for

    def review(self, candidate: Path, current: Path | None, progress: Progress) -> Passed:
        self.seen.append((candidate.read_text(), current.read_text() if current else None))
        if self.refuses:
            raise Refused(self.refuses)
        return Passed(self.warnings)


class School:
    """A folder of models, and trainings into it that take no time."""

    def __init__(self, models: Path) -> None:
        self.models = models
        self.trained = 0
        self.steps: list[str] = []

    def train(self, gate: Doorkeeper, **options: object) -> tuple[str, ...]:
        return train_model(
            self.models,
            self.steps.append,
            gate=gate,
            trainer=self._trainer,
            **options,  # type: ignore[arg-type]
        )

    def _trainer(self, folder: Path, progress: Callable[[str], None]) -> Path:
        self.trained += 1
        model = folder / "new.tar.gz"
        model.write_text(f"model {self.trained}")
        return model

    @property
    def in_place(self) -> str:
        return (self.models / MODEL_NAME).read_text()


@pytest.fixture
def school(tmp_path: Path) -> School:
    return School(tmp_path / "models")


def make_stale(school: School) -> None:
    """As if the examples had changed since."""
    stamp = school.models / "jingzhong.json"
    stamp.write_text(json.dumps({"sources": "of before"}))


def test_a_model_that_passes_takes_the_place_of_the_old_one(school: School) -> None:
    gate = Doorkeeper()
    school.train(gate)
    school.train(gate)
    assert school.in_place == "model 2"
    assert gate.seen == [("model 1", None), ("model 2", "model 1")]
    assert model_is_current(school.models)
    assert [path.name for path in school.models.glob("unfinished-*")] == []


def test_a_refused_model_leaves_the_old_one_and_its_version(school: School) -> None:
    school.train(Doorkeeper())
    make_stale(school)
    with pytest.raises(RefusedModel, match="old one stays: recall is below its floor"):
        school.train(Doorkeeper(refuses=("recall is below its floor",)))
    assert school.in_place == "model 1"
    assert model_version(school.models) == "of before"
    assert not model_is_current(school.models)
    assert list(school.models.glob("unfinished-*")) == []


def test_a_start_does_not_train_again_what_was_refused(school: School) -> None:
    school.train(Doorkeeper())
    make_stale(school)
    gate = Doorkeeper(refuses=("recall",))
    for _ in range(2):
        with pytest.raises(RefusedModel, match="recall"):
            school.train(gate, unless_current=True)
    assert school.trained == 2
    gate.stands_for = "other floors"
    with pytest.raises(RefusedModel):
        school.train(gate, unless_current=True)
    assert school.trained == 3


def test_a_refusal_is_forgotten_where_the_old_model_is_gone(school: School) -> None:
    school.train(Doorkeeper())
    make_stale(school)
    with pytest.raises(RefusedModel):
        school.train(Doorkeeper(refuses=("recall",)))
    (school.models / MODEL_NAME).unlink()
    school.train(Doorkeeper(), unless_current=True)
    assert school.in_place == "model 3"


def test_a_person_with_a_reason_overrules_the_gate_and_it_is_kept(school: School) -> None:
    school.train(Doorkeeper())
    make_stale(school)
    gate = Doorkeeper(refuses=("recall",))
    assert school.train(gate, force_reason="new law") == ("recall",)
    assert school.in_place == "model 2"
    assert model_is_current(school.models)
    stamp = json.loads((school.models / "jingzhong.json").read_text())
    assert stamp["forced"] == {"reason": "new law", "lines": ["recall"]}


def test_a_reason_that_was_not_needed_is_not_kept(school: School) -> None:
    assert school.train(Doorkeeper(), force_reason="to be sure") == ()
    assert "forced" not in json.loads((school.models / "jingzhong.json").read_text())


def test_warnings_of_the_gate_are_told(school: School) -> None:
    school.train(Doorkeeper(warnings=("no test set",)))
    assert "warning: no test set" in school.steps


def test_a_current_model_is_not_trained_again_unless_that_is_wanted(school: School) -> None:
    school.train(Doorkeeper())
    school.train(Doorkeeper(), unless_current=True)
    assert school.trained == 1


def test_a_gate_that_cannot_measure_is_one_line_and_the_old_model_stays(school: School) -> None:
    class Broken(Doorkeeper):
        def review(self, candidate: Path, current: Path | None, progress: Progress) -> Passed:
            raise ValueError("floors.yml: cannot be read\nmore")

    school.train(Doorkeeper())
    with pytest.raises(TrainingError, match=r"^training failed: floors.yml: cannot be read$"):
        school.train(Broken())
    assert school.in_place == "model 1"
