"""When a person of ours is asked for, waited for, or talks with the user instead of the assistant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from actions.content import Content
from actions.facts import Facts, HandoffFact
from actions.plan import Handoff, Reply, Turn
from actions.resolve import Meaning, resolve
from actions.signalling import signal_turn
from actions.state import ConversationState
from nlu.analysis import Analysis

SILENT: Final = "utter_handoff_silent"
OFFER: Final = "utter_offer_handoff"
TAKEN: Final = "taken"
MISUNDERSTOOD: Final = 2
"""After so many messages in a row that were not understood a person is offered."""

_HOTLINE_ALONE: Final = frozenset({"utter_handoff_off", "utter_en_handoff"})
_LAST: Final = 12  # utterances of both sides that the summary quotes
_LONGEST: Final = 300  # code points of each


def taken_over(
    analysis: Analysis, state: ConversationState, facts: Facts, content: Content
) -> Turn | None:
    """The turn while a person talks with the user: no word of ours, yet what is told is reported.

    In an emergency or a crisis nobody waits for a person to read it: the assistant answers.
    """
    if facts.handoff is None or facts.handoff.standing != TAKEN or analysis.urgent:
        return None
    meaning = resolve(analysis, state)
    signals, threats = signal_turn(meaning, analysis, state, facts, content)
    after = replace(
        state,
        turn=state.turn + 1,
        threats=threats,
        asked=None,
        misunderstood=0,
        tone=analysis.tone,
        minor=state.minor or "minor" in analysis.marks,
    )
    return Turn((Reply(SILENT),), after.as_json(), signals, transcribed=bool(threats))


def handed_over(
    replies: tuple[Reply, ...], meaning: Meaning, state: ConversationState, facts: Facts
) -> tuple[tuple[Reply, ...], Handoff | None]:
    """The replies with the way to a person in them, and the request for one if this turn makes it.

    Without people who could answer the replies stay, and so does the hotline in them.
    """
    fact = facts.handoff
    if fact is None:
        return replies, None
    waits = fact.standing is not None
    if meaning.kind == "crisis":
        if waits:
            return replies, Handoff("heard", fact.ticket, "crisis")
        said = _named("crisis_queued" if fact.is_open else "crisis_ticket", fact, state)
        return (*replies, said), Handoff("asked", fact.ticket, "crisis", fact.due_at)
    if meaning.kind == "ordinary" and meaning.intent == "handoff":
        kind = "waiting" if waits else "queued" if fact.is_open else "ticket"
        said = _named(kind, fact, state)
        told = tuple(said if reply.name in _HOTLINE_ALONE else reply for reply in replies)
        return told, None if waits else Handoff("asked", fact.ticket, "request", fact.due_at)
    again = meaning.kind == "unclear" and state.misunderstood + 1 >= MISUNDERSTOOD
    if again and not waits and state.language != "en":
        return (*replies[:-1], replace(replies[-1], buttons=replies[-1].buttons or OFFER)), None
    return replies, None


def completed(turn: Turn, facts: Facts, events: Iterable[Mapping[str, Any]]) -> Turn:
    """The turn with what the person needs to know, taken from the ``events`` of the conversation.

    What is said while somebody waits for a person, or talks with one, goes to that person.
    """
    if turn.handoff is not None and turn.handoff.event == "asked":
        return replace(
            turn, handoff=replace(turn.handoff, summary=_summary(turn.state, _said(events)))
        )
    fact = facts.handoff
    if fact is None or fact.standing is None or turn.handoff is not None:
        return turn
    return replace(turn, handoff=Handoff("heard", fact.ticket))


def _named(kind: str, fact: HandoffFact, state: ConversationState) -> Reply:
    english = state.language == "en"
    due = fact.due_en if english else fact.due
    values = {"ahead": str(fact.ahead), "ticket": fact.ticket, "due": due}
    return Reply(f"utter_{'en_' if english else ''}handoff_{kind}", values)


def _summary(state: Mapping[str, Any], said: list[dict[str, str]]) -> dict[str, Any]:
    threats = state.get("threats") or ()
    return {
        "threats": [
            {
                "code": threat["code"],
                "stage": threat["stage"],
                "contacts": list(threat.get("contacts") or ()),
                "amounts": list(threat.get("amounts") or ()),
                "agency": threat.get("agency"),
            }
            for threat in reversed(threats)
        ],
        "tone": state.get("tone"),
        "urgent": state.get("urgent"),
        "minor": bool(state.get("minor")),
        "said": said,
    }


def _said(events: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    lines = [
        {"side": "user" if event["event"] == "user" else "assistant", "text": text[:_LONGEST]}
        for event in events
        if event.get("event") in ("user", "bot") and (text := str(event.get("text") or "").strip())
    ]
    return lines[-_LAST:]
