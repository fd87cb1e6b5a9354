from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from bot.cli import measuring
from bot.cli.evaluate import evaluate
from bot.recognition import Recogniser, load_recogniser
from nlu.evaluation import floors

Run = Callable[..., "Ended"]


class Ended:
    """How the command ended: exit code, standard output, standard error."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


@pytest.fixture
def run(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """``run("rows.jsonl", "--json")`` with the trained model, in a folder of its own."""
    monkeypatch.setenv("JINGZHONG_HOME", str(tmp_path / "home"))
    # Loading takes seconds, and every call would load the same.
    monkeypatch.setattr(measuring, "load_recogniser", _loaded)
    monkeypatch.chdir(tmp_path)
    app = typer.Typer()
    app.command()(evaluate)

    def call(*arguments: str) -> Ended:
        done = CliRunner().invoke(app, list(arguments))
        return Ended(done.exit_code, done.stdout, done.stderr)

    return call


@lru_cache(maxsize=1)
def _loaded(path: Path) -> Recogniser:
    return load_recogniser(path)


def write(path: Path, *rows: dict[str, object]) -> Path:
    path.write_text(
        "\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8"
    )
    return path


@pytest.fixture
def rows(tmp_path: Path) -> str:
    """Two plain messages with their labels."""
    threat = {
        "text": "有人说交八百块就能把征信洗白，靠谱吗",
        "labels": ["credit_repair"],
        "stage": "asking",
    }
    ordinary = {"text": "请问这个月的账单几号出", "topic": "repayment"}
    return str(write(tmp_path / "rows.jsonl", threat, ordinary))


def test_json_alone_stands_on_standard_output_and_progress_on_standard_error(
    run: Run, rows: str
) -> None:
    ended = run(rows, "--json")
    assert ended.code == 0, ended.err
    told = json.loads(ended.out)
    assert told["rows"] == 2
    assert told["figures"]["recall"] == {"value": 1, "of": 1, "low": 0.206543, "high": 1}
    assert told["figures"]["false_alarms"]["value"] == 0
    assert {"both", "model", "rules"} == set(told["comparisons"])
    assert told["floors"] is None
    assert "2 messages" in ended.err


def test_without_options_a_table_is_shown(run: Run, rows: str) -> None:
    ended = run(rows)
    assert ended.code == 0, ended.err
    assert "recall" in ended.out
    assert "1.0000" in ended.out
    assert "rules" in ended.out


def test_the_report_is_written_and_standard_output_stays_empty(
    run: Run, rows: str, tmp_path: Path
) -> None:
    ended = run(rows, "--html", "report.html")
    assert ended.code == 0, ended.err
    assert ended.out == ""
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert "rows.jsonl" in page


def test_files_of_ones_own_are_held_against_the_floors_only_on_demand(
    run: Run, rows: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = floors.Floors({"recall": 0.5, "stage": 1.5}, {})
    monkeypatch.setattr(measuring, "load_floors", lambda: wanted)
    assert run(rows).code == 0
    ended = run(rows, "--floors", "--json")
    assert ended.code == 1
    assert json.loads(ended.out)["floors"]["broken"] == ["stage"]
    assert "jingzhong: stage: 1.0000 is below its floor 1.5" in ended.err


def test_without_files_the_test_set_is_held_against_its_floors(
    run: Run, rows: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measuring, "HELD_OUT", tmp_path)
    monkeypatch.setattr(measuring, "load_floors", lambda: floors.Floors({"recall": 1.5}, {}))
    assert run().code == 1
    assert run("--no-floors").code == 0


def test_transcripts_are_masked_before_they_are_read(run: Run, tmp_path: Path) -> None:
    said = "有人说交八百块就能把征信洗白，我的验证码是483920，要给他吗"
    path = write(tmp_path / "talk.jsonl", {"text": said}, {"text": "账单几号出"})
    ended = run(str(path), "--json", "--html", "talk.html")
    assert ended.code == 0, ended.err
    assert json.loads(ended.out)["figures"]["unlabelled.alarms"]["value"] == 0.5
    page = (tmp_path / "talk.html").read_text(encoding="utf-8")
    assert "洗白" in page
    assert "483920" not in page
    assert "483920" not in ended.out


def test_wrong_rows_and_options_end_with_2_and_one_line(run: Run, tmp_path: Path) -> None:
    broken = write(tmp_path / "broken.jsonl", {"text": "a"}, {"text": "b", "labels": ["fraud"]})
    fine = write(tmp_path / "fine.jsonl", {"text": "a"})
    for arguments, told in (
        ([str(broken)], f"{broken}:2: labels: 'fraud' is no threat code"),
        (["none.jsonl"], "none.jsonl: cannot be read"),
        ([str(fine), "--html", "no/such/report.html"], "--html: no/such is no folder"),
    ):
        ended = run(*arguments)
        assert ended.code == 2
        assert ended.out == ""
        assert ended.err.startswith("jingzhong: ")
        assert told in ended.err
        assert ended.err.count("\n") == 1


def test_a_checkout_without_a_test_set_asks_for_files(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measuring, "HELD_OUT", tmp_path / "empty")
    ended = run()
    assert ended.code == 2
    assert "name files of your own" in ended.err
