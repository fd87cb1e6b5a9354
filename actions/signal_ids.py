"""Ids of signals: pure, so that actions can name an earlier signal without asking the ledger."""

from __future__ import annotations

import hashlib
import json


def event_id(conversation: str, message_id: str, code: str) -> str:
    """The id of the signal of one threat code in one message: 32 lower-case hexadecimal digits.

    The same three values always give the same id, so a message that is told twice is one signal;
    ``conversation`` is the id under which Rasa keeps the conversation (``InboundMessage.key``).
    """
    # JSON keeps the borders of the parts: ("a", "bc", ..) and ("ab", "c", ..) must differ.
    parts = json.dumps([conversation, message_id, code])
    return hashlib.sha256(parts.encode("ascii")).hexdigest()[:32]
