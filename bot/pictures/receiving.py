"""Pictures of messages on their way in: read, and their text put behind what was typed with them."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from bot.inbound import InboundMessage
from bot.pictures.limits import MOST_PICTURES
from bot.pictures.picture import PictureText
from bot.pictures.reader import Outcome, PictureReader


def with_pictures(message: InboundMessage, outcomes: tuple[Outcome, ...]) -> InboundMessage:
    """The message with the text of its pictures, and without their bytes."""
    texts = [outcome.text for outcome in outcomes if isinstance(outcome, PictureText)]
    return replace(
        message,
        text="\n".join(text for text in (message.text, *texts) if text.strip()),
        attachments=tuple(replace(attachment, data=None) for attachment in message.attachments),
        pictures=(*message.pictures, *outcomes),
    )


class PictureDesk:
    """Where the gate has pictures read, so that what is sent behind a picture is answered behind it."""

    def __init__(self, reader: PictureReader) -> None:
        self._reader = reader
        self._last: dict[str, asyncio.Future[None]] = {}

    async def receive(self, message: InboundMessage) -> InboundMessage:
        """The message with its pictures read; returns at once where it and its conversation have none.

        It must be taken by the caller without waiting for anything in between: then the messages of a conversation
        are taken in the order in which they came. Other processes do not know of this order.
        """
        pictures = [part.data for part in message.attachments if part.data is not None]
        before = self._last.get(message.key)
        if before is None and not pictures:
            return message
        mine = asyncio.get_running_loop().create_future()
        self._last[message.key] = mine
        try:
            if before is not None:
                await asyncio.wait({before})
            outcomes = [await self._reader.read(data) for data in pictures[:MOST_PICTURES]]
            return with_pictures(message, tuple(outcomes))
        finally:
            mine.set_result(None)
            if self._last.get(message.key) is mine:
                del self._last[message.key]
