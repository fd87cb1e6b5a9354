"""What the user is told of the pictures of a message."""

from __future__ import annotations

from typing import Final

from actions.facts import PictureFact
from actions.outgoing import mask_quote
from bot.inbound import InboundMessage
from bot.pictures.picture import PictureRefusal, PictureText

QUOTED: Final = 48
"""Characters of what was read that are told back: enough to notice a picture that was misread."""


def all_read(message: InboundMessage) -> bool:
    """Whether no picture of the message was so long that only its beginning was read."""
    return all(read.complete for read in message.pictures if isinstance(read, PictureText))


def picture_fact(message: InboundMessage, masked: str) -> PictureFact | None:
    """What reading the pictures came to; ``masked`` is the message's text as it may be stored.

    The quote is of the masked text, so that it shows no secret of the user; numbers, addresses and accounts of others
    are shortened in it as in all quotes.
    """
    if not message.pictures:
        return None
    texts = [read for read in message.pictures if isinstance(read, PictureText)]
    refused = [read.reason.value for read in message.pictures if isinstance(read, PictureRefusal)]
    start = message.text.find(texts[0].text) if texts else -1
    quote = mask_quote(masked[start:], QUOTED, masked) if start >= 0 else ""
    return PictureFact(
        quote,
        any(read.codes for read in texts),
        any(read.edited for read in texts),
        tuple(refused),
    )
