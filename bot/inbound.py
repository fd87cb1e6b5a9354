"""The one form in which a message enters the service, whatever channel it came from."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Union

from bot.pictures.picture import PictureRefusal, PictureText


@dataclass(frozen=True)
class Attachment:
    """Something that is not text: ``kind`` photo, voice, sticker, location, file, contact, forwarded or other.

    ``data`` is the picture itself where the channel has it (``kind`` photo); the gate reads it, and nothing keeps it.
    """

    kind: str
    name: str | None = None
    data: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True)
class InboundMessage:
    """One message of one user.

    ``user`` identifies the person within the channel, ``conversation`` the chat (for most channels the
    same); ``message_id`` is unique in the conversation and makes a repeated delivery recognisable;
    ``received_at`` is aware UTC; ``language`` is a BCP 47 tag if the channel tells one. ``pictures`` is what reading
    the attached pictures came to; their text is part of ``text`` then. ``address`` is where the channel reaches this person
    by themselves, if it can, and is what the user store keeps. ``phrase`` is what the institution's app shows this person, by
    which they recognise us.
    """

    channel: str
    user: str
    conversation: str
    message_id: str
    text: str
    received_at: datetime
    language: str | None = None
    attachments: tuple[Attachment, ...] = field(default_factory=tuple)
    pictures: tuple[Union[PictureText, PictureRefusal], ...] = ()
    address: str | None = field(default=None, repr=False)
    phrase: str | None = field(default=None, repr=False)

    @property
    def key(self) -> str:
        """The conversation's id across channels, under which Rasa keeps it."""
        return f"{self.channel}:{self.conversation}"
