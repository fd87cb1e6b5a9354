"""``jingzhong signals sinks|dead|retry|replay`` beside a ledger that is in use."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.audit import AuditLog
from bot.cli.main import app
from bot.ledger.database import Reader, database_path
from tests.bot.sinks.conftest import Outbox

SINKS = """
sinks:
  archive: {kind: files, folder: archive}
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("JINGZHONG_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    (tmp_path / "sinks.yml").write_text(SINKS)
    return tmp_path


@pytest.fixture
def ids(home: Path) -> list[str]:
    """Events of which the sink has had five, of which one is dead and one waits behind another."""

    async def fill(outbox: Outbox) -> list[str]:
        return await outbox.tell("wxid_[red]a", *(f"m{n}" for n in range(6)))

    outbox = Outbox(home)
    ids = asyncio.run(fill(outbox))
    outbox.close()
    with closing(sqlite3.connect(database_path(home))) as database:
        database.execute(
            "INSERT INTO sinks (name, seq, trouble, trouble_since) VALUES "
            "('archive', 5, 'disk full', '2026-11-29T00:00:00.000000Z')"
        )
        database.executemany(
            "INSERT INTO deliveries VALUES (?, 'archive', 'wxid_[red]a', ?, ?, ?, ?)",
            [
                (1, 8, "2026-11-29T00:00:00.000000Z", "HTTP 422", "2026-11-29T01:00:00.000000Z"),
                (4, 2, "2099-01-01T00:00:00.000000Z", "HTTP 500", None),
                (5, 0, "2026-11-29T00:00:00.000000Z", None, None),
            ],
        )
        database.commit()
    return ids


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["signals", *arguments])


def test_sinks_tells_how_each_of_them_stands(ids: list[str], home: Path) -> None:
    with closing(sqlite3.connect(database_path(home))) as database:
        database.execute("INSERT INTO sinks (name, seq) VALUES ('former', 6)")
        database.commit()
    told = [json.loads(line) for line in run("sinks", "--json").stdout.splitlines()]
    assert told[0].pop("seconds") > 0
    assert told[0] == {
        "kind": "files",
        "sink": "archive",
        "seq": 5,
        "events": 3,
        "waiting": 2,
        "dead": 1,
        "replaying": 0,
        "trouble": "disk full",
        "trouble_since": "2026-11-29T00:00:00.000000Z",
    }
    assert (told[1]["sink"], told[1]["kind"], told[1]["events"]) == ("former", None, 0)
    table = run("sinks").stdout
    assert "archive" in table
    assert "disk full" in table
    assert "not configured" in table


def test_without_a_ledger_and_without_sinks_there_is_nothing_to_tell(home: Path) -> None:
    assert "archive" in run("sinks").stdout
    (home / "sinks.yml").unlink()
    assert run("sinks").stdout == "no sinks; see: docs/sinks.example.yml\n"
    assert run("dead").stdout == "no dead letters\n"


def test_dead_shows_the_dead_letters_and_obeys_nobody_who_wrote_in_them(ids: list[str]) -> None:
    (letter,) = (json.loads(line) for line in run("dead", "--json").stdout.splitlines())
    assert (letter["id"], letter["sink"], letter["tries"]) == (ids[0], "archive", 8)
    shown = run("dead", "--sink", "archive").stdout
    assert "HTTP 422" in shown
    assert "wxid_[red]a" in shown
    assert run("dead", "--sink", "other").stdout == "no dead letters\n"


@pytest.mark.parametrize("how", ["sink", "id", "beginning"])
def test_retry_puts_dead_letters_back_and_the_audit_says_who(
    ids: list[str], home: Path, how: str
) -> None:
    arguments = {"sink": ["--sink", "archive"], "id": [ids[0]], "beginning": [ids[0][:9].upper()]}
    result = run("retry", *arguments[how])
    assert result.exit_code == 0
    assert "1 dead letter will be tried again" in result.stderr
    assert run("dead").stdout == "no dead letters\n"
    reader = Reader(database_path(home))
    (entry,) = AuditLog(reader).latest()
    reader.close()
    assert entry.action == "sink.retry"
    assert entry.actor.startswith("cli:")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["retry"], "give ids"),
        (["retry", "ffff"], "no dead letter has the id 'ffff'"),
        (["replay", "--sink", "archive"], "give either --from SEQ or --since TIME"),
        (["replay", "--sink", "archive", "--from", "1", "--since", "2026-01-01"], "give either"),
        (["replay", "--sink", "archive", "--since", "soon"], "'soon' is no time; write"),
        (["replay", "--sink", "archive", "--since", "2099-01-01"], "there is no event since"),
        (["replay", "--sink", "archive", "--from", "3", "--to", "2"], "is before the first event"),
    ],
)
def test_wrong_arguments_are_told_and_end_with_two(
    ids: list[str], arguments: list[str], reason: str
) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert reason in result.stderr


def test_replay_leaves_an_order_for_whoever_forwards(ids: list[str], home: Path) -> None:
    result = run("replay", "--sink", "archive", "--from", "2", "--to", "4")
    assert "up to 3 events from 2 on will be handed over to archive again" in result.stderr
    assert run("replay", "--sink", "archive", "--since", "2026-01-01").exit_code == 0
    (state,) = (json.loads(line) for line in run("sinks", "--json").stdout.splitlines())
    assert state["replaying"] == 3 + 5
    reader = Reader(database_path(home))
    rows = reader.rows("SELECT sink, next, last, ended_at FROM replays ORDER BY id")
    reader.close()
    assert rows == [("archive", 2, 4, None), ("archive", 1, None, None)]


def test_a_replay_for_a_sink_that_had_nothing_is_one_line(ids: list[str]) -> None:
    result = run("replay", "--sink", "other", "--from", "1")
    assert result.exit_code == 1
    assert "no sink 'other' has had events; see: jingzhong signals sinks" in str(result.exception)
