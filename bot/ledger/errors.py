"""Errors of the ledger: one line each that names the cause and the mend."""

from __future__ import annotations

import sqlite3
from pathlib import Path

_MENDS = (
    ("locked", "another process holds it; end whatever copies or repairs it, then try again"),
    ("disk is full", "free space where JINGZHONG_HOME lies"),
    ("readonly", "make the file and its folder writable for this user"),
    ("unable to open", "create the folder of JINGZHONG_HOME and make it writable"),
    ("disk i/o error", "check the disk; JINGZHONG_HOME must lie on a local one"),
    ("malformed", "restore it from a backup"),
    ("not a database", "move the file away or restore it from a backup"),
)


class LedgerError(Exception):
    """The ledger cannot do what was asked; the message is one line."""


class LedgerVersionError(LedgerError):
    """The database has a schema that this program does not know."""


class LedgerBusyError(LedgerError):
    """So many writes are waiting that this one was refused; nothing of it was written."""


def explain(error: BaseException, path: Path) -> LedgerError:
    """Turns an error of SQLite or the file system into one line about the database at ``path``."""
    if isinstance(error, LedgerError):
        return error
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    reason = " ".join(reason.split()) or type(error).__name__
    mend = next((mend for sign, mend in _MENDS if sign in reason.lower()), None)
    return LedgerError(f"{path}: {reason}" + (f"; {mend}" if mend else ""))


def is_trouble(error: BaseException) -> bool:
    """Whether the error tells of the database or its disk, not of a mistake in a statement."""
    mistakes = (sqlite3.IntegrityError, sqlite3.ProgrammingError)
    return isinstance(error, sqlite3.DatabaseError) and not isinstance(error, mistakes)
