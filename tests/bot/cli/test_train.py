"""``jingzhong train`` and the gate: a refusal ends with 1, an override is written down."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.audit import AuditLog
from bot.cli.main import app
from bot.floor_gate import FloorGate
from bot.ledger.database import Reader, database_path
from bot.training import MODEL_NAME, ensure_model, sources_fingerprint
from tests.bot.conftest import Ended

LINE = "recall: 0.9000 is below its floor 0.95; the model in place has 0.9700"


@pytest.fixture
def refused(tmp_path: Path) -> Path:
    """A folder of models in which these very sources were refused before."""
    models = tmp_path / "models"
    models.mkdir()
    (models / MODEL_NAME).write_text("the old one")
    asked = {"sources": sources_fingerprint(), "gate": FloorGate().fingerprint()}
    stamp = {"sources": "of before", "refused": {**asked, "lines": [LINE]}}
    (models / "jingzhong.json").write_text(json.dumps(stamp))
    return models


def test_a_refused_model_ends_with_1_and_the_figure(
    jingzhong: Callable[..., Ended], refused: Path
) -> None:
    ended = jingzhong("train", JINGZHONG_MODELS=str(refused))
    (line,) = ended.err.splitlines()
    assert ended.code == 1
    assert line.startswith(f"jingzhong: the new model was refused and the old one stays: {LINE}")
    assert "--force-promote REASON" in line
    assert (refused / MODEL_NAME).read_text() == "the old one"


def test_the_service_goes_on_with_the_old_model_and_says_so(refused: Path) -> None:
    told: list[str] = []
    assert ensure_model(refused, told.append).read_text() == "the old one"
    (line,) = told
    assert LINE in line


def test_an_override_is_written_into_the_audit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str | None] = []

    def trained(*_: object, force_reason: str | None, **__: object) -> tuple[str, ...]:
        asked.append(force_reason)
        return (LINE,)

    monkeypatch.setattr("bot.cli.train.train_model", trained)
    monkeypatch.setenv("JINGZHONG_HOME", str(tmp_path / "home"))
    done = CliRunner().invoke(app, ["train", "--force-promote", "a new law counts more"])
    assert done.exit_code == 0
    assert f"promoted all the same: {LINE}" in done.stderr
    assert asked == ["a new law counts more"]
    reader = Reader(database_path(tmp_path / "home"))
    (entry,) = AuditLog(reader).latest(action="model.")
    reader.close()
    assert dict(entry.detail) == {"reason": "a new law counts more", "overruled": [LINE]}


def test_an_override_needs_a_reason() -> None:
    assert CliRunner().invoke(app, ["train", "--force-promote", " "]).exit_code == 2
