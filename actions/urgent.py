"""Replies to the two states that stand above every threat: an emergency and a crisis."""

from __future__ import annotations

from actions.plan import Reply
from actions.resolve import Meaning
from actions.state import ConversationState
from nlu.analysis import Analysis


def emergency_replies(analysis: Analysis, state: ConversationState) -> tuple[Reply, ...]:
    """Stop first; the reply fits what is happening, and follows up where it was just given."""
    marks, given = analysis.marks, analysis.given
    running = state.running
    if state.urgent == "emergency" and state.turn - state.urgent_at <= 2:
        gone = "moved" in marks and running is not None and running.stage != "paid"
        return (Reply("utter_emergency_moved" if gone else "utter_emergency_follow"),)
    if state.minor:
        return (*_first_step(marks, given, analysis.stage_hint), Reply("utter_minor_threat"))
    return _first_step(marks, given, analysis.stage_hint)


def _first_step(marks: frozenset[str], given: tuple[str, ...], stage: str) -> tuple[Reply, ...]:
    if "elder" in marks and "moved" not in marks:
        return (Reply("utter_emergency_relative"),)
    if "screen" in given or "screen_now" in marks:
        return (Reply("utter_emergency_screen"),)
    if "moved" in marks:
        return (Reply("utter_emergency_moved"),)
    if "code" in given or "code_now" in marks:
        return (Reply("utter_emergency_code"),)
    if stage == "paid":
        return (Reply("utter_emergency_transfer"),)
    return (Reply("utter_emergency_call"),)


def crisis_replies(
    meaning: Meaning, analysis: Analysis, state: ConversationState
) -> tuple[Reply, ...]:
    """Compassion and the way to a person; a threat told along with it gets one gentle sentence."""
    name = "utter_crisis_minor" if state.minor else "utter_crisis"
    if state.urgent == "crisis" and not analysis.urgent:
        name = "utter_crisis_again"
    elif "other_person" in analysis.marks:
        name = "utter_crisis_relative"
    if meaning.codes and not meaning.refers_back:
        return (Reply(name), Reply("utter_crisis_threat"))
    return (Reply(name),)
