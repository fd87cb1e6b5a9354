"""Appeals: opened by or for a borrower or the accused, taken by a reviewer, decided by another than who judged."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.audit import Actor, note
from bot.feedback.appeal import ACCUSED, BORROWER, IN_REVIEW, OPEN, Appeal, Decision
from bot.feedback.appeal_view import AppealView, Rows, read_appeal
from bot.feedback.deciding import already_decided, decide_unit, refuse_judge
from bot.feedback.disputes import record_dispute
from bot.feedback.errors import FeedbackError, UnknownRecord
from bot.feedback.judging import signal_of
from bot.feedback.rules import Rules
from bot.ledger.database import Reader
from bot.ledger.encoding import rfc3339, storable, utc_now
from bot.ledger.receipts import ALPHABET
from bot.ledger.writer import Writer
from bot.masking import mask_secrets

LONGEST_REASON = 4000
_LONGEST_ADDRESS = 200
_ID_LETTERS = 8


@dataclass(frozen=True)
class _Opening:
    party: str
    reason: str
    signals: tuple[str, ...]
    contact: str | None = None
    user: str | None = None
    reply_to: str | None = None


class Appeals(AppealView):
    """The book of all appeals with its writing side.

    What people do returns once it is durable. It raises :class:`FeedbackError` where it cannot be done and
    :class:`bot.ledger.errors.LedgerError` when the ledger fails.
    """

    def __init__(
        self,
        reader: Reader,
        writer: Writer,
        source: str,
        rules: Rules,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """``source`` is that of the ledger's events."""
        super().__init__(reader, clock)
        self._writer = writer
        self._source = source
        self._rules = rules

    async def open_for_borrower(
        self, event_id: str, reason: str, actor: Actor, *, notify: bool = False
    ) -> Appeal:
        """Opens an appeal of the borrower whose message wrote the signal.

        ``notify`` tells that the borrower wants to hear the result in the chat.
        """
        at = self._clock()

        def unit(connection: sqlite3.Connection) -> str:
            user = str(signal_of(connection, event_id)["data"]["user"])
            record_dispute(connection, event_id, user, at, True if notify else None)
            opening = _Opening(BORROWER, reason, (event_id,), user=user)
            return self._open(connection, opening, actor, at)

        return self.get(await self._writer.commit(unit))

    async def open_for_accused(
        self, contact: str, reason: str, actor: Actor, *, reply_to: str | None = None
    ) -> Appeal:
        """Opens an appeal of who was named; ``contact`` is the text of a contact key.

        At stake are all signals that name the contact by now.
        """
        at = self._clock()

        def unit(connection: sqlite3.Connection) -> str:
            rows = connection.execute(
                "SELECT event_id FROM case_mentions WHERE key = ? GROUP BY event_id ORDER BY min(seq)",
                (contact,),
            ).fetchall()
            if not rows:
                raise UnknownRecord(f"no signal names {contact!r}; look for it among the cases")
            address = storable(reply_to or "").strip()[:_LONGEST_ADDRESS] or None
            signals = tuple(row[0] for row in rows)
            opening = _Opening(ACCUSED, reason, signals, contact=contact, reply_to=address)
            return self._open(connection, opening, actor, at)

        return self.get(await self._writer.commit(unit))

    async def take(self, appeal_id: str, actor: Actor) -> Appeal:
        """Makes the actor the reviewer; another may take it over until it is decided."""
        at = self._clock()

        def unit(connection: sqlite3.Connection) -> None:
            appeal = read_appeal(_rows_of(connection), appeal_id)
            if appeal.is_decided:
                raise already_decided(appeal)
            refuse_judge(connection, appeal_id, actor)
            connection.execute(
                "UPDATE appeals SET state = ?, reviewer = ? WHERE id = ?",
                (IN_REVIEW, actor.name, appeal_id),
            )
            note(connection, actor, "appeal.take", appeal_id, at=at)

        await self._writer.commit(unit)
        return self.get(appeal_id)

    async def decide(self, appeal_id: str, decision: Decision, actor: Actor) -> Appeal:
        """Decides an appeal that the actor has taken."""
        at = self._clock()

        def unit(connection: sqlite3.Connection) -> None:
            appeal = read_appeal(_rows_of(connection), appeal_id)
            decide_unit(connection, appeal, decision, actor, at=at, source=self._source)

        await self._writer.commit(unit)
        return self.get(appeal_id)

    def holidays_known(self, appeal: Appeal) -> bool:
        """Whether the deadline was counted with the holidays of its year."""
        return self._rules.working_days.is_known(appeal.due_at.date())

    def _open(
        self, connection: sqlite3.Connection, opening: _Opening, actor: Actor, at: datetime
    ) -> str:
        reason = mask_secrets(storable(opening.reason.strip()))[:LONGEST_REASON]
        if not reason:
            raise FeedbackError(
                "an appeal needs a reason; say in a sentence what is wrong", "reason_missing"
            )
        same = connection.execute(
            "SELECT id FROM appeals JOIN appeal_signals ON appeal = id WHERE party = ? AND contact IS ? "
            "AND user IS ? AND state IN (?, ?) AND event_id = ?",
            (opening.party, opening.contact, opening.user, OPEN, IN_REVIEW, opening.signals[0]),
        ).fetchone()
        if same is not None:
            raise FeedbackError(
                f"appeal {same[0]} about this waits already; decide that one first", "waits_already"
            )
        appeal_id = "AP-" + "".join(secrets.choice(ALPHABET) for _ in range(_ID_LETTERS))
        due_at = self._rules.working_days.deadline(at, self._rules.appeal_days)
        connection.execute(
            "INSERT INTO appeals (id, party, contact, user, reason, reply_to, state, opened_at, opened_by, "
            "due_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(
                    appeal_id,
                    opening.party,
                    opening.contact,
                    opening.user,
                    reason,
                    opening.reply_to,
                ),
                *(OPEN, rfc3339(at), actor.name, rfc3339(due_at)),
            ),
        )
        connection.executemany(
            "INSERT INTO appeal_signals (appeal, event_id) VALUES (?, ?)",
            [(appeal_id, event_id) for event_id in opening.signals],
        )
        detail = {
            "party": opening.party,
            "signals": len(opening.signals),
            "due_at": rfc3339(due_at),
        }
        note(connection, actor, "appeal.open", appeal_id, detail, at=at)
        return appeal_id


def _rows_of(connection: sqlite3.Connection) -> Rows:
    def rows(sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        return connection.execute(sql, parameters).fetchall()

    return rows
