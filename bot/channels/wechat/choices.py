"""What the numbers below a user's last reply stand for, kept where all processes see it."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import sqlite3
import unicodedata
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from bot.hashing import Hasher
from bot.ledger.database import placeholders
from bot.ledger.encoding import rfc3339, to_json, utc_now
from bot.ledger.errors import LedgerError
from bot.ledger.ledger import Ledger

logger = logging.getLogger(__name__)

LIFETIME: Final = timedelta(days=1)
"""How long a number is understood."""

_NUMBER: Final = re.compile(r"([1-9][0-9]?)[.、)。]?")


class Choices:
    """Remembers the choices of the last reply of each user of one channel.

    Neither asking nor remembering raises: without them the user has to write words instead of a number.
    """

    def __init__(self, ledger: Ledger, hasher: Hasher, channel: str) -> None:
        self._ledger = ledger
        self._hasher = hasher
        self._channel = channel

    async def meant(self, user: str, text: str) -> str:
        """The words that the text stands for; the text itself if it is no number of a choice."""
        number = _NUMBER.fullmatch(unicodedata.normalize("NFKC", text).strip())
        if number is None:
            return text
        place = int(number[1]) - 1
        choices = await self._of(user)
        return choices[place] if place < len(choices) else text

    async def remember(self, user: str, choices: Sequence[str]) -> None:
        """Takes those of a new reply in place of the earlier ones, also if it has none."""
        person = self._hasher.user(self._channel, user)
        if not choices and not await self._of(user):
            return
        now = utc_now()

        def unit(connection: sqlite3.Connection) -> None:
            connection.execute(
                f"DELETE FROM wechat_choices WHERE user IN {placeholders(person.all)} OR at < ?",  # noqa: S608
                (*person.all, rfc3339(now - LIFETIME)),
            )
            if choices:
                connection.execute(
                    "INSERT INTO wechat_choices (user, choices, at) VALUES (?, ?, ?)",
                    (person.current, to_json(list(choices)), rfc3339(now)),
                )

        try:
            await self._ledger.writer.commit(unit)
        except LedgerError as error:
            logger.warning("%s: the numbers of a reply were not kept: %s", self._channel, error)

    async def _of(self, user: str) -> list[str]:
        person = self._hasher.user(self._channel, user)
        sql = f"SELECT choices FROM wechat_choices WHERE user IN {placeholders(person.all)} AND at >= ?"  # noqa: S608
        try:
            rows = await asyncio.to_thread(
                self._ledger.reader.rows, sql, (*person.all, rfc3339(utc_now() - LIFETIME))
            )
        except LedgerError as error:
            logger.warning("%s: the numbers of a reply were not read: %s", self._channel, error)
            return []
        return [str(choice) for choice in json.loads(rows[0][0])] if rows else []
