"""The signals that wait for a person, those first whose borrower objected."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.feedback.verdict import Judgement, Verdict
from bot.ledger.database import Reader
from bot.ledger.encoding import parse_time, to_json
from bot.ledger.events import EVENT_TYPE

# CROSS JOIN keeps SQLite from reading all signals where it should begin with the few that matter.
_SIGNAL = "SELECT events.seq, events.id, events.body FROM events "
# Whoever objected after the last verdict, or before the first.
_DISPUTED = (
    "FROM (SELECT event_id, max(at) AS at FROM disputes GROUP BY event_id) AS disputed "
    "CROSS JOIN events ON events.id = disputed.event_id "
    "WHERE type = ?1 AND NOT EXISTS (SELECT 1 FROM verdicts "
    "WHERE verdicts.event_id = events.id AND verdicts.at >= disputed.at) "
)
_UNDISPUTED = (
    "WHERE type = ?1 AND (?2 IS NULL OR events.code = ?2) AND (?3 IS NULL OR events.seq < ?3) "
    "AND NOT EXISTS (SELECT 1 FROM verdicts WHERE verdicts.event_id = events.id) "
    "AND NOT EXISTS (SELECT 1 FROM disputes WHERE disputes.event_id = events.id) "
)
_DISAGREED = (
    "FROM (SELECT event_id FROM verdicts WHERE seq IN "
    "(SELECT max(seq) FROM verdicts GROUP BY event_id, by) GROUP BY event_id "
    "HAVING count(DISTINCT verdict || ' ' || coalesce(code, '')) > 1 AND max(appeal) IS NULL) AS differing "
    "CROSS JOIN events ON events.id = differing.event_id WHERE type = ?1 "
)
_JUDGED = (
    "FROM verdicts AS said CROSS JOIN events ON events.id = said.event_id WHERE type = ?1 "
    "AND NOT EXISTS (SELECT 1 FROM verdicts WHERE event_id = said.event_id AND seq > said.seq) "
)
_COLUMNS = "SELECT events.seq, events.id, events.body "
_COUNT = "SELECT count(*) "
_UNSEEN = (
    "SELECT (SELECT count(*) FROM events WHERE type = ?1) - "
    "(SELECT count(*) FROM (SELECT event_id FROM verdicts UNION SELECT event_id FROM disputes) "
    "WHERE EXISTS (SELECT 1 FROM events WHERE id = event_id))"
)


@dataclass(frozen=True)
class Reviewable:
    """A signal with its place in the ledger and all that people said of it; ``event`` is the CloudEvent."""

    seq: int
    id: str
    event: dict[str, Any]
    judgement: Judgement


@dataclass(frozen=True)
class Backlog:
    """How much waits: signals never looked at, and those whose borrower objected."""

    unseen: int
    disputed: int


class ReviewQueue:
    """Short blocking reads; all raise :class:`bot.ledger.errors.LedgerError` when the ledger fails."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def waiting(
        self, limit: int = 20, *, code: str | None = None, before: int | None = None
    ) -> list[Reviewable]:
        """What waits for a verdict: disputed signals, the oldest objection first, then the newest others.

        ``code`` asks for signals of that code. ``before`` goes on behind the last undisputed signal that was
        seen, by its ``seq``.
        """
        found: list[tuple[Any, ...]] = []
        if before is None:
            found = self._reader.rows(
                _COLUMNS + _DISPUTED + "AND (?2 IS NULL OR events.code = ?2) "
                "ORDER BY disputed.at, events.seq LIMIT ?3",
                (EVENT_TYPE, code, limit),
            )
        found += self._reader.rows(
            _SIGNAL + _UNDISPUTED + "ORDER BY events.seq DESC LIMIT ?4",
            (EVENT_TYPE, code, before, limit - len(found)),
        )
        return self._with_judgements(found)

    def disagreed(self, limit: int = 100) -> list[Reviewable]:
        """Signals about which people differ and no appeal was decided, the newest first."""
        rows = self._reader.rows(
            _COLUMNS + _DISAGREED + "ORDER BY events.seq DESC LIMIT ?2", (EVENT_TYPE, limit)
        )
        return self._with_judgements(rows)

    def judged(self, limit: int = 100) -> list[Reviewable]:
        """The signals that were judged last, the latest first."""
        rows = self._reader.rows(
            _COLUMNS + _JUDGED + "ORDER BY said.seq DESC LIMIT ?2", (EVENT_TYPE, limit)
        )
        return self._with_judgements(rows)

    def backlog(self) -> Backlog:
        """How much waits."""
        unseen = self._reader.rows(_UNSEEN, (EVENT_TYPE,))
        disputed = self._reader.rows(_COUNT + _DISPUTED, (EVENT_TYPE,))
        return Backlog(unseen[0][0], disputed[0][0]) if unseen and disputed else Backlog(0, 0)

    def judgements(self, event_ids: Sequence[str]) -> dict[str, Judgement]:
        """All that people said of these signals, by their ids."""
        wanted = to_json(list(event_ids))
        verdicts: dict[str, list[Verdict]] = {}
        for row in self._reader.rows(
            "SELECT event_id, verdict, code, note, by, at, appeal FROM verdicts "
            "WHERE event_id IN (SELECT value FROM json_each(?)) ORDER BY seq",
            (wanted,),
        ):
            event_id, verdict, code, note, by, at, appeal = row
            said = Verdict(event_id, verdict, code, note, by, parse_time(at), appeal)
            verdicts.setdefault(event_id, []).append(said)
        disputes: dict[str, datetime] = {
            event_id: parse_time(at)
            for event_id, at in self._reader.rows(
                "SELECT event_id, max(at) FROM disputes "
                "WHERE event_id IN (SELECT value FROM json_each(?)) GROUP BY event_id",
                (wanted,),
            )
        }
        return {
            event_id: Judgement(event_id, tuple(verdicts.get(event_id, ())), disputes.get(event_id))
            for event_id in event_ids
        }

    def one(self, event_id: str) -> Reviewable | None:
        """One signal, whatever was said of it."""
        rows = self._reader.rows(
            _SIGNAL + "WHERE id = ? AND type = ? ORDER BY seq DESC LIMIT 1", (event_id, EVENT_TYPE)
        )
        found = self._with_judgements(rows)
        return found[0] if found else None

    def _with_judgements(self, rows: Sequence[tuple[Any, ...]]) -> list[Reviewable]:
        judgements = self.judgements([row[1] for row in rows])
        return [Reviewable(seq, id, json.loads(body), judgements[id]) for seq, id, body in rows]
