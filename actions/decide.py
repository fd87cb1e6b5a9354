"""From an analysis, the conversation so far and what the service knows to the outcome of the turn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from actions.checks import check_replies, is_suspicious, number_checks
from actions.content import Content
from actions.english import in_english
from actions.facts import Facts
from actions.followup import ASKED as FOLLOWUP_ASKED
from actions.followup import agreed, answer_of, followed_up, heard, recalled, with_followup_offer
from actions.handoff import handed_over, taken_over
from actions.language import language_of
from actions.numbers import NumberCheck
from actions.ordinary import ordinary_reply
from actions.pictures import with_pictures
from actions.plan import Reply, Signal, Turn, UserChange
from actions.practice import (
    GO_ON,
    NO_PRACTICES,
    PRACTISE,
    RESUME,
    Practices,
    left_alone,
    practised,
    tells_of_real,
    with_offer,
)
from actions.proof import asks_for_proof, proof_replies
from actions.reports import NO_REPORTS, Reports, with_reports
from actions.requests import CHEATED, CONFIRM_ERASURE, Request, requested
from actions.resolve import CRISIS_TURNS, LEANS_TO_THREAT, Meaning, resolve
from actions.signal_ids import event_id
from actions.signalling import signal_turn
from actions.soothing import soothed
from actions.state import ConversationState, RunningThreat
from actions.suggestions import suggestion
from actions.survey import asked_how_it_was, surveyed
from actions.urgent import crisis_replies, emergency_replies
from actions.warnings import follow_up, warn
from actions.wordless import without_understanding
from nlu.analysis import Analysis

CARD_OFFER = "utter_offer_card"
EVIDENCE_OFFER = "utter_offer_evidence"
EMERGENCY_TURNS = 2
# What cannot be taken back is asked about once more where it is said in words that leave a doubt.
SURE_OF_ERASURE = 0.9
_SAID_WHEN_BETTER = frozenset({"goodbye", "thanks", "chitchat", "greet"})
_WARNINGS_WITH_QUESTION = frozenset({"asking", "approached"})


def decide(
    analysis: Analysis,
    state: ConversationState,
    facts: Facts,
    content: Content,
    reports: Reports = NO_REPORTS,
    practices: Practices = NO_PRACTICES,
) -> Turn:
    """Decides a turn; a pure function that never comes out without a reply."""
    state = replace(
        state,
        language=language_of(analysis.text, state.language, opens=state.turn == 0),
        minor=state.minor or facts.minor or "minor" in analysis.marks,
        informed=state.informed or facts.informed,
    )
    request = requested(analysis, state, content)
    taken = taken_over(analysis, state, facts, content)
    # What only we can carry out is not left to a person of ours, all else is said to them.
    if request is not None and (taken is None or request.is_ours):
        return _carried_out(request, state)
    if taken is not None:
        return taken
    survey = surveyed(analysis, state, facts, content)
    if survey is not None:
        return survey
    state = asked_how_it_was(state, facts)
    reminded = agreed(analysis, state, content)
    if reminded is not None:
        return reminded
    state, first = heard(state, facts)
    answer = answer_of(analysis, facts, content, first=first)
    answered = followed_up(answer, analysis, state)
    if answered is not None:
        return answered
    state = recalled(answer, state)
    practice = practised(analysis, state, facts, content, practices)
    if practice is not None:
        return practice
    plain = without_understanding(analysis, state, facts)
    meaning = resolve(analysis, state)
    if plain is not None:
        if plain.name in ("utter_emoji", "utter_empty"):
            return Turn((plain,), _next(state, asked=state.asked).as_json())
        # A receipt or a card is the whole reply, yet what is told along with it is still reported.
        signals, threats = signal_turn(meaning, analysis, state, facts, content)
        after = _next(state, asked=state.asked, threats=threats)
        return Turn((plain,), after.as_json(), signals, transcribed=bool(threats))
    erases = meaning.kind == "ordinary" and meaning.intent == "erase_data"
    # What stands on a picture is not said by who sends it.
    if erases and (facts.picture is not None or analysis.act[1] < SURE_OF_ERASURE):
        return _carried_out(CONFIRM_ERASURE, state)
    checks = number_checks(analysis, content) if _number_matters(meaning, analysis) else ()
    if meaning.kind == "verification" and any(map(is_suspicious, checks)) and not meaning.codes:
        # A number that claims to be ours and is not: a mention, whatever else the message says.
        meaning = replace(meaning, codes=("fake_hotline",), stage="asking")
    signals, threats = signal_turn(meaning, analysis, state, facts, content)
    replies = _replies(meaning, analysis, state, checks, facts, content)
    replies = with_reports(replies, meaning, state, signals, reports, facts.teller)
    replies, asked = _with_questions(replies, meaning, state, facts, signals)
    notices = facts.notices if meaning.kind not in ("crisis", "emergency") else ()
    replies = (*replies, *(Reply(notice.reply) for notice in notices))
    informed = state.informed
    if not informed and meaning.kind not in ("crisis", "emergency"):
        replies = (*replies, Reply("utter_privacy_notice"))
        informed = True
    if facts.truncated:
        replies = (*replies, Reply("utter_too_long"))
    if state.language == "en":
        replies = in_english(replies, meaning)
    else:
        replies = soothed(replies, meaning, analysis, state)
    replies = with_pictures(replies, meaning, facts.picture, state.language)
    if tells_of_real(analysis, state, facts.day) and not signals and not meaning.urgent:
        # Whatever it was taken for: who says that it is no practice has something to tell.
        replies, asked = (Reply("utter_cheated"),), CHEATED
        going: Mapping[str, Any] | None = {**(state.practice or {}), "paused": True}
    else:
        replies, going = left_alone(replies, meaning, state, facts.day)
    replies, offered = with_offer(replies, state, can=practices.are_there())
    if offered:
        asked = PRACTISE
    elif replies[-1].name == RESUME:
        asked = GO_ON
    replies, asked = with_followup_offer(replies, meaning, state, facts, signals, asked)
    replies, handoff = handed_over(replies, meaning, state, facts)
    after = _next(
        state,
        asked=asked,
        threats=_told(threats, meaning, state),
        topic=_topic(meaning, state),
        urgent=meaning.urgent or (None if _is_better(analysis, state) else state.urgent),
        urgent_at=state.turn if _renews_urgency(meaning, analysis) else state.urgent_at,
        misunderstood=state.misunderstood + 1 if meaning.kind == "unclear" else 0,
        informed=informed,
        tone=analysis.tone,
        suspected=_suspected(meaning, analysis),
        practice=going,
        followup_offered=state.followup_offered or asked == FOLLOWUP_ASKED,
        practice_offered=state.practice_offered or offered,
        card_offered=state.card_offered or any(reply.buttons == CARD_OFFER for reply in replies),
    )
    receipt = signals[0].code if _is_tip_off(meaning, signals) else None
    return Turn(
        replies,
        after.as_json(),
        signals,
        _user_change(meaning, state, after, erase=erases),
        receipt,
        transcribed=bool(after.threats) and not erases,
        notices=tuple(id for notice in notices for id in notice.ids),
        handoff=handoff,
        followup=answer,
    )


def _carried_out(request: Request, state: ConversationState) -> Turn:
    """The turn of a request: its reply, and the privacy notice for whoever has not had it."""
    replies: tuple[Reply, ...] = (request.reply,)
    if not state.informed:
        replies = (*replies, Reply("utter_privacy_notice"))
    after = _next(state, asked=request.asked, informed=True)
    informed = None if state.informed else True
    return Turn(
        replies,
        after.as_json(),
        user=UserChange(informed=informed, erase=request.erase),
        transcribed=bool(state.threats) and not request.erase,
        evidence=request.evidence,
        dispute=request.dispute,
    )


def _renews_urgency(meaning: Meaning, analysis: Analysis) -> bool:
    """Whether an urgent state goes on from this turn.

    Despair that is still talked of keeps the crisis up; a threat told in it does not, so that the full
    warning comes when the crisis has passed.
    """
    return bool(analysis.urgent or (meaning.urgent and not analysis.threats))


def _number_matters(meaning: Meaning, analysis: Analysis) -> bool:
    return meaning.kind == "verification" and meaning.intent in ("verify_number", "verify_app")


def _replies(
    meaning: Meaning,
    analysis: Analysis,
    state: ConversationState,
    checks: tuple[NumberCheck, ...],
    facts: Facts,
    content: Content,
) -> tuple[Reply, ...]:
    if meaning.kind == "crisis":
        return crisis_replies(meaning, analysis, state)
    if meaning.kind == "emergency":
        return emergency_replies(analysis, state)
    if asks_for_proof(meaning, analysis, content):
        return proof_replies(facts)
    if meaning.kind == "verification":
        answers = check_replies(meaning, analysis, checks, facts, content, state.asked)
        if state.minor and meaning.codes:
            return (answers[0], Reply("utter_minor_threat"))
        return answers
    if meaning.kind == "threat":
        if _still_emergency(state) and "moved" in analysis.marks:
            return emergency_replies(analysis, state)
        return warn(meaning, analysis, state, content)
    if meaning.kind == "follow_up":
        if _still_emergency(state) and not state.minor and "freeze" not in analysis.marks:
            return emergency_replies(analysis, state)
        return follow_up(meaning, analysis, state)
    if meaning.kind == "unclear":
        again = state.asked == "clarify"
        if again:
            return (Reply("utter_general_caution"), suggestion(analysis))
        return (Reply("utter_clarify"),)
    if _still_emergency(state) and meaning.intent == "ask_hotline":
        return emergency_replies(analysis, state)
    if _is_better(analysis, state) and meaning.intent in _SAID_WHEN_BETTER:
        return (Reply("utter_crisis_better"),)
    running = state.running
    if (
        meaning.intent == "collection_complaint"
        and running is not None
        and running.code == "anti_collection"
        and state.topic == "threat"
    ):
        return (Reply("utter_collection_distress"),)
    return ordinary_reply(meaning.intent, analysis, state, facts, content)


def _suspected(meaning: Meaning, analysis: Analysis) -> str | None:
    leaning, likelihood = analysis.leaning
    return leaning if not meaning.codes and likelihood >= LEANS_TO_THREAT else None


def _is_better(analysis: Analysis, state: ConversationState) -> bool:
    """Whether somebody says that a crisis of a moment ago has passed."""
    lately = state.urgent == "crisis" and state.turn - state.urgent_at <= CRISIS_TURNS
    return lately and "better" in analysis.marks and not analysis.urgent


def _still_emergency(state: ConversationState) -> bool:
    return state.urgent == "emergency" and state.turn - state.urgent_at <= EMERGENCY_TURNS


def _with_questions(
    replies: tuple[Reply, ...],
    meaning: Meaning,
    state: ConversationState,
    facts: Facts,
    signals: tuple[Signal, ...],
) -> tuple[tuple[Reply, ...], str | None]:
    """Adds the one question or offer that helps next, and remembers which."""
    if meaning.kind == "unclear":
        return replies, "clarify" if replies[0].name == "utter_clarify" else None
    names = {reply.name for reply in replies}
    if "utter_number_ask" in names:
        return replies, "number"
    if "utter_partner_ask" in names:
        return replies, "company"
    if "utter_app_ask" in names:
        return replies, "app"
    if _is_tip_off(meaning, signals):
        number = event_id(facts.conversation, facts.message_id, signals[0].code)
        return (*replies, Reply("utter_receipt_new", {"event": number})), None
    if not signals or state.minor:
        return replies, None
    if meaning.kind in ("threat", "follow_up") and signals[0].stage == "paid":
        return (*replies[:-1], replace(replies[-1], buttons=EVIDENCE_OFFER)), None
    if meaning.kind in ("threat", "verification"):
        if meaning.codes[0] == "fake_hotline" and meaning.stage in _WARNINGS_WITH_QUESTION:
            return (*replies, Reply("utter_ask_given")), "given"
        if not state.card_offered and not signals[0].follows:
            return (*replies[:-1], replace(replies[-1], buttons=CARD_OFFER)), None
    return replies, None


def _is_tip_off(meaning: Meaning, signals: tuple[Signal, ...]) -> bool:
    return meaning.kind == "threat" and meaning.stage == "reporting" and bool(signals)


def _told(
    threats: tuple[RunningThreat, ...], meaning: Meaning, state: ConversationState
) -> tuple[RunningThreat, ...]:
    """Marks the primary code as warned of in this turn."""
    if meaning.kind not in ("threat", "verification") or not meaning.codes:
        return threats
    return tuple(
        replace(threat, told_at=state.turn) if threat.code == meaning.codes[0] else threat
        for threat in threats
    )


def _topic(meaning: Meaning, state: ConversationState) -> str:
    if meaning.codes:
        return "threat"
    if meaning.kind in ("ordinary", "verification"):
        return meaning.intent
    return state.topic


def _user_change(
    meaning: Meaning, before: ConversationState, after: ConversationState, *, erase: bool
) -> UserChange:
    asked_for = meaning.intent if meaning.kind == "ordinary" else None
    return UserChange(
        informed=True if after.informed and not before.informed else None,
        consent=False if asked_for == "withdraw_consent" else None,
        opted_out=True if asked_for == "stop_push" else None,
        crisis=True if meaning.kind == "crisis" else None,
        minor=True if after.minor else None,
        erase=erase,
    )


def _next(state: ConversationState, **changes: object) -> ConversationState:
    return replace(state, turn=state.turn + 1, **changes)  # type: ignore[arg-type]
