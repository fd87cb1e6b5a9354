from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from actions.plan import Contact, Signal
from actions.signal_ids import event_id
from bot.cli.signals import signals_app
from bot.hashing import Hasher
from bot.ledger.database import database_path
from bot.ledger.events import TurnContext
from bot.ledger.ledger import Ledger, TurnRecord

AT = datetime(2026, 11, 23, 4, 0, tzinfo=timezone.utc)
PLAIN = Signal("debt_optimization", 0.97, "approached", agency="某某优化")
SIGNALS = (
    PLAIN,
    replace(PLAIN, code="loan_scam", stage="paid"),
    replace(PLAIN, contacts=(Contact("wechat", "abc[red]\x1b[2J", "x"),)),
)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("JINGZHONG_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path


@pytest.fixture
def ids(home: Path) -> list[str]:
    """A ledger with three signals, one a message."""

    async def write() -> list[str]:
        ledger = Ledger.open(home, hasher=Hasher([b"key"]), source="/jingzhong/demo")
        found: list[str] = []
        for n, signal in enumerate(SIGNALS):
            context = TurnContext("rest", "u1", "rest:u1", f"m{n}", AT, "m", "c")
            found += await ledger.record(TurnRecord(context, (signal,)))
        ledger.close()
        return found

    return asyncio.run(write())


def run(*arguments: str) -> Result:
    return CliRunner().invoke(signals_app, list(arguments))


def test_export_writes_one_event_per_line_in_order(ids: list[str]) -> None:
    result = run("export")
    assert result.exit_code == 0
    events = [json.loads(line) for line in result.stdout.splitlines()]
    assert [event["id"] for event in events] == ids
    assert events[0]["type"] == "jingzhong.threat.detected.v1"
    assert "某某优化" in result.stdout
    assert result.stderr == ""


@pytest.mark.parametrize(
    ("arguments", "places"),
    [
        (["--since-seq", "1"], [1, 2]),
        (["--since-seq", "3"], []),
        (["--code", "loan_scam"], [1]),
        (["--code", "debt_optimization", "--since-seq", "1"], [2]),
        (["--code", "mule_account"], []),
    ],
)
def test_export_can_be_narrowed(ids: list[str], arguments: list[str], places: list[int]) -> None:
    lines = run("export", *arguments).stdout.splitlines()
    assert [json.loads(line)["id"] for line in lines] == [ids[place] for place in places]


def test_list_shows_the_newest_signals_in_a_table(ids: list[str]) -> None:
    result = run("list", "--limit", "2")
    assert result.exit_code == 0
    assert ids[0][:12] not in result.stdout
    assert ids[1][:12] in result.stdout
    assert "loan_scam" in result.stdout
    assert "2026-11-23 04:00:00" in result.stdout
    assert "0.97" in result.stdout


def test_what_users_wrote_reaches_the_terminal_as_plain_text(ids: list[str]) -> None:
    shown = run("list").stdout
    assert "\x1b" not in shown
    assert "abc[red]" in shown


def test_list_as_json_lines(ids: list[str]) -> None:
    rows = [json.loads(line) for line in run("list", "--json").stdout.splitlines()]
    assert [row["id"] for row in rows] == ids
    assert rows[1] == {
        "seq": 2,
        "time": "2026-11-23T04:00:00.000000Z",
        "code": "loan_scam",
        "stage": "paid",
        "urgency": None,
        "confidence": 0.97,
        "subject": "某某优化",
        "id": ids[1],
    }


def test_show_writes_one_event_by_its_id_or_the_beginning_of_it(ids: list[str]) -> None:
    whole, part = run("show", ids[1]), run("show", ids[1][:12].upper())
    assert whole.exit_code == part.exit_code == 0
    assert whole.stdout == part.stdout
    assert json.loads(whole.stdout)["id"] == ids[1]
    assert '\n  "id"' in whole.stdout


@pytest.mark.parametrize("id", ["f" * 33, "", "no id", "%", event_id("a", "b", "c")])
def test_show_of_an_unknown_id_fails_with_one_line(ids: list[str], id: str) -> None:
    result = run("show", id)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1
    assert "no signal with the id" in result.stderr


def test_show_of_an_ambiguous_beginning_fails_with_one_line(home: Path) -> None:
    async def write() -> list[str]:
        ledger = Ledger.open(home, hasher=Hasher([b"key"]), source="/jingzhong/demo")
        # 17 ids cannot all begin with different hexadecimal digits.
        contexts = [TurnContext("rest", "u", "rest:u", f"m{n}", AT, "m", "c") for n in range(17)]
        found = [await ledger.record(TurnRecord(context, (PLAIN,))) for context in contexts]
        ledger.close()
        return [id[0] for [id] in found]

    starts = asyncio.run(write())
    twice = next(digit for digit in starts if starts.count(digit) > 1)
    result = run("show", twice)
    assert result.exit_code == 1
    assert "several signals" in result.stderr


def test_an_absent_ledger_is_empty_and_is_not_created(home: Path) -> None:
    assert (run("export").exit_code, run("export").stdout) == (0, "")
    assert (run("list", "--json").exit_code, run("list", "--json").stdout) == (0, "")
    assert "no signals" in run("list").stdout
    assert run("show", "0" * 32).exit_code == 1
    assert list(home.iterdir()) == []


@pytest.mark.parametrize("command", ["export", "list"])
def test_an_unknown_code_is_a_wrong_argument(command: str) -> None:
    result = run(command, "--code", "phishing")
    assert result.exit_code == 2
    assert "debt_optimization" in result.stderr
    assert "Traceback" not in result.stderr


def test_wrong_settings_end_with_status_2_and_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JINGZHONG_PORT", "many")
    result = run("list")
    assert result.exit_code == 2
    assert "JINGZHONG_PORT" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_broken_ledger_ends_with_status_1_and_one_line(home: Path) -> None:
    database_path(home).write_bytes(b"no database at all " * 100)
    result = run("export")
    assert result.exit_code == 1
    assert "not a database" in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("command", [[], ["export"], ["list"], ["show"]])
def test_every_command_explains_itself(command: list[str]) -> None:
    result = run(*command, "--help")
    assert result.exit_code == 0
    assert "Usage" in result.stdout


def test_a_reader_that_stops_early_gets_no_traceback(ids: list[str], home: Path) -> None:
    program = "from bot.cli.signals import signals_app; signals_app(['export'])"
    shell = f'"{sys.executable}" -c "{program}" | true'
    result = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, check=False)
    assert result.stderr == ""
