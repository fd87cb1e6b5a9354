"""Conversations in the ledger's database, turn by turn, under keyed hashes."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime, timedelta

from bot.exchanges.exchange import Talk, TalkTurn
from bot.hashing import Pseudonym
from bot.ledger.database import Reader, placeholders
from bot.ledger.encoding import rfc3339


class ConversationTable:
    """Reads and writes the tables ``conversations`` and ``conversation_turns``."""

    def __init__(self, reader: Reader, lifetime: timedelta, kept_turns: int) -> None:
        """Keeps the last ``kept_turns`` of a conversation until ``lifetime`` after the last one."""
        self._reader = reader
        self._lifetime = lifetime
        self._kept_turns = kept_turns

    def read(self, conversation: Pseudonym, now: datetime) -> Talk:
        """The whole conversation; one that is unknown or too old is a new one.

        Raises:
            LedgerError: when the database cannot be read.
        """
        rows = self._reader.rows(
            "SELECT conversation, conversations.version, slots, events FROM conversations "
            "LEFT JOIN conversation_turns USING (conversation) "
            f"WHERE conversation IN {placeholders(conversation.all)} AND updated_at > ? "
            "ORDER BY conversation_turns.version",
            (*conversation.all, rfc3339(now - self._lifetime)),
        )
        for key in conversation.all:
            own = [row for row in rows if row[0] == key]
            if own:
                turns = tuple(events for *_, events in own if events is not None)
                return Talk(version=own[0][1], slots=json.loads(own[0][2]), turns=turns)
        return Talk()

    def add(
        self,
        connection: sqlite3.Connection,
        conversation: Pseudonym,
        user: Pseudonym,
        version: int,
        turn: TalkTurn,
        now: datetime,
    ) -> None:
        """Adds a turn within the transaction of ``connection``; ``version`` is the one after it."""
        connection.execute(
            "DELETE FROM conversations WHERE updated_at <= ?", (rfc3339(now - self._lifetime),)
        )
        for key in conversation.former:
            connection.execute(
                "UPDATE OR IGNORE conversations SET conversation = ? WHERE conversation = ?",
                (conversation.current, key),
            )
        connection.execute(
            "INSERT INTO conversations (conversation, user, version, slots, updated_at) "
            "VALUES (?, ?, ?, ?, ?) ON CONFLICT (conversation) DO UPDATE SET "
            "user = excluded.user, version = excluded.version, slots = excluded.slots, "
            "updated_at = excluded.updated_at",
            (conversation.current, user.current, version, turn.slots, rfc3339(now)),
        )
        connection.execute(
            "INSERT INTO conversation_turns (conversation, version, events) VALUES (?, ?, ?)",
            (conversation.current, version, turn.events),
        )
        connection.execute(
            "DELETE FROM conversation_turns WHERE conversation = ? AND version <= ?",
            (conversation.current, version - self._kept_turns),
        )
