"""Who reported what on which day: the tables from which everything is counted, filled from the ledger."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from bot.radar.mentions import Mention

WEEK: Final = 7
PAST_WEEKS: Final = 12
KEPT_DAYS: Final = WEEK * (PAST_WEEKS + 1)
KNOWN_AFTER_DAYS: Final = 14
REPORTER_KEPT_DAYS: Final = 400
ANYTHING: Final = ""

Rows = Callable[[str, Sequence[Any]], list[tuple[Any, ...]]]
"""Answers one SELECT, as :meth:`bot.ledger.database.Reader.rows` does."""


@dataclass(frozen=True)
class Reporters:
    """Distinct reporters of one key in one week, and how many of them the service has known for two weeks."""

    all: int = 0
    known: int = 0

    @property
    def counted(self) -> int:
        """How many are believed: newcomers, who cost nothing to make, at most double those who are known."""
        return self.known + min(self.all - self.known, self.known)


class Report(NamedTuple):
    """That a user reported something on a day; ``seq`` is that of the first such signal of the day."""

    day: int
    user: str
    seq: int


Weeks = Sequence[Reporters]
"""The last seven days and then the twelve weeks before them, newest first."""


def record(connection: sqlite3.Connection, mentions: Iterable[Mention]) -> None:
    """Adds what signals report, within a unit of the ledger's writer; what is there already stays as it is."""
    for mention in mentions:
        since = _since(connection, mention)
        known = int(mention.day - since >= KNOWN_AFTER_DAYS)
        connection.executemany(
            "INSERT INTO radar_reports (key, day, user, known, seq) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT DO NOTHING",
            [
                (key, mention.day, mention.user, known, mention.seq)
                for key in (ANYTHING, *map(str, mention.keys))
            ],
        )


def _since(connection: sqlite3.Connection, mention: Mention) -> int:
    row = connection.execute(
        "INSERT INTO radar_reporters (user, since, last_day) VALUES (?1, ?2, ?3) "
        "ON CONFLICT (user) DO UPDATE SET since = min(since, ?2), last_day = max(last_day, ?3) "
        "RETURNING since",
        (mention.user, min(mention.since, mention.day), mention.day),
    ).fetchone()
    return int(row[0])


def weekly(rows: Rows, today: int, fewest: int) -> dict[str, Weeks]:
    """The weeks of every key that at least ``fewest`` reported in the last seven days; total under ``ANYTHING``."""
    # One who became known within a week is one reporter, and known.
    counted = rows(
        "SELECT key, week, count(*), sum(known) FROM ("
        "  SELECT key, (?1 - day) / 7 AS week, user, max(known) AS known FROM radar_reports"
        "  WHERE day BETWEEN ?2 AND ?1 AND key IN ("
        "    SELECT key FROM radar_reports WHERE day BETWEEN ?3 AND ?1"
        "    GROUP BY key HAVING count(DISTINCT user) >= ?4)"
        "  GROUP BY key, week, user) GROUP BY key, week",
        (today, today - KEPT_DAYS + 1, today - WEEK + 1, fewest),
    )
    found: dict[str, list[Reporters]] = {}
    for key, week, all_, known in counted:
        found.setdefault(key, [Reporters()] * (PAST_WEEKS + 1))[week] = Reporters(all_, known)
    return dict(found)


def active(rows: Rows, today: int) -> int:
    """How many keys anybody reported in the last seven days."""
    counted = rows(
        "SELECT count(DISTINCT key) FROM radar_reports WHERE day BETWEEN ? AND ? AND key != ''",
        (today - WEEK + 1, today),
    )
    return int(counted[0][0]) if counted else 0


def reports_of(rows: Rows, key: str, today: int) -> list[Report]:
    """All reports of a key in the last seven days, oldest first."""
    found = rows(
        "SELECT day, user, seq FROM radar_reports WHERE key = ? AND day BETWEEN ? AND ? "
        "ORDER BY day, seq",
        (key, today - WEEK + 1, today),
    )
    return [Report(*row) for row in found]


def first_day(rows: Rows) -> int | None:
    """The first day of which anything is kept."""
    found = rows("SELECT min(day) FROM radar_reports", ())
    return found[0][0] if found else None


def known_users(rows: Rows, today: int) -> set[str]:
    """Those of the last thirteen weeks' reporters whom the service had known for long enough."""
    found = rows(
        "SELECT DISTINCT user FROM radar_reports WHERE key = '' AND known AND day BETWEEN ? AND ?",
        (today - KEPT_DAYS + 1, today),
    )
    return {row[0] for row in found}


def forget_old(connection: sqlite3.Connection, today: int) -> int:
    """Removes what is no longer compared with anything; tells how many rows that were."""
    reports = connection.execute(
        "DELETE FROM radar_reports WHERE day <= ?", (today - KEPT_DAYS,)
    ).rowcount
    reporters = connection.execute(
        "DELETE FROM radar_reporters WHERE last_day <= ?", (today - REPORTER_KEPT_DAYS,)
    ).rowcount
    return reports + reporters
