"""Asking later what became of a threat: the offer to ask, and what the answer to the question means."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from actions.content import Content
from actions.facts import Facts
from actions.plan import Followup, Reply, Signal, Turn, UserChange
from actions.resolve import FOLLOW_UP_LIKELY, Meaning
from actions.state import ConversationState
from nlu.analysis import Analysis

OFFER: Final = "utter_offer_followup"
ASKED: Final = "followup"
STOPPED: Final = "stopped"
WENT_ON: Final = "went_on"
UNKNOWN: Final = "unknown"
_OFFERED_AT: Final = frozenset({"considering", "engaged", "paid"})
_PHRASES: Final = {
    "followup_stopped": STOPPED,
    "followup_went_on": WENT_ON,
    "followup_unknown": UNKNOWN,
}
_MEANT: Final = {
    "stopped": STOPPED,
    "deny": STOPPED,
    "insist": WENT_ON,
    "affirm": WENT_ON,
    "already_paid": WENT_ON,
    "already_gave": WENT_ON,
    "dont_know": UNKNOWN,
}
_LONGEST: Final = 40  # code points of free words that can be nothing but an answer
_SURE: Final = 0.6


def agreed(analysis: Analysis, state: ConversationState, content: Content) -> Turn | None:
    """The turn in which somebody says whether we may ask again, ``None`` where nobody was asked."""
    if state.asked != ASKED or analysis.urgent or state.running is None:
        return None
    wish = content.phrases.meaning(analysis.text)
    act, likelihood = analysis.act
    plain = likelihood >= _SURE and len(analysis.text) <= _LONGEST and not analysis.threats
    yes = wish == "followup_agreed" or (plain and act == "affirm")
    if not yes and wish != "no_verdict" and not (plain and act == "deny"):
        return None
    after = replace(state, turn=state.turn + 1, asked=None)
    if not yes:
        return Turn((Reply("utter_followup_declined"),), after.as_json())
    # Of several threats the last one spoken of is asked about: two questions a day would be a nuisance.
    planned = Followup(signal=state.running.event_id, code=state.running.code)
    return Turn(
        (Reply("utter_followup_agreed"),),
        after.as_json(),
        user=UserChange(consent=True, opted_out=False),
        followup=planned,
    )


def with_followup_offer(
    replies: tuple[Reply, ...],
    meaning: Meaning,
    state: ConversationState,
    facts: Facts,
    signals: tuple[Signal, ...],
) -> tuple[tuple[Reply, ...], bool]:
    """Offers to ask again to who is close to a fraud or in one, once in a conversation; tells whether it did.

    Never to a minor, nor in an urgent state, nor where something else was asked already.
    """
    fits = (
        meaning.kind in ("threat", "follow_up")
        and bool(signals)
        and signals[0].stage in _OFFERED_AT
        and facts.reachable
        and not (state.minor or state.followup_offered or facts.crisis or state.language == "en")
    )
    return ((*replies, Reply(OFFER)), True) if fits else (replies, False)


def answer_of(analysis: Analysis, facts: Facts, content: Content) -> Followup | None:
    """What a message answers to the question that we sent, ``None`` where there is none or it is no answer to it.

    The buttons and words like them are sure; of free words, what tells of more of the same is an answer, whatever
    else it is, since a message that tells of money handed over must not count as unanswered.
    """
    asked = facts.followup
    if asked is None or analysis.urgent:
        return None
    named = _PHRASES.get(content.phrases.meaning(analysis.text) or "")
    if named is not None:
        return Followup(asked.signal, asked.code, asked.id, named)
    same = any(threat.code == asked.code for threat in analysis.threats)
    if same and analysis.stage in ("engaged", "paid"):
        return Followup(asked.signal, asked.code, asked.id, WENT_ON)
    if analysis.threats or len(analysis.text) > _LONGEST:
        return None
    act, likelihood = analysis.follow_up
    if likelihood < FOLLOW_UP_LIKELY:
        act, likelihood = analysis.act
    meant = _MEANT.get(act) if likelihood >= _SURE else None
    return Followup(asked.signal, asked.code, asked.id, meant) if meant else None


def followed_up(
    answer: Followup | None, analysis: Analysis, state: ConversationState
) -> Turn | None:
    """The turn of a plain answer; ``None`` where the message tells of a threat, which is warned of as ever."""
    if answer is None or analysis.threats:
        return None
    after = replace(state, turn=state.turn + 1, asked=None, misunderstood=0)
    replies: tuple[Reply, ...] = (Reply(f"utter_followup_{answer.answer}"),)
    if answer.answer == WENT_ON:
        replies = (*replies, Reply(f"utter_insist_{answer.code}"))
    return Turn(replies, after.as_json(), followup=answer)
