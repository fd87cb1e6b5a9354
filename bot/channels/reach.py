"""Which users a channel cannot write to: those who blocked us there."""

from __future__ import annotations

import asyncio
import logging
import sqlite3

from bot.hashing import Hasher, Pseudonym
from bot.ledger.encoding import rfc3339, to_json, utc_now
from bot.ledger.errors import LedgerError
from bot.ledger.ledger import Ledger

logger = logging.getLogger(__name__)

_LOST = "INSERT INTO unreachable (user, channel, since) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
_REGAINED = "DELETE FROM unreachable WHERE channel = ? AND user IN (SELECT value FROM json_each(?))"
_NOTED = "SELECT 1 FROM unreachable WHERE channel = ? AND user IN (SELECT value FROM json_each(?))"


class Reach:
    """Notes and tells who cannot be reached; ``user`` is the id of a person within ``channel``.

    Noting never raises: that a note was lost shows at the next try to reach the user.
    """

    def __init__(self, ledger: Ledger, hasher: Hasher) -> None:
        self._ledger = ledger
        self._hasher = hasher

    def is_lost(self, channel: str, user: str) -> bool:
        """Whether the user blocked us; reads the ledger.

        Raises:
            LedgerError: when it cannot be read.
        """
        return self._noted(channel, self._hasher.user(channel, user))

    async def lost(self, channel: str, user: str) -> None:
        """The user can no longer be reached."""
        person = self._hasher.user(channel, user)

        def unit(connection: sqlite3.Connection) -> None:
            connection.execute(
                _LOST,
                (person.current, channel, rfc3339(utc_now())),
            )

        try:
            await self._ledger.writer.commit(unit)
        except LedgerError as error:
            logger.warning("%s: not noted that a user cannot be reached: %s", channel, error)

    async def regained(self, channel: str, user: str) -> None:
        """The user was reached, or wrote: a note of the contrary goes."""
        person = self._hasher.user(channel, user)

        def unit(connection: sqlite3.Connection) -> None:
            connection.execute(_REGAINED, (channel, to_json(person.all)))

        try:
            if await asyncio.to_thread(self._noted, channel, person):
                await self._ledger.writer.commit(unit)
        except LedgerError as error:
            logger.warning("%s: not noted that a user can be reached: %s", channel, error)

    def _noted(self, channel: str, person: Pseudonym) -> bool:
        return bool(self._ledger.reader.rows(_NOTED, (channel, to_json(person.all))))
