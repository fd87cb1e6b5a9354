"""The figures of contacts and cases, counted anew wherever a mention came or went."""

from __future__ import annotations

import sqlite3
from typing import Final

# A person counts once however often he told of it, and what was judged a false alarm does not count. Of removed mentions only sums per contact are left; of a case
# with several contacts the largest of them counts, since one signal may have named them all.
_CONTACTS: Final = """
UPDATE case_contacts SET
    signals = now.signals + past.signals,
    reporters = now.reporters + past.reporters,
    first_seen = coalesce(min(now.first_seen, past.first_seen), now.first_seen, past.first_seen),
    last_seen = coalesce(max(now.last_seen, past.last_seen), now.last_seen, past.last_seen)
FROM
    (SELECT key AS contact, count(seq) AS signals, count(DISTINCT user) AS reporters,
        min(time) AS first_seen, max(time) AS last_seen
    FROM case_contacts AS c LEFT JOIN case_told USING (key) WHERE c.stale = 1 GROUP BY key) AS now,
    (SELECT key AS contact, coalesce(sum(p.signals), 0) AS signals, coalesce(sum(p.reporters), 0) AS reporters,
        min(p.first_seen) AS first_seen, max(p.last_seen) AS last_seen
    FROM case_contacts AS c LEFT JOIN case_past AS p USING (key) WHERE c.stale = 1 GROUP BY key) AS past
WHERE stale = 1 AND now.contact = key AND past.contact = key
"""
_CASES: Final = """
UPDATE cases SET
    signals = now.signals + past.signals,
    reporters = now.reporters + past.reporters,
    first_seen = now.first_seen,
    last_seen = now.last_seen
FROM
    (SELECT case_id, count(DISTINCT seq) AS signals, count(DISTINCT user) AS reporters,
        min(c.first_seen) AS first_seen, max(c.last_seen) AS last_seen
    FROM case_contacts AS c LEFT JOIN case_told USING (key)
    WHERE case_id IN (SELECT case_id FROM case_contacts WHERE stale = 1) GROUP BY case_id) AS now,
    (SELECT case_id, max(signals) AS signals, max(reporters) AS reporters FROM
        (SELECT case_id, coalesce(sum(p.signals), 0) AS signals, coalesce(sum(p.reporters), 0) AS reporters
        FROM case_contacts AS c LEFT JOIN case_past AS p USING (key)
        WHERE case_id IN (SELECT case_id FROM case_contacts WHERE stale = 1) GROUP BY key)
    GROUP BY case_id) AS past
WHERE now.case_id = id AND past.case_id = id
"""


def recount(connection: sqlite3.Connection) -> None:
    """Counts whatever is stale, within a unit of the writer."""
    connection.execute(_CONTACTS)
    connection.execute(_CASES)
    connection.execute("UPDATE case_contacts SET stale = 0 WHERE stale = 1")


def judge(connection: sqlite3.Connection, event_id: str, code: str | None) -> None:
    """Has the mentions of a signal count under the right code, or no more if that is ``None``."""
    connection.execute(
        "UPDATE case_mentions SET code = coalesce(?1, code), counts = ?1 IS NOT NULL WHERE event_id = ?2",
        (code, event_id),
    )
    connection.execute(
        "UPDATE case_contacts SET stale = 1 "
        "WHERE key IN (SELECT key FROM case_mentions WHERE event_id = ?)",
        (event_id,),
    )
