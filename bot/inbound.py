"""The one form in which a message enters the service, whatever channel it came from."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

# Where a message of Rasa carries who sent it and when, for the ledger.
SENDER_KEY = "sender"


@dataclass(frozen=True)
class Attachment:
    """Something that is not text: ``kind`` photo, voice, sticker, location, file, contact or other."""

    kind: str
    name: str | None = None


@dataclass(frozen=True)
class InboundMessage:
    """One message of one user.

    ``user`` identifies the person within the channel, ``conversation`` the chat (for most channels the
    same); ``message_id`` is unique in the conversation and makes a repeated delivery recognisable;
    ``received_at`` is aware UTC; ``language`` is a BCP 47 tag if the channel tells one.
    """

    channel: str
    user: str
    conversation: str
    message_id: str
    text: str
    received_at: datetime
    language: str | None = None
    attachments: tuple[Attachment, ...] = field(default_factory=tuple)

    @property
    def key(self) -> str:
        """The conversation's id across channels, under which Rasa keeps it."""
        return f"{self.channel}:{self.conversation}"

    def sender(self) -> dict[str, Any]:
        """Who sent the message and when, as JSON for the message's metadata."""
        return {
            "channel": self.channel,
            "user": self.user,
            "conversation": self.key,
            "message_id": self.message_id,
            "received_at": self.received_at.isoformat(),
        }
