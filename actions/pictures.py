"""What is said of the pictures of a message, around the reply to what is written on them."""

from __future__ import annotations

from actions.facts import PictureFact
from actions.plan import Reply
from actions.resolve import Meaning

_OFF = "off"


def not_read(reason: str) -> Reply:
    """The reply to a picture that was not read."""
    return Reply("utter_photo" if reason == _OFF else f"utter_picture_{reason}")


def with_pictures(
    replies: tuple[Reply, ...], meaning: Meaning, picture: PictureFact | None, language: str
) -> tuple[Reply, ...]:
    """The replies with what was read in front, and behind them what a picture calls for.

    Nothing stands before or behind what is said in an emergency or a crisis.
    """
    if picture is None or meaning.kind in ("crisis", "emergency"):
        return replies
    if picture.quote:
        name = "utter_en_picture_read" if language == "en" else "utter_picture_read"
        replies = (Reply(name, {"quote": picture.quote}), *replies)
    if picture.code:
        replies = (*replies, Reply("utter_picture_code"))
    if picture.edited:
        replies = (*replies, Reply("utter_picture_edited"))
    return (*replies, *map(not_read, dict.fromkeys(picture.refused)))
