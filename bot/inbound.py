"""The one form in which a message enters the service, whatever channel it came from."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


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
