"""What a banned person is told."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from actions.checks import written_date
from actions.facts import BEIJING
from bot.filling import filled
from bot.voice import Voice

RESPONSE: Final = "utter_banned"


def told_of_ban(voice: Voice, until: datetime) -> str:
    """The text of the reply: until when, and what to do meanwhile."""
    end = until.astimezone(BEIJING)
    values = {**voice.content.values(), "until": f"{written_date(end.date())}{end:%H:%M}"}
    bubble = filled(voice, RESPONSE, values)
    assert bubble is not None, "the check of the content demands it"
    return str(bubble["text"])
