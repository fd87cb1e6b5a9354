"""Asking later what became of a threat: the offer to ask, and what the answer to the question means."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from operator import itemgetter
from typing import Final

from actions.content import Content
from actions.facts import Facts
from actions.plan import Followup, Reply, Signal, Turn, UserChange
from actions.resolve import FOLLOW_UP_LIKELY, Meaning
from actions.state import ConversationState, RunningThreat
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
_MEANT: Final[Mapping[str | None, str]] = {
    "stopped": STOPPED,
    "deny": STOPPED,
    "insist": WENT_ON,
    "affirm": WENT_ON,
    "already_paid": WENT_ON,
    "already_gave": WENT_ON,
    "dont_know": UNKNOWN,
}
# Said of the other side, and surer than what the words resemble elsewhere.
_SAID: Final = (
    (re.compile(r"还在(?:联系|聊|谈|办|来往)"), WENT_ON),
    (
        re.compile(
            r"(?<!还)没(?:有)?再?(?:理|接|搭理|回他|联系|答应|转|交|办(?!法))"
            r"|不(?:再)?(?:理|联系|办了)|拉黑|挂断|放弃了"
        ),
        STOPPED,
    ),
    (re.compile(r"没想好|再(?:看看|说吧|想想)|考虑|不好[讲说]|说不[准清好]|看情况"), UNKNOWN),
)
_TERSE: Final = 12  # code points
_BARE: Final = frozenset({"affirm", "deny", "dont_know"})
_DEEDS: Final = frozenset({"already_paid", "already_gave"})
_LONGEST: Final = 40  # code points of free words that can be nothing but an answer
_SURE: Final = 0.6


def agreed(analysis: Analysis, state: ConversationState, content: Content) -> Turn | None:
    """The turn in which somebody says whether we may ask again, ``None`` where nobody was asked."""
    wish = content.phrases.meaning(analysis.text)
    # A bare word is an answer, whatever it sounds like alone.
    if (analysis.urgent and wish not in ("bare_yes", "bare_no")) or state.running is None:
        return None
    # The button says by itself what it is about, so that it may be pressed later as well.
    if state.asked != ASKED and not (wish == "followup_agreed" and state.followup_offered):
        return None
    act, likelihood = analysis.act
    plain = likelihood >= _SURE and len(analysis.text) <= _LONGEST and not analysis.threats
    yes = wish in ("followup_agreed", "bare_yes") or (
        wish != "bare_no" and plain and act == "affirm"
    )
    if not yes and wish not in ("no_verdict", "bare_no") and not (plain and act == "deny"):
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
    asked: str | None,
) -> tuple[tuple[Reply, ...], str | None]:
    """Offers to ask again to who is close to a fraud or in one, once in a conversation; tells what is asked now.

    Never to a minor, nor in an urgent state, nor where something else was ``asked`` already.
    """
    fits = (
        asked is None
        and meaning.kind in ("threat", "follow_up")
        and bool(signals)
        and signals[0].stage in _OFFERED_AT
        and facts.reachable
        and not (state.minor or state.followup_offered or facts.crisis or state.language == "en")
    )
    return ((*replies, Reply(OFFER)), ASKED) if fits else (replies, asked)


def heard(state: ConversationState, facts: Facts) -> tuple[ConversationState, bool]:
    """The state that remembers the question as heard, and whether this is the first message since it came."""
    if facts.followup is None:
        return state, False
    return replace(state, question=facts.followup.id), state.question != facts.followup.id


def answer_of(
    analysis: Analysis, facts: Facts, content: Content, *, first: bool
) -> Followup | None:
    """What a message answers to the question that we sent, ``None`` where there is none or it is no answer to it.

    The buttons and words like them are sure; of free words, what tells of more of the same is an answer, whatever
    else it is, since a message that tells of money handed over must not count as unanswered. A bare yes or no is one
    only in the ``first`` message since the question: later ones answer what was said in between.
    """
    asked = facts.followup
    if asked is None:
        return None
    meant = _PHRASES.get(content.phrases.meaning(analysis.text) or "")
    if meant is None and analysis.urgent != "crisis":
        meant = _meant(analysis, asked.code, first=first)
    return Followup(asked.signal, asked.code, asked.id, meant) if meant else None


def _meant(analysis: Analysis, code: str, *, first: bool) -> str | None:
    same = any(threat.code == code for threat in analysis.threats)
    act, text = _act(analysis), analysis.text
    deeper = analysis.urgent is not None or analysis.stage in ("engaged", "paid")
    # A few words of a deed name no threat, whatever they remind of.
    terse = first and act in _DEEDS and len(text) <= _TERSE
    if (same and deeper) or terse:
        return WENT_ON
    if analysis.threats or len(text) > _LONGEST:
        return None
    if analysis.urgent or act in _DEEDS:
        return WENT_ON
    for words, meant in _SAID:
        if words.search(text):
            return meant
    return _MEANT.get(act) if first or act not in _BARE else None


def followed_up(
    answer: Followup | None, analysis: Analysis, state: ConversationState
) -> Turn | None:
    """The turn of a plain answer; ``None`` where the message tells more, which is warned of and reported as ever."""
    if answer is None or analysis.threats or _act(analysis) in _DEEDS:
        return None
    if analysis.urgent and answer.answer == WENT_ON:
        return None
    after = replace(state, turn=state.turn + 1, asked=None, misunderstood=0)
    replies: tuple[Reply, ...] = (Reply(f"utter_followup_{answer.answer}"),)
    if answer.answer == WENT_ON:
        replies = (*replies, Reply(f"utter_insist_{answer.code}"))
    return Turn(replies, after.as_json(), transcribed=bool(state.threats), followup=answer)


def recalled(answer: Followup | None, state: ConversationState) -> ConversationState:
    """The conversation with the threat that was asked about in it again, where the answer tells of more of it.

    The talk may have been forgotten since, and "I paid" means nothing without it.
    """
    if answer is None or answer.answer != WENT_ON:
        return state
    known = state.threat(answer.code) or RunningThreat(
        answer.code, "considering", answer.signal, state.turn
    )
    others = tuple(threat for threat in state.threats if threat.code != answer.code)
    threats = (*others, replace(known, told_at=state.turn))
    return replace(state, threats=threats, topic="threat")


def _act(analysis: Analysis) -> str | None:
    """What a short message does, if that is sure enough."""
    act, likelihood = analysis.follow_up
    if likelihood < FOLLOW_UP_LIKELY or act == analysis.act[0]:
        act, likelihood = max(analysis.follow_up, analysis.act, key=itemgetter(1))
    return act if likelihood >= _SURE else None
