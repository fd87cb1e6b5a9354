"""``jingzhong campaign push`` and what follows it, as typed in a terminal."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from bot.cli.campaign import campaign_app

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """``run("push", "fake_hotline", ...)`` in a data directory of its own."""
    monkeypatch.setenv("JINGZHONG_HOME", str(tmp_path / "home"))
    return lambda *arguments: CliRunner().invoke(campaign_app, list(arguments))


@pytest.fixture
def people(tmp_path: Path) -> str:
    """A list of two people, with two rows that cannot be used."""
    path = tmp_path / "people.csv"
    rows = "channel,user,segment,consent_ref\nrest,u1,north,form 7\nrest,u2,,\nrest,,,\nrest,u1,,\n"
    path.write_text(rows, encoding="utf-8")
    return str(path)


def made(run: Run, people: str) -> str:
    """The id of a campaign of an approved script, made by anna."""
    assert run("submit", "fake_hotline", "--by", "anna").exit_code == 0
    assert run("approve", "fake_hotline", "--by", "bert").exit_code == 0
    ended = run("push", "fake_hotline", "--audience", people, "--by", "anna")
    assert ended.exit_code == 0, ended.stderr
    assert "people.csv, line 4: channel or user is empty" in ended.stderr
    assert "people.csv, line 5: stands there twice" in ended.stderr
    return ended.stdout.strip()


def test_a_campaign_goes_from_a_list_to_its_start_past_a_second_person(
    run: Run, people: str
) -> None:
    campaign = made(run, people)
    early = run("start", campaign)
    assert (early.exit_code, "no approval" in early.stderr) == (1, True)
    own = run("release", campaign, "--by", "anna")
    assert (own.exit_code, "your own" in own.stderr) == (1, True)
    assert run("release", campaign, "--by", "bert").exit_code == 0
    assert run("start", campaign).exit_code == 0
    told = json.loads(run("progress", campaign).stdout)
    assert (told["state"], told["messages"]) == ("scheduled", {"queued": 2})
    assert run("pause", campaign).exit_code == 0
    assert run("cancel", campaign).exit_code == 0
    [row] = [json.loads(line) for line in run("pushes", "--json").stdout.splitlines()]
    assert (row["id"], row["state"], row["left"]) == (campaign, "cancelled", 0)


def test_a_dry_run_says_who_gets_what_and_who_does_not(
    run: Run, people: str, tmp_path: Path
) -> None:
    campaign = made(run, people)
    ended = run("dry-run", campaign, "--csv", str(tmp_path / "plan.csv"))
    assert ended.exit_code == 0, ended.stderr
    assert "rest: 1 would not: no_consent" in ended.stderr
    assert "rest: 3 messages each, 200 a second" in ended.stderr
    with (tmp_path / "plan.csv").open(encoding="utf-8") as file:
        first, second = csv.DictReader(file)
    assert (first["variant"] in "AB", bool(first["at"])) == (True, True)
    assert (second["at"], second["reason"]) == ("", "no_consent")


def test_a_channel_that_there_may_not_be_is_told_by_the_dry_run(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("channel,user\ntelegarm,1\n", encoding="utf-8")
    campaign = run("push", "fake_hotline", "--audience", str(path)).stdout.strip()
    assert "telegarm: content/push.yml names no such channel" in run("dry-run", campaign).stderr


def test_a_list_of_which_nothing_can_be_used_does_not_fill_the_terminal(
    run: Run, tmp_path: Path
) -> None:
    path = tmp_path / "people.csv"
    path.write_text("channel,user\napp,u\n" + "app,\n" * 1000, encoding="utf-8")
    told = run("push", "fake_hotline", "--audience", str(path)).stderr
    assert "left out: 980 more rows" in told
    assert told.count("\n") < 30


def test_a_dry_run_that_cannot_write_its_file_says_so(
    run: Run, people: str, tmp_path: Path
) -> None:
    ended = run("dry-run", made(run, people), "--csv", str(tmp_path / "none" / "plan.csv"))
    assert ended.exit_code == 1
    assert "plan.csv: No such file or directory" in ended.stderr


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (("push", "nosuch", "--segment", "all"), 2, "no such script"),
        (("push", "fake_hotline"), 2, "name either"),
        (("push", "fake_hotline", "--segment", "warned:x"), 2, "is no segment"),
        (("push", "fake_hotline", "--segment", "all"), 1, "the audience is empty"),
        (("push", "fake_hotline", "--segment", "all", "--from", "noon"), 2, "is no time"),
        (("push", "fake_hotline", "--audience", "none.csv"), 2, "none.csv"),
        (("push", "fake_hotline", "--segment", "all", "--until", "2020-01-01 10:00"), 1, "empty"),
        (("dry-run", "nosuch"), 1, "no such campaign"),
        (("progress", "nosuch"), 1, "no such campaign"),
        (("start", "nosuch"), 1, "no such campaign"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_line(
    run: Run, arguments: tuple[str, ...], status: int, told: str
) -> None:
    ended = run(*arguments)
    assert ended.exit_code == status
    assert told in ended.stderr
    assert ended.stderr.count("\n") == 1
