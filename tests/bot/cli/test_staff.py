"""``jingzhong staff`` and ``jingzhong report`` as people run them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from bot.settings import ROOT
from tests.bot.conftest import clean_environment
from tests.conftest import COMMAND


def run(home: Path, *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(COMMAND), *arguments],
        env=clean_environment(JINGZHONG_HOME=str(home)),
        input=typed,
        capture_output=True,
        text=True,
        timeout=60,
        cwd=ROOT,
    )


def test_accounts_are_made_listed_and_shut_out(tmp_path: Path) -> None:
    made = run(
        tmp_path, "staff", "add", "wang", "--role", "viewer", typed="a long enough password\n"
    )
    assert made.returncode == 0, made.stderr
    short = run(tmp_path, "staff", "add", "li", typed="short\n")
    assert (short.returncode, len(short.stderr.splitlines())) == (2, 1)
    assert run(tmp_path, "staff", "disable", "wang").returncode == 0
    listed = [
        json.loads(line) for line in run(tmp_path, "staff", "list", "--json").stdout.splitlines()
    ]
    assert [(row["name"], row["role"], row["state"]) for row in listed] == [
        ("wang", "viewer", "disabled")
    ]
    unknown = run(tmp_path, "staff", "role", "nobody", "admin")
    assert unknown.returncode == 2
    assert "staff list" in unknown.stderr


def test_the_report_comes_in_every_form(tmp_path: Path) -> None:
    as_json = run(tmp_path, "report", "--month", "2026-11", "--format", "json")
    assert json.loads(as_json.stdout)["month"] == "2026-11"
    assert run(tmp_path, "report", "--month", "2026-11", "-f", "csv").stdout.startswith("\ufeff")
    page = run(tmp_path, "report", "--month", "2026-11", "-f", "html").stdout
    assert page.lstrip().startswith("<!doctype html>")
    assert "src=" not in page
    assert "stylesheet" not in page, "it asks nobody for anything"
    wrong = run(tmp_path, "report", "--month", "2026-1")
    assert wrong.returncode == 2
    assert "2026-11" in wrong.stderr
