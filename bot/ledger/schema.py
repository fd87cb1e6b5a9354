"""The versions of the database: numbered files of SQL, applied in order and all or none."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from bot.ledger.errors import LedgerVersionError

MIGRATIONS = Path(__file__).resolve().parent / "migrations"


def latest_version(folder: Path = MIGRATIONS) -> int:
    """The version that this program works with: the number of migrations."""
    return len(_scripts(folder))


def version_of(connection: sqlite3.Connection) -> int:
    """The version that the database has now; 0 is an empty one."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: sqlite3.Connection, path: Path, folder: Path = MIGRATIONS) -> None:
    """Brings the database to the latest version, in one transaction that shuts out other writers.

    ``connection`` is in autocommit mode; ``path`` is named in errors.

    Raises:
        LedgerVersionError: when the database comes from a newer program.
        sqlite3.Error: when a script fails; the database is then as it was.
    """
    scripts = _scripts(folder)
    if _known(connection, path, len(scripts)) == len(scripts):
        return
    connection.execute("BEGIN EXCLUSIVE")
    try:
        # Another process may have migrated while this one waited for the lock.
        for script in scripts[_known(connection, path, len(scripts)) :]:
            for statement in _statements(script.read_text(encoding="utf-8")):
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(scripts)}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _known(connection: sqlite3.Connection, path: Path, latest: int) -> int:
    version = version_of(connection)
    if version > latest:
        raise LedgerVersionError(
            f"{path}: has version {version}, this program knows versions up to {latest}; "
            "install the program that wrote it or a newer one"
        )
    return version


def _scripts(folder: Path) -> list[Path]:
    scripts = sorted(folder.glob("[0-9][0-9][0-9][0-9]_*.sql"))
    for number, script in enumerate(scripts, start=1):
        if int(script.name[:4]) != number:
            raise LedgerVersionError(f"{script}: migration {number:04d} is missing before it")
    return scripts


def _statements(script: str) -> Iterator[str]:
    # Connection.executescript would commit the surrounding transaction first.
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip():
        yield statement
