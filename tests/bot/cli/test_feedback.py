"""The commands about feedback."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from bot.cli.main import app
from tests.bot.conftest import Ended
from tests.bot.feedback.conftest import ANNA, RIGHT, Room

Jingzhong = Callable[..., Result]


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    home = tmp_path / "home"
    home.mkdir()
    room = Room(home)
    yield room
    room.reader.close()
    room.ledger.close()


@pytest.fixture
def command(room: Room, monkeypatch: pytest.MonkeyPatch) -> Jingzhong:
    """``command("feedback", "queue")`` on the ledger of the room."""
    monkeypatch.setenv("JINGZHONG_HOME", str(room.home))
    return lambda *arguments: CliRunner().invoke(app, arguments)


def signal(room: Room, **fields: object) -> str:
    return asyncio.run(room.signal(**fields))  # type: ignore[arg-type]


def test_a_verdict_is_given_by_the_beginning_of_an_id(room: Room, command: Jingzhong) -> None:
    id = signal(room)
    done = command("signals", "verdict", id[:10], "wrong-code", "--code", "mule_account")
    assert (done.exit_code, done.stderr) == (0, "jingzhong: recorded\n")
    current = room.feedback.queue.judgements([id])[id].current
    assert current is not None
    assert (current.verdict, current.code) == ("wrong_code", "mule_account")
    assert current.by.startswith("cli:")
    again = command("signals", "verdict", id[:10], "wrong-code", "--code", "mule_account")
    assert "nothing to do" in again.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("ffff", "confirmed"), "no signal has the id"),
        (("", "confirmed"), "no signal has the id"),
        (("ID", "maybe"), "'maybe' is not one of"),
        (("ID", "wrong-code"), "needs --code"),
        (("ID", "confirmed", "--code", "loan_scam"), "others take none"),
        (("ID", "wrong-code", "--code", "repayment"), "is no threat code"),
    ],
)
def test_a_verdict_that_cannot_be_given_ends_with_2(
    room: Room, command: Jingzhong, arguments: tuple[str, ...], told: str
) -> None:
    id = signal(room)
    done = command("signals", "verdict", *(id if part == "ID" else part for part in arguments))
    assert done.exit_code == 2
    assert told in " ".join(done.stderr.replace("│", " ").split())
    assert room.reader.rows("SELECT * FROM verdicts") == []


def test_the_queue_says_what_waits(room: Room, command: Jingzhong) -> None:
    first, second = signal(room), signal(room)
    asyncio.run(room.feedback.disputed([first], room.user(), room.now))
    done = command("feedback", "queue", "--json")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(row["id"], row["disputed"]) for row in rows] == [
        (first[:12], "yes"),
        (second[:12], ""),
    ]
    assert "1 disputed and 1 other signals wait" in done.stderr


def test_an_appeal_goes_all_the_way(room: Room, command: Jingzhong) -> None:
    id = signal(room)
    asyncio.run(room.feedback.judge(id, RIGHT, ANNA))
    opened = command("feedback", "appeal", "--signal", id, "--reason", "官方来电")
    appeal = opened.stdout.strip()
    assert appeal.startswith("AP-")
    assert "1 signals at stake, to be decided before 20" in opened.stderr
    assert command("feedback", "take", appeal).exit_code == 0
    decided = command(
        *("feedback", "decide", appeal, "--uphold"),
        *("--verdict", "false-alarm", "--reason", "核对过"),
    )
    assert decided.stderr == f"jingzhong: {appeal} is upheld\n"
    listed = command("feedback", "appeals", "--all", "--json")
    assert json.loads(listed.stdout)["state"] == "upheld"
    assert "deadline missed: 0 of 1 (0.0%)" in listed.stderr


def test_the_accused_appeals_in_whatever_writing(room: Room, command: Jingzhong) -> None:
    asyncio.run(room.names(signal(room), "phone:+8613800001234"))
    opened = command(
        *("feedback", "appeal", "--contact", "phone:138 0000 1234"),
        *("--reason", "这是我的号码", "--reply-to", "来信"),
    )
    assert opened.exit_code == 0, opened.stderr
    assert room.feedback.appeals.list()[0].contact == "phone:+8613800001234"
    wrong = command("feedback", "appeal", "--contact", "fax:1", "--reason", "x")
    assert wrong.exit_code == 2


def test_the_rates_are_told_with_what_they_rest_on(room: Room, command: Jingzhong) -> None:
    id = signal(room)
    signal(room)
    asyncio.run(room.feedback.judge(id, RIGHT, ANNA))
    whole = json.loads(command("feedback", "rates", "--json").stdout.splitlines()[0])
    assert (whole["signals"], whole["judged"], whole["rate"]) == (2, 1, "0.0%")
    assert whole["95%"] == "0.0% to 79.3%"
    assert command("feedback", "rates", "--since", "2026-11-24", "--json").stdout == ""
    assert command("feedback", "rates", "--since", "soon").exit_code == 2


def test_candidates_are_exported_once_and_not_over_a_file_under_review(
    room: Room, command: Jingzhong, tmp_path: Path
) -> None:
    text = "他们家说替我把卡养半年再交八百块点位费"
    asyncio.run(room.feedback.judge(signal(room, evidence=(text,)), RIGHT, ANNA))
    out = tmp_path / "candidates.yml"
    done = command("feedback", "export", "--out", str(out))
    assert done.exit_code == 0, done.stderr
    assert text in out.read_text()
    assert "1 candidates" in done.stderr
    assert [entry.action for entry in room.audited("examples.")] == ["examples.export"]
    assert command("feedback", "export", "--out", str(out)).exit_code == 2


def test_errors_are_one_line_with_the_right_status(
    jingzhong: Callable[..., Ended], tmp_path: Path
) -> None:
    broken = tmp_path / "broken.yml"
    broken.write_text("nlu: [")
    for arguments, code, told in (
        (("take", "AP-NONE"), 1, "jingzhong: no appeal has the id 'AP-NONE'"),
        (("approve", str(broken)), 2, "broken.yml, line 1: no valid YAML"),
    ):
        ended = jingzhong("feedback", *arguments)
        (line,) = ended.err.splitlines()
        assert (ended.code, told in line) == (code, True), ended.err


def test_a_home_without_a_ledger_has_nothing_to_show(
    command: Jingzhong, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = tmp_path / "empty"
    monkeypatch.setenv("JINGZHONG_HOME", str(empty))
    for arguments in (("queue",), ("rates",), ("appeals",)):
        done = command("feedback", *arguments)
        assert done.exit_code == 0
        assert done.stdout.startswith("no")
    assert not empty.exists()
