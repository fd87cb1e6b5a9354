"""From an analysis, the conversation so far and what the service knows to the outcome of the turn."""

from __future__ import annotations

from dataclasses import replace

from actions.catalogue import ATTACHMENTS
from actions.checks import check_replies, is_suspicious, number_checks
from actions.content import Content
from actions.english import in_english
from actions.facts import Facts
from actions.language import language_of
from actions.numbers import NumberCheck
from actions.ordinary import ordinary_reply
from actions.plan import Reply, Signal, Turn, UserChange
from actions.resolve import LEANS_TO_THREAT, Meaning, resolve
from actions.signal_ids import event_id
from actions.signalling import signal_turn
from actions.soothing import soothed
from actions.state import ConversationState, RunningThreat
from actions.urgent import crisis_replies, emergency_replies
from actions.warnings import follow_up, warn
from nlu.analysis import Analysis
from nlu.text.folding import fold

CARD_OFFER = "utter_offer_card"
EMERGENCY_TURNS = 2
_WARNINGS_WITH_QUESTION = frozenset({"asking", "approached"})


def decide(analysis: Analysis, state: ConversationState, facts: Facts, content: Content) -> Turn:
    """Decides a turn; a pure function that never comes out without a reply."""
    state = replace(
        state,
        language=language_of(analysis.text, state.language),
        minor=state.minor or facts.minor or "minor" in analysis.marks,
        informed=state.informed or facts.informed,
    )
    plain = _without_understanding(analysis, state, facts)
    meaning = resolve(analysis, state)
    if plain is not None:
        # A receipt or a card is the whole reply, yet what is told along with it is still reported.
        signals, threats = signal_turn(meaning, analysis, state, facts, content)
        return Turn((plain,), _next(state, asked=state.asked, threats=threats).as_json(), signals)
    checks = number_checks(analysis, content) if _number_matters(meaning, analysis) else ()
    if meaning.kind == "verification" and any(map(is_suspicious, checks)) and not meaning.codes:
        # A number that claims to be ours and is not: a mention, whatever else the message says.
        meaning = replace(meaning, codes=("fake_hotline",), stage="asking")
    signals, threats = signal_turn(meaning, analysis, state, facts, content)
    replies = _replies(meaning, analysis, state, checks, facts, content)
    replies, asked = _with_questions(replies, meaning, state, facts, signals)
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
    after = _next(
        state,
        asked=asked,
        threats=_told(threats, meaning, state),
        topic=_topic(meaning, state),
        urgent=meaning.urgent or state.urgent,
        urgent_at=state.turn if _renews_urgency(meaning, analysis) else state.urgent_at,
        misunderstood=state.misunderstood + 1 if meaning.kind == "unclear" else 0,
        informed=informed,
        tone=analysis.tone,
        suspected=_suspected(meaning, analysis),
        card_offered=state.card_offered or any(reply.buttons == CARD_OFFER for reply in replies),
    )
    receipt = signals[0].code if _is_tip_off(meaning, signals) else None
    return Turn(replies, after.as_json(), signals, _user_change(meaning, state, after), receipt)


def _without_understanding(
    analysis: Analysis, state: ConversationState, facts: Facts
) -> Reply | None:
    """The reply where there are no words to understand, or where they name a receipt or a card."""
    if analysis.urgent:
        return None
    if facts.receipt is not None:
        if facts.receipt.state is None:
            return Reply("utter_receipt_unknown", {"receipt": facts.receipt.number})
        return Reply(
            "utter_receipt_found",
            {
                "receipt": facts.receipt.number,
                "receipt_state": facts.receipt.state,
                "receipt_date": facts.receipt.received_on or "",
            },
        )
    if not analysis.text.strip():
        if facts.attachments:
            return Reply(f"utter_{_attachment(facts.attachments[0])}")
        return Reply("utter_empty")
    if not any(sign.isalnum() for sign in fold(analysis.text).text):
        return Reply("utter_emoji")
    running = state.running
    asks_for_card = "card_request" in analysis.marks and len(analysis.text) < 20
    if running is not None and asks_for_card and not analysis.threats:
        return Reply(f"utter_card_{running.code}")
    return None


def _attachment(kind: str) -> str:
    """The reply to an attachment; channels call a contact card ``contact`` and all else ``other``."""
    if kind == "contact":
        return "contact_card"
    return kind if kind in ATTACHMENTS else "other_attachment"


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
        return (Reply("utter_general_caution" if again else "utter_clarify"),)
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
    if meaning.kind in ("threat", "verification") and signals and not state.minor:
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
    meaning: Meaning, before: ConversationState, after: ConversationState
) -> UserChange:
    asked_for = meaning.intent if meaning.kind == "ordinary" else None
    return UserChange(
        informed=True if after.informed and not before.informed else None,
        consent=False if asked_for == "withdraw_consent" else None,
        opted_out=True if asked_for == "stop_push" else None,
        crisis=True if meaning.kind == "crisis" else None,
        minor=True if after.minor else None,
        erase=asked_for == "erase_data",
    )


def _next(state: ConversationState, **changes: object) -> ConversationState:
    return replace(state, turn=state.turn + 1, **changes)  # type: ignore[arg-type]
