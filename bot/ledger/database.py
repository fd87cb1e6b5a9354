"""Opening the one database file, for writing and for reading."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.ledger.errors import LedgerError, LedgerVersionError, explain
from bot.ledger.schema import MIGRATIONS, latest_version, migrate, version_of

BUSY_SECONDS = 5.0


def database_path(home: Path) -> Path:
    """Where the database lies in the data directory."""
    return home / "jingzhong.db"


def placeholders(values: Sequence[str]) -> str:
    """The list of question marks that ``IN`` takes for these values."""
    return "(" + ", ".join("?" * len(values)) + ")"


def open_database(
    path: Path, *, busy_seconds: float = BUSY_SECONDS, migrations: Path = MIGRATIONS
) -> sqlite3.Connection:
    """Opens the database for writing, creating and migrating it where needed.

    The connection is in autocommit mode, may be handed to another thread (but not used by two at
    once) and waits up to ``busy_seconds`` for other processes. It must not cross a fork.

    Raises:
        LedgerVersionError: when a newer program wrote the database.
        LedgerError: when it cannot be opened.
    """
    try:
        _create_private(path)
        connection = sqlite3.connect(
            path, timeout=busy_seconds, isolation_level=None, check_same_thread=False
        )
        try:
            _use_wal(connection, path, busy_seconds)
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            # What a user has erased must not linger in free pages.
            connection.execute("PRAGMA secure_delete = ON")
            migrate(connection, path, migrations)
        except BaseException:
            connection.close()
            raise
    except (sqlite3.Error, OSError) as error:
        raise explain(error, path) from error
    return connection


class Reader:
    """A read-only view of the database for any thread; one that does not exist yet is empty.

    Each question is a short transaction of its own, so that no reader keeps the journal from
    shrinking.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None

    def rows(
        self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()
    ) -> list[tuple[Any, ...]]:
        """All rows of one SELECT, none when there is no database yet.

        Raises:
            LedgerVersionError: when the database has another version than this program.
            LedgerError: when it cannot be read.
        """
        with self._lock:
            try:
                if self._connection is None:
                    self._connection = self._open()
                if self._connection is None:
                    return []
                return self._connection.execute(sql, parameters).fetchall()
            except (sqlite3.Error, OSError) as error:
                self._close()
                raise explain(error, self._path) from error

    def close(self) -> None:
        """Lets go of the file; the next question opens it again."""
        with self._lock:
            self._close()

    def _open(self) -> sqlite3.Connection | None:
        if not self._path.exists():
            return None
        connection = sqlite3.connect(
            f"{self._path.resolve().as_uri()}?mode=ro",
            uri=True,
            timeout=BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            version, latest = version_of(connection), latest_version()
        except BaseException:
            connection.close()
            raise
        if version == latest:
            return connection
        connection.close()
        if version == 0:  # created this moment by a service that is starting
            return None
        mend = (
            "start the service once, which upgrades it"
            if version < latest
            else "use the program that wrote it or a newer one"
        )
        raise LedgerVersionError(
            f"{self._path}: has version {version}, this program reads version {latest}; {mend}"
        )

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _create_private(path: Path) -> None:
    """Creates the file for this user alone; SQLite gives its journals the same permissions."""
    try:
        # Never open an existing file here: closing it would drop the locks of this process on it.
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        return
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)  # SQLite syncs the folder for its journals only
    finally:
        os.close(folder)


def _use_wal(connection: sqlite3.Connection, path: Path, patience: float) -> None:
    """Switches to the write-ahead log; SQLite does not wait by itself while others do the same."""
    deadline = time.monotonic() + patience
    while True:
        try:
            mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
            continue
        if mode != "wal":
            raise LedgerError(
                f"{path}: this file system cannot hold the journal; "
                "put JINGZHONG_HOME on a local disk"
            )
        return
