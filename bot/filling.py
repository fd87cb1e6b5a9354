"""Responses of ``content/replies`` as bubbles: filled, and in the script that the user writes."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from actions.language import in_traditional
from actions.wording import fill
from bot.voice import Voice


def filled(
    voice: Voice, name: str, values: Mapping[str, str], language: str = ""
) -> dict[str, Any] | None:
    """The bubble of a response, ``None`` if there is none of this name; the guard has not seen it yet.

    ``language`` is a BCP 47 tag; anything but ``zh-Hant`` leaves the wording as it stands in ``content/``.
    """
    variations = voice.responses.get(name)
    if not variations:
        return None
    response: dict[str, Any] = copy.deepcopy(variations[0])
    # Values stay as they are: the user's own words, and menus that the app shows in its own script.
    response["text"] = fill(_in(language, str(response.get("text", ""))), values)
    for button in response.get("buttons") or ():
        button["title"] = fill(_in(language, button["title"]), values)
    return response


def _in(language: str, text: str) -> str:
    return in_traditional(text) if language == "zh-Hant" else text
