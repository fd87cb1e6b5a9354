from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from actions.plan import Contact
from bot.cli.radar import radar_app
from bot.hashing import Hasher
from bot.ledger.encoding import utc_now
from bot.ledger.ledger import Ledger
from tests.bot.radar.waves import NOW, moved, ordinary, record, wave


def run(*arguments: str) -> Result:
    return CliRunner().invoke(radar_app, list(arguments))


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("JINGZHONG_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path


@pytest.fixture
def id(home: Path) -> str:
    """The alert of a wave of these days, raised by ``jingzhong radar look``."""

    async def write(shift: timedelta) -> None:
        ledger = Ledger.open(home, hasher=Hasher([b"key"]), source="/jingzhong/demo")
        contact = Contact("wechat", "wave\x1b[2J[red]", "")
        turns = ordinary() + wave(9, known=6, contact=contact, agency="恒信优选")
        await record(ledger, [moved(turn, shift) for turn in turns])
        ledger.close()

    asyncio.run(write(utc_now() - NOW))
    (alert,) = [json.loads(line) for line in run("look", "--json").stdout.splitlines()]
    return str(alert["id"])


def test_look_counts_and_raises_each_alert_once(id: str) -> None:
    again = run("look")
    assert again.exit_code == 0
    assert "no new alerts" in again.stdout


def test_look_says_when_there_is_too_little_past() -> None:
    result = run("look")
    assert result.exit_code == 0
    assert "less than five weeks" in result.stderr


def test_list_shows_alerts_as_a_table_without_control_characters(id: str) -> None:
    shown = run("list").stdout
    assert id[:12] in shown
    assert "[red]" in shown
    assert "\x1b" not in shown


def test_list_as_json_lines_and_by_state(id: str) -> None:
    (row,) = [
        json.loads(line) for line in run("list", "--json", "--state", "new").stdout.splitlines()
    ]
    assert (row["id"], row["state"], row["over"]) == (id, "new", False)
    assert {rising["kind"] for rising in row["risings"]} == {"wechat", "agency"}
    assert run("list", "--json", "--state", "seen").stdout == ""
    assert run("list", "--state", "lost").exit_code == 2


def test_explain_says_in_chinese_what_rose_and_shows_examples(id: str) -> None:
    result = run("explain", id[:10])
    assert result.exit_code == 0
    assert "被 9 人反映" in result.stdout
    assert "其中 6 人是本服务认识两周以上的用户" in result.stdout
    assert "用户原话" in result.stdout
    assert "\x1b" not in result.stdout


def test_an_unknown_alert_is_one_line_and_fails() -> None:
    result = run("explain", "abc")
    assert result.exit_code == 1
    assert result.stderr == "jingzhong: no alert with the id 'abc'; see: jingzhong radar list\n"


def test_an_alert_is_seen_and_dismissed_with_a_reason_once(id: str) -> None:
    assert run("seen", id).exit_code == 0
    dismissed = run("dismiss", id, "--reason", "已核实", "--json")
    assert json.loads(dismissed.stdout)["state"] == "dismissed"
    again = run("dismiss", id, "--reason", "已核实")
    assert again.exit_code == 1
    assert "already" in again.stderr
    assert run("dismiss", id).exit_code == 2
