from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from bot.ledger.database import Reader, database_path, open_database
from bot.ledger.errors import LedgerError, LedgerVersionError
from bot.ledger.schema import MIGRATIONS, latest_version, version_of

OPEN = (
    "import sys, pathlib; from bot.ledger.database import open_database as o; "
    "o(pathlib.Path(sys.argv[1]))"
)


def tables(connection: sqlite3.Connection) -> set[str]:
    rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    return {name for (name,) in rows}


def first_migrations(folder: Path, count: int) -> Path:
    folder.mkdir()
    for script in sorted(MIGRATIONS.glob("*.sql"))[:count]:
        shutil.copy(script, folder)
    return folder


def test_a_commit_waits_for_the_disk_and_readers_do_not_wait_for_writers(tmp_path: Path) -> None:
    connection = open_database(database_path(tmp_path))
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL
    assert connection.execute("PRAGMA foreign_keys").fetchone() == (1,)
    assert connection.execute("PRAGMA busy_timeout").fetchone()[0] >= 1000
    connection.close()


def test_the_database_and_its_journal_are_for_their_owner_alone(tmp_path: Path) -> None:
    connection = open_database(database_path(tmp_path))
    connection.execute("INSERT INTO users (user) VALUES ('x')")
    files = list(tmp_path.iterdir())
    assert len(files) == 3
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    connection.close()


def test_an_empty_folder_gets_the_latest_version(tmp_path: Path) -> None:
    connection = open_database(database_path(tmp_path))
    assert version_of(connection) == latest_version() >= 3
    assert {"events", "users", "replies", "receipts"} <= tables(connection)
    connection.close()


def test_a_database_of_version_1_keeps_its_events_when_it_is_upgraded(tmp_path: Path) -> None:
    path = database_path(tmp_path)
    old = open_database(path, migrations=first_migrations(tmp_path / "first", 1))
    assert version_of(old) == 1
    assert "users" not in tables(old)
    old.execute(
        "INSERT INTO events (source, id, code, time, user, body) "
        "VALUES ('s', 'i', 'c', 't', 'u', '{}')"
    )
    old.close()

    new = open_database(path)
    assert version_of(new) == latest_version()
    assert "users" in tables(new)
    assert new.execute("SELECT seq, id FROM events").fetchall() == [(1, "i")]
    new.close()


def test_migrations_are_applied_once(tmp_path: Path) -> None:
    path = database_path(tmp_path)
    open_database(path).close()
    again = open_database(path)  # CREATE TABLE would fail here
    assert version_of(again) == latest_version()
    again.close()


def test_a_migration_that_fails_leaves_the_database_as_it_was(tmp_path: Path) -> None:
    path = database_path(tmp_path)
    open_database(path, migrations=first_migrations(tmp_path / "first", 1)).close()
    broken = first_migrations(tmp_path / "broken", 2)
    (broken / "0003_broken.sql").write_text("CREATE TABLE half (a);\nCREATE TABLE events (a);\n")

    with pytest.raises(LedgerError, match="already exists"):
        open_database(path, migrations=broken)

    after = sqlite3.connect(path)
    assert version_of(after) == 1
    assert not {"half", "users"} & tables(after)
    after.close()


def test_a_gap_in_the_numbers_of_the_migrations_is_refused(tmp_path: Path) -> None:
    folder = first_migrations(tmp_path / "gap", 3)
    next(folder.glob("0002_*")).unlink()
    with pytest.raises(LedgerVersionError, match="0002 is missing"):
        open_database(database_path(tmp_path), migrations=folder)


def test_a_migration_may_hold_comments_semicolons_in_texts_and_triggers(tmp_path: Path) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    (folder / "0001_odd.sql").write_text(
        "-- first; a comment\nCREATE TABLE t (a TEXT DEFAULT 'x;y');\n"
        "CREATE TRIGGER g AFTER INSERT ON t BEGIN\n"
        "  UPDATE t SET a = 'z';\n  DELETE FROM t;\nEND;\n-- end\n"
    )
    connection = open_database(database_path(tmp_path), migrations=folder)
    connection.execute("INSERT INTO t DEFAULT VALUES")
    assert connection.execute("SELECT count(*) FROM t").fetchone() == (0,)
    connection.close()


def test_a_database_of_a_newer_program_is_refused_in_one_line_and_not_touched(
    tmp_path: Path,
) -> None:
    path = database_path(tmp_path)
    connection = open_database(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()

    with pytest.raises(LedgerVersionError, match="version 99") as refused:
        open_database(path)
    assert "\n" not in str(refused.value)
    with pytest.raises(LedgerVersionError, match="version 99"):
        Reader(path).rows("SELECT 1")
    check = sqlite3.connect(path)
    assert version_of(check) == 99
    check.close()


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (
            lambda path: path.write_bytes(b"no database at all, " * 100),
            "not a database; move the file",
        ),
        (lambda path: path.mkdir(), "unable to open database file; create the folder"),
        (lambda path: path.parent.rmdir(), "No such file or directory"),
    ],
)
def test_a_database_that_cannot_be_opened_is_told_in_one_line(
    tmp_path: Path, spoil: object, words: str
) -> None:
    path = tmp_path / "home" / "jingzhong.db"
    path.parent.mkdir()
    spoil(path)  # type: ignore[operator]
    with pytest.raises(LedgerError, match=words) as refused:
        open_database(path)
    assert "\n" not in str(refused.value)
    assert str(path) in str(refused.value)


def test_processes_that_start_together_all_open_one_new_database(tmp_path: Path) -> None:
    path = database_path(tmp_path)
    command = [sys.executable, "-c", OPEN, str(path)]
    starting = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(6)]
    errors = [process.communicate(timeout=60)[1] for process in starting]
    assert [process.returncode for process in starting] == [0] * 6, errors


def test_opening_waits_for_a_process_that_holds_a_new_database(tmp_path: Path) -> None:
    # Here SQLite gives up at once instead of waiting: the other has not switched to the log yet.
    path = database_path(tmp_path)
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    threading.Timer(0.2, lambda: other.execute("COMMIT")).start()
    open_database(path).close()
    other.close()

    other = sqlite3.connect(tmp_path / "held.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(LedgerError, match="locked; another process holds it"):
        open_database(tmp_path / "held.db", busy_seconds=0.1)
    other.close()


def test_a_reader_waits_for_a_database_that_does_not_exist_yet(tmp_path: Path) -> None:
    path = database_path(tmp_path)
    reader = Reader(path)
    assert reader.rows("SELECT user FROM users") == []
    assert not path.exists()
    path.touch()  # a service that has created the file and not migrated it yet
    assert reader.rows("SELECT user FROM users") == []

    connection = open_database(path)
    connection.execute("INSERT INTO users (user) VALUES ('x')")
    assert reader.rows("SELECT user FROM users") == [("x",)]
    reader.close()
    connection.close()
    assert reader.rows("SELECT user FROM users") == [("x",)]
    reader.close()


def test_a_reader_cannot_write(tmp_path: Path) -> None:
    open_database(database_path(tmp_path)).close()
    reader = Reader(database_path(tmp_path))
    with pytest.raises(LedgerError, match="readonly"):
        reader.rows("INSERT INTO users (user) VALUES ('x')")


def test_a_reader_says_that_an_old_database_needs_the_service_first(tmp_path: Path) -> None:
    path = database_path(tmp_path)
    open_database(path, migrations=first_migrations(tmp_path / "first", 1)).close()
    with pytest.raises(LedgerVersionError, match="start the service once"):
        Reader(path).rows("SELECT 1")
