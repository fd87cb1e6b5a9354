"""What the channels of an app's own chat have in common under test."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Final

import httpx

from tests.bot.channels.conformance.channel_under_test import NotApplicable, Outcome

TINY_PICTURE: Final = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
)

_NO_BUTTON = NotApplicable(
    "the protocol carries text and pictures, and the page has no button for anything else",
    "a page without such a button",
)
_WORDS = NotApplicable(
    "forwarded words are pasted, and come as a text like all others", "the answer to those words"
)

NOT_IN_AN_APP: Final[Mapping[str, NotApplicable]] = {
    "edited message": NotApplicable(
        "what was sent stays; a changed text is a message of its own", "the answer to the new text"
    ),
    **dict.fromkeys(("voice", "sticker", "location", "file", "contact card"), _NO_BUTTON),
    "forwarded message": _WORDS,
    "merged chat record": _WORDS,
    "group message": NotApplicable("a chat has one person", "no group"),
    "blocked bot": NotApplicable(
        "nobody can be called; what there is to say waits for the next visit",
        "it at the next visit, unless notices were stopped with 退订",
    ),
}


def outcome_of(answer: httpx.Response) -> Outcome:
    """What became of a message."""
    if answer.status_code in (400, 401, 403):
        return Outcome(taken=False, refused=True)
    said = tuple(bubble["text"] for bubble in answer.json().get("messages", ()))
    return Outcome(answer.is_success, said)
