"""Pictures of messages: found, and fetched for whoever reads them."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from telegram import Message
from telegram.error import TelegramError

from bot.channels.telegram.delivery import RETRIES, TelegramBot
from bot.inbound import Attachment, InboundMessage
from bot.pictures.limits import LONGEST_PICTURE, MOST_PICTURES

logger = logging.getLogger(__name__)

PHOTO: Final = "photo"


@dataclass(frozen=True)
class Picture:
    """A picture that Telegram keeps: ``file_id`` fetches it, ``unique_id`` tells it from all others."""

    file_id: str
    unique_id: str
    size: int = 0


def picture_of(message: Message) -> Picture | None:
    """The picture of a message, in the largest size there is, be it sent as a photo or as a file."""
    document = message.document
    if message.photo:
        found = message.photo[-1]
    elif document is not None and (document.mime_type or "").startswith("image/"):
        return Picture(document.file_id, document.file_unique_id, document.file_size or 0)
    else:
        return None
    return Picture(found.file_id, found.file_unique_id, found.file_size or 0)


async def with_data(
    bot: TelegramBot, message: InboundMessage, pictures: Sequence[Picture]
) -> InboundMessage:
    """The message with the bytes of its pictures, in the places of its photos.

    What cannot be fetched stays without; its user is told then that it was not read.
    """
    waiting = list(pictures[:MOST_PICTURES])
    things = []
    for thing in message.attachments:
        data = await _fetch(bot, waiting.pop(0)) if thing.kind == PHOTO and waiting else None
        things.append(Attachment(thing.kind, thing.name, data))
    return replace(message, attachments=tuple(things))


async def _fetch(bot: TelegramBot, picture: Picture) -> bytes | None:
    if picture.size > LONGEST_PICTURE:
        return None
    try:
        file = await bot.get_file(picture.file_id, rate_limit_args=RETRIES)
        return bytes(await file.download_as_bytearray())
    except TelegramError as error:
        logger.warning("telegram: a picture was not fetched: %s", type(error).__name__)
        return None
