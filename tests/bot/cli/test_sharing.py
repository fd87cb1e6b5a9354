"""``jingzhong share`` as a person uses it, in real processes where files pass between two houses."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli.sharing import share_app
from bot.sharing.matching import MatchError
from tests.bot.cases.conftest import Office, telling
from tests.bot.conftest import Ended

KEY = "a key that all members of the alliance have"
URL, WECHAT = "url:scam.example", "wechat:jiezhai888"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A ledger with two confirmed contacts."""
    home = tmp_path / "ours"
    home.mkdir()
    return filled(home, URL, WECHAT)


def filled(home: Path, *contacts: str) -> Path:
    office = Office(home)
    for number, contact in enumerate(contacts):
        office.hears(telling("u1", contact, message=f"m{number}"))
        office.moves(office.case_of(contact), "verifying", "confirmed")
    office.close()
    return home


@pytest.fixture
def share(home: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """``share("list")``: the command on the filled ledger."""
    monkeypatch.setenv("JINGZHONG_HOME", str(home))
    monkeypatch.setenv("JINGZHONG_ALLIANCE_KEY", KEY)
    monkeypatch.setenv("COLUMNS", "300")
    return lambda *arguments: CliRunner().invoke(share_app, list(arguments))


def listed(share: Callable[..., Result], *options: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in share("list", "--json", *options).stdout.splitlines()]


def test_what_is_pending_is_shown_before_anything_leaves(share: Callable[..., Result]) -> None:
    assert {row["contact"] for row in listed(share, "--pending")} == {URL, WECHAT}
    assert listed(share) == []


def test_an_export_writes_a_file_for_its_owner_alone_and_is_logged(
    share: Callable[..., Result], tmp_path: Path
) -> None:
    out = tmp_path / "export.json"
    done = share("export", "--out", str(out), "--to", "甲方")
    assert done.exit_code == 0, done.output
    assert "2 entries for 甲方" in done.stderr
    assert json.loads(out.read_text(encoding="utf-8"))["type"] == "bundle"
    assert stat.S_IMODE(os.stat(out).st_mode) == 0o600
    (logged,) = (json.loads(line) for line in share("log", "--json").stdout.splitlines())
    assert (logged["recipient"], logged["format"], logged["entries"]) == ("甲方", "stix", 2)
    assert logged["actor"].startswith("cli:")


@pytest.mark.parametrize("format", ["stix", "misp", "csv"])
def test_standard_output_holds_the_export_and_nothing_else(
    share: Callable[..., Result], format: str
) -> None:
    done = share("export", "--format", format, "--out", "-")
    assert done.exit_code == 0
    if format == "csv":
        assert done.stdout.startswith("signal,signal_type,abuse_type,report_date")
    else:
        json.loads(done.stdout)


def test_an_entry_is_taken_back_with_a_reason(share: Callable[..., Result]) -> None:
    share("export", "--out", "-")
    (entry,) = (row for row in listed(share) if row["contact"] == URL)
    assert share("retract", str(entry["id"]), "--reason", "wrong_contact").exit_code == 0
    assert [row["contact"] for row in listed(share, "--status", "retracted")] == [URL]
    assert URL in share("withheld").stdout
    assert share("release", URL).exit_code == 0
    assert "none" in share("withheld").stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("export", "--format", "xml", "--out", "-"),
        ("export", "--tlp", "purple", "--out", "-"),
        ("export", "--since", "yesterday", "--out", "-"),
        ("list", "--status", "lost"),
        ("withhold", "pigeon:1", "--reason", "wrong_contact"),
        ("import", "/nowhere.csv", "--partner", "甲方", "--expires", "30"),
        ("match", "answer", "--theirs", "/nowhere", "--partner", "甲方", "--out", "-"),
    ],
)
def test_a_wrong_argument_ends_with_2(
    share: Callable[..., Result], arguments: tuple[str, ...]
) -> None:
    assert share(*arguments).exit_code == 2


def test_an_import_reports_bad_rows_and_takes_the_others(
    share: Callable[..., Result], tmp_path: Path
) -> None:
    file = tmp_path / "list.csv"
    file.write_text("signal,kind\na.example,url\n,url\n", encoding="utf-8")
    done = share("import", str(file), "--partner", "甲方", "--expires", "30")
    assert done.exit_code == 0
    assert "line 3: the signal is empty" in done.stderr
    assert "1 added" in done.stderr
    assert "甲方" in share("partners").stdout


def test_errors_of_a_process_are_one_line_without_a_traceback(
    jingzhong: Callable[..., Ended], home: Path
) -> None:
    settings = {"JINGZHONG_HOME": str(home)}
    unknown = jingzhong("share", "retract", "x", "--reason", "wrong_contact", **settings)
    assert (unknown.code, unknown.err.count("\n")) == (1, 1)
    short = jingzhong("share", "list", **settings, JINGZHONG_ALLIANCE_KEY="short")
    assert (short.code, short.err.count("\n")) == (2, 1)
    assert "JINGZHONG_ALLIANCE_KEY" in short.err


def test_two_houses_find_what_both_know_in_three_files(
    share: Callable[..., Result], home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "theirs"
    other.mkdir()
    filled(other, WECHAT, "url:only-theirs.example")
    ask, reply = tmp_path / "ask.json", tmp_path / "reply.json"

    assert share("match", "start", "--out", str(ask)).exit_code == 0
    monkeypatch.setenv("JINGZHONG_HOME", str(other))
    answered = share(
        "match", "answer", "--theirs", str(ask), "--partner", "甲方", "--out", str(reply)
    )
    assert answered.exit_code == 0, answered.output
    assert json.loads(share("log", "--json").stdout)["format"] == "match"
    monkeypatch.setenv("JINGZHONG_HOME", str(home))
    done = share("match", "finish", "--theirs", str(reply))
    assert (done.exit_code, done.stdout) == (0, f"{WECHAT}\n")

    crossed = ask.read_text(encoding="utf-8") + reply.read_text(encoding="utf-8")
    for contact in ("jiezhai888", "scam.example", "only-theirs"):
        assert contact not in crossed
    assert list((home / "matching").iterdir()) == []
    again = share("match", "finish", "--theirs", str(reply))
    assert isinstance(again.exception, MatchError)


def test_a_list_of_ones_own_can_be_matched(share: Callable[..., Result], tmp_path: Path) -> None:
    mine, ask, reply = (tmp_path / name for name in ("mine.txt", "ask.json", "reply.json"))
    mine.write_text("phone:138 0000 1234\n\nwechat:JieZhai888\n", encoding="utf-8")
    assert share("match", "start", "--mine", str(mine), "--out", str(ask)).exit_code == 0
    assert (
        share(
            "match", "answer", "--theirs", str(ask), "--partner", "甲方", "--out", str(reply)
        ).exit_code
        == 0
    )
    assert share("match", "finish", "--theirs", str(reply)).stdout == f"{WECHAT}\n"
