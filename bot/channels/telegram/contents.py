"""What a message of Telegram holds: words that can be read, and things that cannot."""

from __future__ import annotations

from typing import Final

from telegram import Message, MessageEntity, Update
from telegram.ext import filters

from bot.channels.telegram.pictures import PHOTO, picture_of
from bot.inbound import Attachment

# In this order: an animation is also told as a document, and a venue has a location.
_KINDS: Final = (
    ("photo", PHOTO),
    ("voice", "voice"),
    ("sticker", "sticker"),
    ("location", "location"),
    ("contact", "contact"),
    ("animation", "other"),
    ("document", "file"),
    ("audio", "file"),
)
_LINKS: Final[list[str | None]] = [MessageEntity.TEXT_LINK]


def is_service_message(message: Message) -> bool:
    """Whether it only tells what happened to the chat, such as who came in or what was pinned."""
    return bool(filters.StatusUpdate.ALL.check_update(Update(0, message=message)))


def readable_text(message: Message) -> str:
    """The words: text or caption, the addresses that links hide, and the number on somebody else's card."""
    words = [message.text or message.caption or ""]
    links = [
        *message.parse_entities(_LINKS),
        *message.parse_caption_entities(_LINKS),
    ]
    words += [entity.url for entity in links if entity.url]
    contact = message.contact
    if contact is not None and not _own_card(message):
        words.append(contact.phone_number)
    return "\n".join(word for word in words if word).strip()


def attachments(message: Message) -> tuple[Attachment, ...]:
    """What else there is, the thing itself first; without words and things it is of a kind that we do not know."""
    kind = next((kind for name, kind in _KINDS if getattr(message, name)), None)
    if kind == "file" and picture_of(message) is not None:
        kind = PHOTO
    if kind is None and not message.text:
        kind = "other"
    found = [kind] if kind is not None else []
    if message.forward_origin is not None:
        found.append("forwarded")
    return tuple(Attachment(kind) for kind in found)


def _own_card(message: Message) -> bool:
    # Who the user is, is not asked here, and not read when it is offered.
    contact, author = message.contact, message.from_user
    return contact is not None and author is not None and contact.user_id == author.id
