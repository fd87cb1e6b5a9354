"""What a person may ask of their data, carried out by staff: see everything, have it erased; both in the audit."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from actions.plan import UserChange
from bot.audit import Actor, note
from bot.hashing import Pseudonym
from bot.ledger.database import Reader, database_path
from bot.ledger.encoding import utc_now
from bot.ledger.writer import Writer
from bot.privacy.erasing import Erasure, forget
from bot.privacy.records import TRANSCRIPT, Record, records_of
from bot.privacy.redis_records import RedisRecords
from bot.privacy.retention import empty_journal
from bot.settings import Settings
from bot.users import SqliteUserStore


@dataclass(frozen=True)
class Erased:
    """What a request for erasure came to.

    ``conversations`` are those that went on Redis. ``off_disk`` is false while somebody reads the ledger at this very
    moment: erased text leaves its journal within the hour then.
    """

    erasure: Erasure
    conversations: int
    off_disk: bool

    def as_json(self) -> dict[str, Any]:
        """The form in which programs get it."""
        return {
            "removed": dict(self.erasure.removed),
            "held": dict(self.erasure.held),
            "kept": dict(self.erasure.kept),
            "conversations": self.conversations,
            "off_disk": self.off_disk,
        }


class DataRequests:
    """The desk for requests; with Redis it goes to both stores."""

    def __init__(
        self,
        settings: Settings,
        reader: Reader,
        writer: Writer,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        url = settings.redis_url
        self._redis = RedisRecords(url.get_secret_value()) if url is not None else None
        self._path = database_path(settings.home)
        self._reader = reader
        self._writer = writer
        self._clock = clock

    async def show(self, user: Pseudonym, actor: Actor) -> list[Record]:
        """Everything that is stored of a person; the audit has an entry before it is handed out.

        Raises:
            LedgerError, StoreUnavailable: when a store cannot be read or the audit not be written.
        """
        now = self._clock()
        records = await asyncio.to_thread(records_of, self._reader, user, now)
        if self._redis is not None:
            records += await self._redis.show(user)
        read = sum(record.place.removeprefix("redis:") in TRANSCRIPT for record in records)
        detail = {"records": len(records), "of_conversations": read}

        def unit(connection: sqlite3.Connection) -> None:
            note(connection, actor, "privacy.show", user.current, detail, at=now)
            if read:
                reason = {"reason": "privacy.show"}
                note(connection, actor, "transcript.read", user.current, reason, at=now)

        await self._writer.commit(unit)
        return records

    async def erase(self, user: Pseudonym, actor: Actor) -> Erased:
        """Erases what is stored of a person but for what is held, and clears the disk of it.

        It may be repeated when it failed half-way. The audit keeps the keyed hash, as proof that it was done.

        Raises:
            LedgerError, StoreUnavailable: when a store cannot be written.
        """
        now = self._clock()
        # Redis first: if that fails nothing says that the person was forgotten.
        conversations = await self._redis.erase(user, now) if self._redis is not None else 0
        users = SqliteUserStore(self._writer, self._reader)

        def unit(connection: sqlite3.Connection) -> Erasure:
            users.apply(connection, user, UserChange(erase=True), at=now)
            erasure = forget(connection, user, now)
            detail = {
                "removed": sum(erasure.removed.values()),
                "held": sum(erasure.held.values()),
                "conversations": conversations,
            }
            note(connection, actor, "privacy.erase", user.current, detail, at=now)
            return erasure

        erasure = await self._writer.commit(unit)
        return Erased(erasure, conversations, await asyncio.to_thread(empty_journal, self._path))
