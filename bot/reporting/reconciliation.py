"""Signals, cases passed on and people educated, counted in ways that must agree.

Each check compares a total with parts that are counted from other tables or by other conditions, so that a gap shows
that something was lost, counted twice or changed behind the back of the audit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from bot.campaigns.reach.month import educated
from bot.ledger.database import Reader
from bot.ledger.events import EVENT_TYPE
from bot.reporting.spans import Span

HANDED_OVER: Final = "handed_to_police"
_NOW_AHEAD: Final = (
    "filed",
    "accepted",
    HANDED_OVER,
    "confirmed",
    "verifying",
    "new",
    "closed",
    "false_alarm",
)
"""Of a signal in several cases the one that got furthest counts, in this order."""


@dataclass(frozen=True)
class Check:
    """A total and the parts that should add up to it, by name."""

    name: str
    total: int
    parts: Mapping[str, int]

    @property
    def gap(self) -> int:
        """How much the parts lack, or have too much if it is negative."""
        return self.total - sum(self.parts.values())

    @property
    def holds(self) -> bool:
        """Whether total and parts agree."""
        return self.gap == 0


@dataclass(frozen=True)
class Reconciliation:
    """The figures of a span and the checks on them.

    ``educated`` is ``None`` as long as nobody has ever practised.
    """

    signals: int
    reporters: int
    cases: int
    handed_over: int
    educated: int | None
    checks: tuple[Check, ...]

    @property
    def holds(self) -> bool:
        """Whether all checks do."""
        return all(check.holds for check in self.checks)


class Reconciler:
    """Counts and compares; short blocking reads.

    They raise :class:`bot.ledger.errors.LedgerError` when the ledger cannot be read.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def of(self, span: Span) -> Reconciliation:
        """The reconciliation of a span."""
        signals = self._one(
            "SELECT count(*) FROM events WHERE type = ? AND time >= ? AND time < ?", span
        )
        where = self._where_signals_went(span)
        furthest = self._furthest_states(span)
        handed = self._handed_over(span)
        return Reconciliation(
            signals=signals,
            reporters=self._one(
                "SELECT count(DISTINCT user) FROM events WHERE type = ? AND time >= ? AND time < ?",
                span,
            ),
            cases=sum(self._cases(span).values()),
            handed_over=handed,
            educated=educated(self._reader, span),
            checks=(
                Check("signals", signals, where),
                Check("gathered", where["in_cases"], furthest),
                Check("reviewed", signals, self._reviewed(span)),
                Check("handed_over", handed, {"audit": self._handed_over_in_audit(span)}),
                Check("told", handed, {"outbox": self._handed_over_in_outbox(span)}),
            ),
        )

    def _where_signals_went(self, span: Span) -> dict[str, int]:
        rows = self._reader.rows(
            "SELECT CASE "
            "WHEN EXISTS (SELECT 1 FROM case_mentions AS m WHERE m.seq = e.seq) THEN 'in_cases' "
            "WHEN e.seq > (SELECT seq FROM case_progress) THEN 'not_yet' "
            "WHEN json_extract(body, '$.data.contacts[0]') IS NULL "
            "AND json_extract(body, '$.data.agency') IS NULL THEN 'without_contact' "
            "ELSE 'unreadable' END, count(*) "
            "FROM events AS e WHERE type = ? AND time >= ? AND time < ? GROUP BY 1",
            (EVENT_TYPE, *span.bounds),
        )
        found = dict(rows)
        names = ("in_cases", "without_contact", "unreadable", "not_yet")
        return {name: int(found.get(name, 0)) for name in names}

    def _furthest_states(self, span: Span) -> dict[str, int]:
        """Signals in cases by the state of their case, asked from the side of the cases."""
        order = " ".join(f"WHEN '{state}' THEN {place}" for place, state in enumerate(_NOW_AHEAD))
        rows = self._reader.rows(
            f"SELECT furthest, count(*) FROM (SELECT m.seq, min(CASE c.state {order} END) AS furthest "  # noqa: S608 - our own names
            "FROM case_mentions AS m JOIN case_contacts AS k ON k.key = m.key "
            "JOIN cases AS c ON c.id = k.case_id WHERE m.time >= ? AND m.time < ? GROUP BY m.seq) GROUP BY 1",
            span.bounds,
        )
        found = {_NOW_AHEAD[place]: int(count) for place, count in rows}
        return {state: found[state] for state in _NOW_AHEAD if state in found}

    def _cases(self, span: Span) -> dict[str, int]:
        rows = self._reader.rows(
            "SELECT state, count(*) FROM cases WHERE merged_into IS NULL "
            "AND first_seen < ?2 AND last_seen >= ?1 GROUP BY 1",
            span.bounds,
        )
        return {state: int(count) for state, count in rows}

    def _reviewed(self, span: Span) -> dict[str, int]:
        rows = self._reader.rows(
            "SELECT coalesce(v.verdict, 'open'), count(*) FROM events AS e "
            "LEFT JOIN current_verdicts AS v ON v.event_id = e.id "
            "WHERE e.type = ? AND e.time >= ? AND e.time < ? GROUP BY 1",
            (EVENT_TYPE, *span.bounds),
        )
        found = dict(rows)
        names = ("confirmed", "false_alarm", "wrong_code", "open")
        return {name: int(found.get(name, 0)) for name in names}

    def _handed_over(self, span: Span) -> int:
        return self._count(
            "SELECT count(*) FROM case_log WHERE action = 'move' "
            "AND json_extract(detail, '$.to') = ?3 AND at >= ?1 AND at < ?2",
            (*span.bounds, HANDED_OVER),
        )

    def _handed_over_in_audit(self, span: Span) -> int:
        return self._count(
            "SELECT count(*) FROM audit WHERE action = 'case.move' "
            "AND json_extract(detail, '$.to') = ?3 AND at >= ?1 AND at < ?2",
            (*span.bounds, HANDED_OVER),
        )

    def _handed_over_in_outbox(self, span: Span) -> int:
        return self._count(
            "SELECT count(*) FROM events WHERE type = 'jingzhong.case.changed.v1' "
            "AND json_extract(body, '$.data.to') = ?3 AND json_extract(body, '$.data.from') <> ?3 "
            "AND time >= ?1 AND time < ?2",
            (*span.bounds, HANDED_OVER),
        )

    def _one(self, sql: str, span: Span) -> int:
        return self._count(sql, (EVENT_TYPE, *span.bounds))

    def _count(self, sql: str, values: tuple[Any, ...]) -> int:
        rows = self._reader.rows(sql, values)
        return int(rows[0][0]) if rows else 0
