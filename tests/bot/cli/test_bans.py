"""``jingzhong bans`` as people run it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from bot.settings import ROOT
from tests.bot.conftest import clean_environment
from tests.conftest import COMMAND


def run(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(COMMAND), "bans", *arguments],
        env=clean_environment(JINGZHONG_HOME=str(home)),
        capture_output=True,
        text=True,
        timeout=60,
        cwd=ROOT,
    )


def listed(home: Path, *arguments: str) -> list[dict[str, Any]]:
    shown = run(home, "list", "--json", *arguments)
    assert shown.returncode == 0, shown.stderr
    return [json.loads(line) for line in shown.stdout.splitlines()]


def test_a_ban_is_made_listed_and_lifted(tmp_path: Path) -> None:
    made = run(tmp_path, "add", "rest:u1", "--reason", "辱骂", "--hours", "2", "--json")
    assert made.returncode == 0, made.stderr
    ban = json.loads(made.stdout)
    assert [row["id"] for row in listed(tmp_path)] == [ban["id"]]
    assert (ban["channel"], ban["reason"], ban["in_force"]) == ("rest", "辱骂", True)
    assert ban["by"].startswith("cli:")
    assert run(tmp_path, "lift", str(ban["id"])).returncode == 0
    assert listed(tmp_path) == []
    assert [row["in_force"] for row in listed(tmp_path, "--all")] == [False]


def test_what_cannot_be_done_is_told_in_a_line_with_status_2(tmp_path: Path) -> None:
    unknown = run(tmp_path, "lift", "7")
    assert (unknown.returncode, len(unknown.stderr.splitlines())) == (2, 1)
    assert "bans list" in unknown.stderr
    nobody = run(tmp_path, "add", "somebody", "--reason", "辱骂")
    assert nobody.returncode == 2
    assert "CHANNEL:ID" in nobody.stderr
    assert "Traceback" not in nobody.stderr
