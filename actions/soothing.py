"""A few words for somebody who is angry or in despair, before the answer; once, not in every turn."""

from __future__ import annotations

from actions.plan import Reply
from actions.resolve import Meaning
from actions.state import ConversationState
from nlu.analysis import Analysis

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
    if analysis.tone in ("calm", state.tone):
        return replies
    dry = meaning.kind in ("threat", "follow_up") or (
        meaning.kind == "ordinary" and meaning.intent in _DRY
    )
    return (Reply(f"utter_tone_{analysis.tone}"), *replies) if dry else replies
