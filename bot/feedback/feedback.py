"""All of feedback in one place: what console, command line, API and the message path use."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from bot.audit import Actor
from bot.feedback.appeals import Appeals
from bot.feedback.disputes import dispute_unit
from bot.feedback.judging import Judged, judge_unit
from bot.feedback.notices import Notice, pending
from bot.feedback.queue import ReviewQueue
from bot.feedback.rates import Rate, false_alarm_rates
from bot.feedback.rules import load_rules
from bot.feedback.verdict import Ruling
from bot.hashing import Pseudonym
from bot.ledger.database import Reader
from bot.ledger.encoding import utc_now
from bot.ledger.writer import Writer


class Feedback:
    """Verdicts, objections, appeals and results.

    ``queue`` reads what waits for a person, ``appeals`` is the book of appeals.
    """

    def __init__(
        self,
        reader: Reader,
        writer: Writer,
        source: str,
        content: Path,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """``source`` is that of the ledger's events, ``content`` the folder of all wording.

        Raises:
            ContentError: when ``feedback.yml`` in it is missing or broken.
        """
        self.rules = load_rules(content)
        self.queue = ReviewQueue(reader)
        self.appeals = Appeals(reader, writer, source, self.rules, clock)
        self._reader = reader
        self._writer = writer
        self._source = source
        self._clock = clock

    async def judge(self, event_id: str, ruling: Ruling, actor: Actor) -> Judged:
        """Gives a verdict; returns once it is durable.

        Raises:
            UnknownRecord: when there is no such signal.
            FeedbackError: when the ruling does not fit, or an appeal has been decided on the signal.
            LedgerError: when it cannot be written.
        """
        at = self._clock()

        def unit(connection: sqlite3.Connection) -> Judged:
            return judge_unit(connection, event_id, ruling, actor, at=at, source=self._source)

        return await self._writer.commit(unit)

    async def disputed(
        self,
        event_ids: Sequence[str],
        user: Pseudonym,
        at: datetime,
        notify: bool | None = None,
    ) -> int:
        """Records an objection by itself; see :func:`bot.feedback.disputes.dispute_unit`.

        Raises:
            LedgerError: when it cannot be written.
        """

        def unit(connection: sqlite3.Connection) -> int:
            return dispute_unit(connection, event_ids, user, at, notify)

        return await self._writer.commit(unit)

    def pending(self, user: Pseudonym) -> tuple[Notice, ...]:
        """What the borrower is to hear with the next reply; a short blocking read.

        Raises:
            LedgerError: when the ledger cannot be read.
        """
        return pending(self._reader, user)

    def rates(self, since: datetime | None = None, until: datetime | None = None) -> list[Rate]:
        """See :func:`bot.feedback.rates.false_alarm_rates`."""
        return false_alarm_rates(self._reader, since, until)
