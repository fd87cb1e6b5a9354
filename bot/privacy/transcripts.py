"""The only way in which people read what was said: whoever reads is written down before anything is handed out."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.audit import Actor, note
from bot.ledger.database import Reader
from bot.ledger.encoding import parse_time
from bot.ledger.writer import Writer

READ = "transcript.read"
"""The action under which the audit has such a reading; its subject is the conversation."""


@dataclass(frozen=True)
class Turn:
    """A message of a conversation and the bubbles of its answer, the user's own secrets masked.

    ``turn`` is the keyed hash by which the ledger knows it.
    """

    turn: str
    conversation: str
    message_id: str
    channel: str
    at: datetime
    said: str
    answered: tuple[str, ...]


class LedgerTranscripts:
    """The turns of the ledger; the audit has an entry for each conversation before anything is handed out."""

    def __init__(self, reader: Reader, writer: Writer) -> None:
        self._reader = reader
        self._writer = writer

    async def read(self, conversations: Sequence[str], actor: Actor, reason: str) -> list[Turn]:
        """The turns of these conversations (keyed hashes) in the order of time.

        ``reason`` says what they are read for, such as the id of a pack or of an appeal.

        Raises:
            ValueError: without a reason.
            LedgerError: when the audit cannot be written or the ledger not read.
        """
        if not reason.strip():
            raise ValueError("a transcript is read for a reason")

        def unit(connection: sqlite3.Connection) -> None:
            for conversation in conversations:
                note(connection, actor, READ, conversation, {"reason": reason})

        await self._writer.commit(unit)
        rows = await asyncio.to_thread(
            self._reader.rows,
            "SELECT turn, conversation, message_id, channel, at, said, answered FROM turns "
            "WHERE conversation IN (SELECT value FROM json_each(?)) ORDER BY at, rowid",
            (json.dumps(list(conversations)),),
        )
        return [
            Turn(turn, talk, message, channel, parse_time(at), said, tuple(json.loads(answered)))
            for turn, talk, message, channel, at, said, answered in rows
        ]

    async def read_case(self, case_id: str, actor: Actor, reason: str) -> list[Turn]:
        """The turns of all conversations in which a signal of this case arose.

        Raises:
            ValueError, LedgerError: as :meth:`read`.
        """
        rows = await asyncio.to_thread(
            self._reader.rows,
            "SELECT DISTINCT json_extract(body, '$.data.conversation') FROM events "
            "JOIN case_mentions AS mention ON mention.seq = events.seq "
            "JOIN case_contacts AS contact ON contact.key = mention.key WHERE contact.case_id = ?",
            (case_id,),
        )
        return await self.read([conversation for (conversation,) in rows], actor, reason)
