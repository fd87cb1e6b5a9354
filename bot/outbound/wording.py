"""The words of what goes out: responses of ``content/replies``, filled and checked like every reply."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.filling import filled
from bot.voice import Voice


class WordingError(Exception):
    """A response is missing, or the guard would not let it out; the message is one line."""


def worded(
    voice: Voice, name: str, values: Mapping[str, str] | None = None, language: str = ""
) -> dict[str, Any]:
    """The bubble of a response, with the placeholders of the institution and ``values`` filled in.

    Raises:
        WordingError: when there is no such response, or it may not leave as it is.
    """
    bubble = filled(voice, name, {**voice.content.values(), **(values or {})}, language)
    if bubble is None:
        raise WordingError(f"{name}: content/replies has no such response")
    checked(voice, bubble)
    return bubble


def checked(voice: Voice, bubble: Mapping[str, Any]) -> None:
    """Lets the guard look at a bubble that is to go out.

    Raises:
        WordingError: when something in it may not leave, for example a number that is not in ``content/``.
    """
    given = dict(bubble)
    if voice.guard.review(given, "") is not given:
        raise WordingError("the guard stopped it: a number, address or promise that is not ours")
