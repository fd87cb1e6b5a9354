"""What a page needs to know before it shows the chat."""

from __future__ import annotations

from typing import Any

from bot.channels.chat_protocol import MAX_CHARACTERS
from bot.channels.chat_words import words_of
from bot.pictures.limits import LONGEST_PICTURE, MOST_PICTURES
from bot.services import Services


def page_config(services: Services) -> dict[str, Any]:
    """What the page shows: names, hotline, hours, all strings, the suggested openers and how much may be sent.

    ``dial`` is the number for the header's call link; null for an example institution.

    Raises:
        ContentError: when ``content/page.yml`` is broken.
    """
    content = services.content
    words = words_of(services.page).filled(content.values())
    return {
        "institution": content.name,
        "short_name": content.short_name,
        "hotline": content.hotline,
        "dial": None if content.demo else content.hotlines[0].digits,
        "hours": content.hotlines[0].hours,
        "max_characters": MAX_CHARACTERS,
        "max_pictures": MOST_PICTURES,
        "max_picture_bytes": LONGEST_PICTURE,
        "strings": dict(words.strings),
        "openers": list(words.openers),
    }
