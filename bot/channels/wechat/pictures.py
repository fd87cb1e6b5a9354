"""Fetches the pictures that people send, so that they can be read."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Final

from bot.channels.wechat.errors import PlatformError
from bot.channels.wechat.platform import Platform
from bot.inbound import InboundMessage
from bot.pictures.limits import LONGEST_PICTURE
from bot.pictures.reader import can_read
from bot.settings import Settings

logger = logging.getLogger(__name__)

PHOTO: Final = "photo"


class Pictures:
    """Fetches pictures from a platform, where the service reads any."""

    def __init__(self, platform: Platform, settings: Settings) -> None:
        self._platform = platform
        self._wanted = settings.picture_processes > 0 and can_read()

    async def with_data(self, message: InboundMessage, media_id: str) -> InboundMessage:
        """The message with the bytes of its photo; as it is where they cannot be had, so that it is answered as such."""
        if not self._wanted or not media_id:
            return message
        try:
            data = await self._platform.media(media_id, LONGEST_PICTURE)
        except PlatformError as error:
            logger.warning("%s: a picture was not fetched: %s", message.channel, error)
            return message
        return replace(
            message,
            attachments=tuple(
                replace(part, data=data) if part.kind == PHOTO else part
                for part in message.attachments
            ),
        )
