"""A few words for somebody who is angry or in despair, before the answer; once, not in every turn."""

from __future__ import annotations

import re
from typing import Final

from actions.plan import Reply
from actions.resolve import Meaning
from actions.state import ConversationState
from nlu.analysis import Analysis

_LEAST: Final = 5  # Chinese characters from which a tone can be told
_HAN: Final = re.compile(r"[\u4e00-\u9fff]")

# Ordinary matters whose answers are dry; those to complaints and hardship have kind words of their own.
_DRY = frozenset(
    {
        "repayment",
        "limits_rates",
        "account",
        "app_issue",
        "credit_record",
        "product_other",
        "handoff",
    }
)


def soothed(
    replies: tuple[Reply, ...], meaning: Meaning, analysis: Analysis, state: ConversationState
) -> tuple[Reply, ...]:
    """The replies, with an opening for the user's tone where it has just changed.

    Urgent replies begin with what to do at once and are left alone.
    """
    if analysis.tone in ("calm", state.tone) or _says_too_little(analysis.text):
        return replies
    dry = meaning.kind in ("threat", "follow_up") or (
        meaning.kind == "ordinary" and meaning.intent in _DRY
    )
    return (Reply(f"utter_tone_{analysis.tone}"), *replies) if dry else replies


def _says_too_little(text: str) -> bool:
    """Whether a message is too short for its tone to be heard, such as a button's or a few letters."""
    return len(_HAN.findall(text)) < _LEAST
