"""The commands about people's data, as real processes on a real ledger."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from bot.ledger.database import database_path
from bot.settings import DEMO_SECRET
from tests.bot.conftest import Ended
from tests.bot.privacy.conftest import House

Run = Callable[..., Ended]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A data directory in which somebody told of a threat, long ago and lately."""
    folder = tmp_path / "home"
    folder.mkdir()
    house = House(folder, (DEMO_SECRET.encode(),))

    async def work() -> None:
        await house.lives("u1")
        await house.hears("u2", "很旧的一句", ago=400)

    asyncio.run(work())
    house.close()
    return folder


def test_a_person_is_shown_and_erased(jingzhong: Run, home: Path) -> None:
    shown = jingzhong("privacy", "show", "rest:u1", "--json")
    assert shown.code == 0, shown.err
    rows = [json.loads(line) for line in shown.out.splitlines()]
    assert any(row["data"].get("said") == "放款前要先交解冻费，我该不该交" for row in rows)
    assert "该不该交" in jingzhong("privacy", "show", "rest:u1").out.replace("\n", "")

    refused = jingzhong("privacy", "erase", "rest:u1")  # nobody answers the question
    assert refused.code == 1
    erased = jingzhong("privacy", "erase", "rest:u1", "--yes", "--json")
    assert erased.code == 0, erased.err
    told = json.loads(erased.out)
    assert told["removed"]["turns"] == 1
    assert told["held"] == {}
    assert told["off_disk"] is True
    files = b"".join(path.read_bytes() for path in home.glob("jingzhong.db*"))
    assert "该不该交".encode() not in files

    audit = jingzhong("privacy", "audit", "--action", "privacy.", "--json")
    actions = [json.loads(line)["action"] for line in audit.out.splitlines()]
    assert actions == ["privacy.erase", "privacy.show", "privacy.show"]


def test_what_is_too_old_goes_and_a_dry_run_says_what_would(jingzhong: Run, home: Path) -> None:
    def removed(*options: str) -> dict[str, int]:
        done = jingzhong("privacy", "retain", "--json", *options)
        assert done.code == 0, done.err
        rows = [json.loads(line) for line in done.out.splitlines()]
        return {row["kind"]: row["removed"] for row in rows if row["removed"]}

    assert removed("--dry-run") == removed("--dry-run")
    assert removed("--dry-run")["turns"] == 1
    assert removed()["turns"] == 1
    assert removed() == {}


def test_a_changed_entry_of_the_audit_is_found(jingzhong: Run, home: Path) -> None:
    jingzhong("privacy", "show", "rest:u1", "--json")
    whole = jingzhong("privacy", "audit", "--verify")
    assert (whole.code, "hold" in whole.err) == (0, True)
    with closing(sqlite3.connect(database_path(home))) as connection:
        connection.execute("DROP TRIGGER audit_is_not_changed")
        connection.execute("UPDATE audit SET actor = 'nobody' WHERE seq = 1")
        connection.commit()
    broken = jingzhong("privacy", "audit", "--verify")
    assert broken.code == 1
    assert "entry 1" in broken.err


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("show", "u1"), 2, "CHANNEL:ID"),
        (("erase", "u1", "--yes"), 2, "CHANNEL:ID"),
    ],
)
def test_a_person_whom_nobody_can_find_is_one_line(
    jingzhong: Run, arguments: tuple[str, ...], code: int, words: str
) -> None:
    ended = jingzhong("privacy", *arguments)
    assert ended.code == code
    assert words in " ".join(ended.err.split())
    assert "Traceback" not in ended.err


def test_without_redis_an_erasure_fails_in_one_line(jingzhong: Run, home: Path) -> None:
    ended = jingzhong(
        "privacy", "erase", "rest:u1", "--yes", JINGZHONG_REDIS_URL="redis://127.0.0.1:1/0"
    )
    assert ended.code == 1
    assert ended.err.startswith("jingzhong: Redis:")
    assert "Traceback" not in ended.err
