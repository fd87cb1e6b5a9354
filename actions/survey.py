"""What somebody says to our question how it was with a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from actions.content import Content
from actions.facts import Facts, SurveyFact
from actions.plan import Reply, SurveyAnswer, Turn
from actions.state import ConversationState
from nlu.analysis import Analysis

WHY: Final = "survey_why"
GOOD: Final = "good"
POOR: Final = "poor"
STOPPED: Final = "stopped"
_PHRASES: Final[Mapping[str | None, str]] = {
    "survey_good": GOOD,
    "survey_fair": "fair",
    "survey_poor": POOR,
    "survey_stopped": STOPPED,
}
_NO_MORE: Final = "no_verdict"
_LONGEST: Final = 200  # code points of an answer in words
_ASKS: Final = ("?", "？", "吗", "怎么", "如何")


def surveyed(
    analysis: Analysis, state: ConversationState, facts: Facts, content: Content
) -> Turn | None:
    """The turn of an answer, ``None`` where the message is none.

    Buttons count as long as the question is open, free words in the first message after it alone: later ones speak of
    something else. Who does not want to be asked again is heard at any time.
    """
    if analysis.urgent:
        return None
    meant = _PHRASES.get(content.phrases.meaning(analysis.text))
    fact = facts.survey
    if meant == STOPPED:
        return _turn(state, "stopped", SurveyAnswer(STOPPED, fact.id if fact else None))
    if fact is None:
        return None
    if fact.answer is not None:
        return _why(analysis, state, fact, content)
    if meant is not None:
        answer = SurveyAnswer(meant, fact.id)
        if meant == POOR:
            return _turn(state, "why", answer, asked=WHY)
        return _turn(state, "thanks", answer)
    first = state.surveyed != fact.id
    if first and fact.leaning is not None and _may_be_words(analysis, content):
        said = "sorry" if fact.leaning == POOR else "thanks"
        return _turn(state, said, SurveyAnswer(fact.leaning, fact.id, analysis.text))
    return None


def asked_how_it_was(state: ConversationState, facts: Facts) -> ConversationState:
    """The state that remembers that something was said after the question."""
    return state if facts.survey is None else replace(state, surveyed=facts.survey.id)


def _why(
    analysis: Analysis, state: ConversationState, fact: SurveyFact, content: Content
) -> Turn | None:
    """The turn in which somebody tells what was poor, or that they would rather not."""
    if state.asked != WHY:
        return None
    if content.phrases.meaning(analysis.text) == _NO_MORE:
        return _turn(state, "sorry")
    if not _may_be_words(analysis, content):
        return None
    return _turn(state, "sorry", SurveyAnswer(POOR, fact.id, analysis.text))


def _may_be_words(analysis: Analysis, content: Content) -> bool:
    """Whether the message can be an answer in words: nothing that has to be warned of, no question, no request."""
    text = analysis.text
    return (
        bool(text.strip())
        and len(text) <= _LONGEST
        and not analysis.threats
        and analysis.intent != "handoff"
        and content.phrases.meaning(text) is None
        and not any(sign in text for sign in _ASKS)
    )


def _turn(
    state: ConversationState,
    said: str,
    answer: SurveyAnswer | None = None,
    asked: str | None = None,
) -> Turn:
    surveyed = answer.id if answer and answer.id else state.surveyed
    after = replace(state, turn=state.turn + 1, asked=asked, misunderstood=0, surveyed=surveyed)
    return Turn((Reply(f"utter_survey_{said}"),), after.as_json(), survey=answer)
