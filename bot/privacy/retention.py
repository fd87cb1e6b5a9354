# ruff: noqa: S608 - names and conditions of the rules alone are put into statements
"""Removes what is older than its term, in small batches that never hold up a message for long."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from bot.audit import SYSTEM, Actor, note
from bot.background import Periodic
from bot.cases.searching import forget_removed
from bot.ledger.database import Reader, database_path, open_database
from bot.ledger.encoding import rfc3339, utc_now
from bot.ledger.errors import explain
from bot.ledger.writer import Writer
from bot.privacy.removals import count_removed, note_look
from bot.privacy.rules import RULES, Rule
from bot.privacy.terms import Term, load_terms
from bot.sinks.lead import Lead

BATCH: Final = 500
"""Rows of one transaction."""
ROUND_SECONDS: Final = 3600.0


@dataclass(frozen=True)
class Outcome:
    """What was done with one kind: rows ``removed``, and those ``spared`` although their term had ended."""

    kind: str
    removed: int
    spared: int


class Retention:
    """Goes through all kinds that have a term."""

    def __init__(
        self,
        reader: Reader,
        writer: Writer,
        terms: Callable[[], Mapping[str, Term]],
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """``terms`` is asked anew for each round, so that a term that was changed counts from the next one on."""
        self._reader = reader
        self._writer = writer
        self._terms = terms
        self._clock = clock

    async def round(self, actor: Actor = SYSTEM) -> list[Outcome]:
        """Removes what is too old now; the counts are written with the removals, and a person's round in the audit.

        Raises:
            ContentError: when the terms cannot be read.
            LedgerError: when the ledger fails; what was removed by then is counted.
        """
        now, terms = self._clock(), await asyncio.to_thread(self._terms)
        outcomes = _by_kind(
            [await self._enforce(rule, now, terms[rule.kind].lifetime) for rule in RULES]
        )
        removed = {outcome.kind: outcome.removed for outcome in outcomes if outcome.removed}

        def unit(connection: sqlite3.Connection) -> None:
            for outcome in outcomes:
                note_look(connection, outcome.kind, outcome.spared, now)
            if "signals" in removed:
                forget_removed(connection)
            if actor != SYSTEM:
                note(connection, actor, "privacy.retain", "retention", removed, at=now)

        await self._writer.commit(unit)
        return outcomes

    async def _enforce(self, rule: Rule, now: datetime, lifetime: timedelta) -> Outcome:
        limits, removed = _limits(now, lifetime), 0
        while True:
            keys = await asyncio.to_thread(self._some_keys, rule, limits)
            if not keys:
                break
            removed += await self._writer.commit(
                lambda connection, keys=keys: _remove(connection, rule, keys, limits, now)  # type: ignore[misc]
            )
            if len(keys) < BATCH:
                break
        return Outcome(
            rule.kind, removed, await asyncio.to_thread(self._count_spared, rule, limits)
        )

    def _some_keys(self, rule: Rule, limits: Mapping[str, str]) -> list[tuple[Any, ...]]:
        return self._reader.rows(
            f"SELECT {', '.join(rule.keys)} FROM {rule.table} "
            f"WHERE {_is_old(rule)} AND NOT {rule.spares} LIMIT {BATCH}",
            limits,
        )

    def _count_spared(self, rule: Rule, limits: Mapping[str, str]) -> int:
        if rule.spares == "0":
            return 0
        rows = self._reader.rows(
            f"SELECT count(*) FROM {rule.table} WHERE {_is_old(rule)} AND {rule.spares}", limits
        )
        return int(rows[0][0]) if rows else 0


def look(reader: Reader, terms: Mapping[str, Term], now: datetime) -> list[Outcome]:
    """What a round would remove and spare now, without doing it; a blocking read.

    Raises:
        LedgerError: when the ledger cannot be read.
    """
    found = []
    for rule in RULES:
        counts = reader.rows(
            f"SELECT count(*) FILTER (WHERE NOT {rule.spares}), count(*) FILTER (WHERE {rule.spares}) "
            f"FROM {rule.table} WHERE {_is_old(rule)}",
            _limits(now, terms[rule.kind].lifetime),
        )
        found.append(Outcome(rule.kind, *(counts[0] if counts else (0, 0))))
    return _by_kind(found)


def _by_kind(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Those of one kind together, since it may lie in several tables."""
    kinds = dict.fromkeys(outcome.kind for outcome in outcomes)
    return [
        Outcome(
            kind,
            sum(outcome.removed for outcome in outcomes if outcome.kind == kind),
            sum(outcome.spared for outcome in outcomes if outcome.kind == kind),
        )
        for kind in kinds
    ]


def _is_old(rule: Rule) -> str:
    return f"{rule.where} AND {rule.age} <= :until"


def _limits(now: datetime, lifetime: timedelta) -> dict[str, str]:
    return {"now": rfc3339(now), "until": rfc3339(now - lifetime)}


def _remove(
    connection: sqlite3.Connection,
    rule: Rule,
    keys: Sequence[tuple[Any, ...]],
    limits: Mapping[str, str],
    now: datetime,
) -> int:
    """Removes those rows that still are too old and not spared: a hold may have come since they were found."""
    this = " AND ".join(f"{key} = :key{place}" for place, key in enumerate(rule.keys))
    still = f"{this} AND {_is_old(rule)} AND NOT {rule.spares}"
    removed = 0
    for values in keys:
        given = {**limits, **{f"key{place}": value for place, value in enumerate(values)}}
        for table, column in rule.dependents:
            connection.execute(
                f"DELETE FROM {table} WHERE {column} = :key0 "
                f"AND EXISTS (SELECT 1 FROM {rule.table} WHERE {still})",
                given,
            )
        removed += connection.execute(f"DELETE FROM {rule.table} WHERE {still}", given).rowcount
    count_removed(connection, rule.kind, removed, now)
    return removed


def empty_journal(path: Path) -> bool:
    """Writes the journal of the ledger into it and empties it, since erased text stays in the journal until then.

    False when somebody reads at this very moment, so that it was emptied in part; blocks for as long as it takes.

    Raises:
        LedgerError: when the database fails.
    """
    try:
        with closing(open_database(path)) as connection:
            busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.Error as error:
        raise explain(error, path) from error
    return not busy


def retention_beside(home: Path, writer: Writer, content: Path) -> Periodic:
    """The job of a running service: of all processes that share a ledger one does it, every hour."""
    path = database_path(home)
    retention = Retention(Reader(path), writer, lambda: load_terms(content))

    async def work() -> None:
        await retention.round()
        await asyncio.to_thread(empty_journal, path)

    return Periodic("retention", work, ROUND_SECONDS, Lead(home, "retention"))
