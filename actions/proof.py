"""The question whether this chat is really the institution's own, and how whoever asks can find that out."""

from __future__ import annotations

import re
from typing import Final

from actions.content import Content
from actions.facts import Facts
from actions.plan import Reply
from actions.resolve import Meaning
from nlu.analysis import Analysis

# Asked of who is talking here; whether a machine talks is another question.
_OURS: Final = re.compile(
    r"官方|正规|冒充|冒牌|假的|骗|证明|你们公司|official|legit|fake|scam", re.IGNORECASE
)


def asks_for_proof(meaning: Meaning, analysis: Analysis, content: Content) -> bool:
    """Whether a message asks us to prove who we are."""
    if content.phrases.meaning(analysis.text) == "prove":
        return True
    asked = meaning.kind == "ordinary" and meaning.intent == "bot_challenge"
    return asked and bool(_OURS.search(analysis.text))


def proof_replies(facts: Facts) -> tuple[Reply, ...]:
    """The phrase that the user's app shows as well; without one, who we are and how to make sure of it."""
    if facts.phrase:
        return (Reply("utter_phrase", {"phrase": facts.phrase}),)
    return (Reply("utter_bot_challenge"), Reply("utter_how_to_check"))
