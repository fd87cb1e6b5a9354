from __future__ import annotations

import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from bot.settings import ROOT
from tests.bot.conftest import Ended, clean_environment
from tests.conftest import COMMAND

SMALL = ("--quick", "--without-stock")


def _bench(*arguments: str, **environment: str) -> Ended:
    done = subprocess.run(
        [str(COMMAND), "bench", *arguments],
        env=clean_environment(**environment),
        capture_output=True,
        text=True,
        timeout=300,
        cwd=ROOT,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def test_a_small_real_run_prints_the_table_and_writes_json_and_chart(
    model: Path, tmp_path: Path
) -> None:
    figures, chart = tmp_path / "bench.json", tmp_path / "bench.svg"
    ended = _bench(
        *SMALL,
        "--without-redis",
        *("--only", "throughput", "--only", "latency", "--only", "growth"),
        *("--json", str(figures), "--svg", str(chart)),
    )
    assert ended.code == 0, ended.err
    told = json.loads(figures.read_text())
    assert [line["name"] for line in told["lines"]] == ["throughput", "latency", "growth"]
    assert all(line["cells"][0]["value"] > 0 for line in told["lines"])
    assert told["problems"] == []
    assert told["workload"]["threat_share"] >= 0.4
    assert "carry a threat" in ended.out
    assert "round 1" in ended.err
    assert "round 1" not in ended.out
    ElementTree.fromstring(chart.read_text())


def test_the_memory_is_read_along_the_way(model: Path, tmp_path: Path) -> None:
    figures, chart = tmp_path / "bench.json", tmp_path / "bench.svg"
    ended = _bench(*SMALL, "--only", "memory", "--json", str(figures), "--svg", str(chart))
    assert ended.code == 0, ended.err
    samples = json.loads(figures.read_text())["lines"][0]["more"]["samples_mb"]
    assert list(samples) == ["10%", "25%", "50%", "75%", "100%"]


def test_what_cannot_be_measured_is_told_and_ends_with_1(model: Path, tmp_path: Path) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    ended = _bench(
        *SMALL,
        *("--only", "forwarding"),
        *("--json", str(tmp_path / "bench.json"), "--svg", str(tmp_path / "bench.svg")),
        PATH=str(tools),
    )
    assert ended.code == 1
    assert "forwarding, with: redis-server is not installed" in ended.out


def test_an_unknown_measurement_ends_with_2_and_one_line() -> None:
    ended = _bench("--only", "beauty")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("jingzhong: --only: 'beauty' is unknown; use one of throughput")
    assert len(ended.err.splitlines()) == 1


def test_a_folder_that_is_not_there_is_told_before_anything_is_measured(tmp_path: Path) -> None:
    ended = _bench("--json", str(tmp_path / "missing" / "bench.json"))
    assert (ended.code, ended.out) == (2, "")
    assert "is no folder; create it or name another file" in ended.err


def test_the_names_in_the_help_are_the_measurements_that_there_are() -> None:
    from bot.bench.running import NAMES
    from bot.cli.bench import MEASUREMENTS

    assert set(MEASUREMENTS) == set(NAMES)


def test_the_command_does_not_import_rasa_by_itself() -> None:
    script = (
        "import sys, bot.cli.main, bot.bench.running, bot.bench.table, bot.bench.chart\n"
        "print(sorted(name for name in sys.modules if name in ('rasa', 'tensorflow', 'sanic')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={**os.environ},
    )
    assert done.stdout.strip() == "[]"
