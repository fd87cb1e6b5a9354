# ruff: noqa: S608 - only names of columns and lists of question marks are put into statements
"""The book of cases as it can be read, also by a process of its own while the service writes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.cases import searching
from bot.cases.case_file import SUMMARY, CaseFile, summary
from bot.cases.linking import links_of
from bot.cases.records import CaseSummary, Link
from bot.cases.states import ENDED
from bot.ledger.database import placeholders
from bot.ledger.encoding import rfc3339


class CaseView(CaseFile):
    """The reading side of the book of cases: single cases, lists of them, and what hangs together."""

    def links(self, case_id: str) -> list[Link]:
        """What contacts may belong to those of a case, strongest first, each with its reasons."""
        return links_of(self._reader, self.current(case_id))

    def list(
        self,
        state: str | None = None,
        owner: str | None = None,
        text: str | None = None,
        limit: int = 50,
        after: str | None = None,
        *,
        region: str | None = None,
        overdue_at: datetime | None = None,
    ) -> list[CaseSummary]:
        """Cases, those that were told of last first; ``after`` is the id of the last case of the page before.

        An empty ``owner`` or ``region`` finds cases that have none. ``text`` is looked for in reports, contacts,
        names, platforms, titles and notes, and a number in any writing.
        """
        condition, parameters = _conditions(state, owner, region, overdue_at)
        if text is not None and text.strip():
            found, more = _matching(text)
            condition, parameters = f"{condition} AND id IN ({found})", [*parameters, *more]
        if after is not None:
            condition += (
                " AND (coalesce(last_seen, ''), id) < "
                "(SELECT coalesce(last_seen, ''), id FROM cases WHERE id = ?)"
            )
            parameters.append(after)
        rows = self._reader.rows(
            f"SELECT {SUMMARY} FROM cases WHERE {condition} "
            "ORDER BY coalesce(last_seen, '') DESC, id DESC LIMIT ?",
            (*parameters, limit),
        )
        return [summary(row) for row in rows]

    def count(self, now: datetime) -> dict[str, tuple[int, int]]:
        """How many cases are in each state, and how many of those are overdue."""
        rows = self._reader.rows(
            "SELECT state, count(*), coalesce(sum(deadline < ?), 0) FROM cases "
            "WHERE merged_into IS NULL GROUP BY state",
            (rfc3339(now),),
        )
        return {state: (cases, 0 if state in ENDED else overdue) for state, cases, overdue in rows}


def _conditions(
    state: str | None, owner: str | None, region: str | None, overdue_at: datetime | None
) -> tuple[str, list[Any]]:
    parts, parameters = ["merged_into IS NULL"], list[Any]()
    for column, value in (("state", state), ("owner", owner), ("region", region)):
        if value == "":
            parts.append(f"{column} IS NULL")
        elif value is not None:
            parts.append(f"{column} = ?")
            parameters.append(value)
    if overdue_at is not None:
        parts.append(f"deadline < ? AND state NOT IN {placeholders(sorted(ENDED))}")
        parameters.extend((rfc3339(overdue_at), *sorted(ENDED)))
    return " AND ".join(parts), parameters


def _matching(text: str) -> tuple[str, list[Any]]:
    """A query for the ids of all cases in which the text occurs."""
    keys = searching.keys_of(text)
    parts = [
        f"SELECT case_id FROM case_contacts WHERE key IN {placeholders(keys)}",
        "SELECT id FROM cases WHERE instr(title, ?)",
    ]
    parameters: list[Any] = [*keys, text.strip()]
    phrases = searching.phrases(text)
    if phrases is not None:
        parts += [
            "SELECT case_id FROM case_signal_words AS w JOIN case_mentions AS m ON m.seq = w.rowid "
            "JOIN case_contacts USING (key) WHERE w.words MATCH ?",
            "SELECT case_contacts.case_id FROM case_note_words AS w JOIN case_log AS l ON l.id = w.rowid "
            "JOIN case_contacts ON home = l.case_id WHERE w.words MATCH ?",
        ]
        parameters += [phrases, phrases]
    return " UNION ".join(parts), parameters
