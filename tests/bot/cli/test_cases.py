from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cases.cases import CaseView
from bot.cli.cases import cases_app
from bot.ledger.database import Reader, database_path
from bot.ledger.ledger import Ledger
from tests.bot.cases.conftest import HASHER, SOURCE, telling

PHONE = "phone:138 0000 1234"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("JINGZHONG_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path


@pytest.fixture
def built(home: Path) -> Path:
    async def write() -> None:
        ledger = Ledger.open(home, hasher=HASHER, source=SOURCE)
        await ledger.record(telling("u1", PHONE, agency="恒信法务", amounts=["3000"]))
        await ledger.record(telling("u2", "phone:+8613800001234", "wechat:a[red]\x1b[2J"))
        ledger.close()

    asyncio.run(write())
    assert run("build").exit_code == 0
    return home


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cases_app, list(arguments))


def rows(*arguments: str) -> list[dict[str, object]]:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_list_and_search_show_cases(built: Path) -> None:
    assert "+8613800001234" in run("list").stdout
    assert {row["title"] for row in rows("list")} >= {"+8613800001234", "恒信法务"}
    assert rows("search", "138-0000-1234")[0]["reporters"] in (1, 2)
    assert "no cases" in run("search", "从未提到").stdout
    assert rows("list", "--state", "confirmed") == []
    assert rows("list", "--overdue") == []


def test_show_tells_figures_links_and_what_people_did(built: Path) -> None:
    assert run("note", PHONE, "已回访").exit_code == 0
    [case] = rows("show", PHONE)
    assert (case["signals"], case["reporters"], case["codes"]) == (2, 2, {"loan_scam": 2})
    assert case["amounts"] == {"reporters": 1, "total": "3000", "largest": "3000"}
    assert {link["with"] for link in case["links"]} >= {"agency:恒信法务"}  # type: ignore[attr-defined]
    shown = run("show", str(case["id"])[:8]).stdout
    assert "one_message (1)" in shown
    assert "已回访" in shown


def test_what_users_wrote_reaches_the_terminal_as_plain_text(built: Path) -> None:
    shown = run("list").stdout + run("show", PHONE).stdout
    assert "\x1b" not in shown
    assert "a[red]" in shown


def test_a_case_is_moved_assigned_described_merged_and_taken_out_again(built: Path) -> None:
    assert rows("move", PHONE, "verifying", "--from", "new")[0]["state"] == "verifying"
    assert rows("assign", PHONE, "wang")[0]["owner"] == "wang"
    assert rows("describe", PHONE, "--region", "广东")[0]["region"] == "广东"
    [agency] = rows("show", "agency:恒信法务")
    assert rows("merge", PHONE, "agency:恒信法务", "--note", "同一伙")[0]["reporters"] == 2
    assert len(rows("list")) == 2
    assert rows("unmerge", str(agency["id"])[:10])[0]["title"] == "恒信法务"
    assert len(rows("list")) == 3
    assert run("link", PHONE, "agency:恒信法务", "--note", "合同上").exit_code == 0
    assert run("link", PHONE, "agency:恒信法务", "--remove").exit_code == 0
    assert {row["state"]: row["cases"] for row in rows("stats")}["verifying"] == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["show", "0" * 32],
        ["show", "phone:13911112222"],
        ["move", PHONE, "confirmed"],
        ["move", PHONE, "nowhere"],
        ["move", PHONE, "verifying", "--from", "closed"],
        ["note", PHONE, " "],
        ["merge", PHONE, PHONE],
        ["unmerge", "ffffffff"],
        ["link", PHONE, "qq:99999"],
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(built: Path, arguments: list[str]) -> None:
    result = run(*arguments)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("arguments", [["list", "--state", "lost"], ["link", "138", "qq:12345"]])
def test_a_wrong_argument_ends_with_status_2(built: Path, arguments: list[str]) -> None:
    assert run(*arguments).exit_code == 2


def test_reading_creates_no_ledger(home: Path) -> None:
    assert "no cases" in run("list").stdout
    assert run("show", "abcd").exit_code == 1
    assert list(home.iterdir()) == []


def test_building_anew_keeps_what_people_did(built: Path) -> None:
    run("move", PHONE, "verifying")
    assert run("build", "--anew").exit_code == 0
    [case] = rows("show", PHONE)
    assert (case["state"], case["reporters"]) == ("verifying", 2)
    view = CaseView(Reader(database_path(built)))
    assert view.log(str(case["id"]))[0].actor.startswith("cli:")


@pytest.mark.parametrize(
    "command",
    [
        "list",
        "search",
        "show",
        "move",
        "assign",
        "describe",
        "note",
        "merge",
        "unmerge",
        "link",
        "stats",
        "build",
    ],
)
def test_every_command_explains_itself(command: str) -> None:
    result = run(command, "--help")
    assert result.exit_code == 0
    assert "Usage" in result.stdout
