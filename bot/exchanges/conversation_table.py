"""Conversations in the ledger's database, turn by turn, under keyed hashes."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from bot.exchanges.exchange import Talk, TalkTurn
from bot.hashing import Pseudonym
from bot.ledger.database import Reader, placeholders
from bot.ledger.encoding import rfc3339
from bot.ledger.rows import Addition, Condition, Table


class ConversationTable:
    """Reads and writes the tables ``conversations`` and ``conversation_turns``."""

    def __init__(self, reader: Reader, lifetime: timedelta, kept_turns: int) -> None:
        """Keeps the last ``kept_turns`` of a conversation until ``lifetime`` after the last one."""
        self._reader = reader
        self._lifetime = lifetime
        self._kept_turns = kept_turns

    def read(self, conversation: Pseudonym, known: int, now: datetime) -> Talk:
        """The whole conversation, or nothing of it if ``known`` is its version; 0 is none.

        One that is unknown or too old is a new one.

        Raises:
            LedgerError: when the database cannot be read.
        """
        if known and self._is_at(conversation, known, now):
            return Talk(known, known)
        # A turn of before the last ones was left by a conversation that had grown too old.
        rows = self._reader.rows(
            "SELECT talk.conversation, talk.version, slots, events FROM conversations AS talk "
            "LEFT JOIN conversation_turns AS turn ON turn.conversation = talk.conversation "
            "AND turn.version > talk.version - ? "
            f"WHERE talk.conversation IN {placeholders(conversation.all)} AND updated_at > ? "
            "ORDER BY turn.version",
            (self._kept_turns, *conversation.all, rfc3339(now - self._lifetime)),
        )
        for key in conversation.all:
            own = [row for row in rows if row[0] == key]
            if own:
                turns = tuple(events for *_, events in own if events is not None)
                return Talk(version=own[0][1], slots=json.loads(own[0][2]), turns=turns)
        return Talk()

    def _is_at(self, conversation: Pseudonym, version: int, now: datetime) -> bool:
        return bool(
            self._reader.rows(
                "SELECT 1 FROM conversations "
                "WHERE conversation = ? AND version = ? AND updated_at > ?",
                (conversation.current, version, rfc3339(now - self._lifetime)),
            )
        )

    def rows(
        self,
        conversation: Pseudonym,
        user: Pseudonym,
        known: int,
        version: int,
        turn: TalkTurn,
        now: datetime,
    ) -> list[Addition]:
        """What a turn adds to a conversation of version ``known`` (0: a new one), which becomes ``version``.

        Writing them fails with ``Unmet`` if the conversation is another by then.
        """
        key = conversation.current
        stands: list[Addition] = [(_STANDS, (known, *conversation.all))] if known else []
        return [
            *stands,
            (_CONVERSATIONS, (key, user.current, version, turn.slots, rfc3339(now))),
            (_TURNS, (key, version % self._kept_turns, version, turn.events)),
        ]


_STANDS = Condition(
    "SELECT 1 FROM json_each(?) AS wanted WHERE NOT EXISTS (SELECT 1 FROM conversations "
    "WHERE version = json_extract(wanted.value, '$[0]') "
    "AND conversation IN (SELECT value FROM json_each(wanted.value) WHERE key > 0))"
)
_CONVERSATIONS = Table(
    "conversations",
    ("conversation", "user", "version", "slots", "updated_at"),
    "ON CONFLICT (conversation) DO UPDATE SET user = excluded.user, version = excluded.version, "
    "slots = excluded.slots, updated_at = excluded.updated_at",
)
# A ring: the new turn takes the place of the one that is no longer kept.
_TURNS = Table(
    "conversation_turns",
    ("conversation", "place", "version", "events"),
    "ON CONFLICT (conversation, place) DO UPDATE SET version = excluded.version, "
    "events = excluded.events",
)
