"""What a message means in the conversation it stands in: the one place where follow-ups are understood."""

from __future__ import annotations

import re
from dataclasses import dataclass

from actions.state import ConversationState
from nlu.analysis import Analysis

VERIFICATIONS = frozenset(
    {"verify_number", "verify_person", "verify_company", "verify_app", "verify_message"}
)
FOLLOW_UPS = frozenset(
    {
        "what_now",
        "same_again",
        "they_know_me",
        "they_showed_proof",
        "how_to_report",
        "tell_them",
        "insist",
        "which_true",
        "ask_partner",
        "affirm",
        "deny",
        "dont_know",
        "direct_request",
        "already_paid",
        "already_gave",
        "not_scam",
        "worry",
        "get_money_back",
        "stopped",
    }
)
# Acts that need no running threat to be understood.
STANDALONE = frozenset(
    {"how_to_report", "ask_partner", "get_money_back", "worry", "direct_request"}
)

# From here on a follow-up act is believed against a threat code that the same words suggest.
FOLLOW_UP_LIKELY = 0.35
# Below this an ordinary intent is a guess, and a guess is asked about instead of answered.
INTENT_LIKELY = 0.12
# A message that leans this far towards a threat without reaching it gets a question, never a verdict.
LEANS_TO_THREAT = 0.3
LONG_MESSAGE = 30  # code points; longer messages stand for themselves
FRESH_TURNS = 8

_POINTS_BACK = re.compile(
    r"^(?:那|他|她|它|对方|还是|又|这个?人|那个?人|刚才|这里面|这些|里面|可是|但是?|反正|好像是|就是那)"
    r"|他们|对方|这个号|那个号|刚才(?:说|讲)?的|那个人|这人|那家"
)


@dataclass(frozen=True)
class Meaning:
    """A message in its context.

    ``kind`` is ``crisis``, ``emergency``, ``verification``, ``threat``, ``follow_up``, ``ordinary``,
    ``unclear`` or ``empty``; ``intent`` the intent or follow-up act it comes down to; ``codes`` the threat
    codes spoken of, primary first, whether named now or running (``refers_back``).
    """

    kind: str
    intent: str
    codes: tuple[str, ...] = ()
    stage: str | None = None
    refers_back: bool = False
    urgent: str | None = None


def resolve(analysis: Analysis, state: ConversationState) -> Meaning:
    """Decides what a message is about, given what was said before."""
    codes, refers_back = _codes(analysis, state)
    stage = _stage(analysis, state, codes, refers_back)
    intent = _intent(analysis, state, refers_back)
    urgent = _urgent(analysis, state)
    if urgent == "crisis":
        return Meaning("crisis", intent, codes, stage, refers_back, urgent)
    if urgent == "emergency":
        if not codes:
            running = state.running
            codes = (running.code,) if running else (analysis.leaning[0],)
        if stage not in ("engaged", "paid"):
            stage = "paid" if "moved" in analysis.marks else "engaged"
        return Meaning("emergency", intent, codes, stage, refers_back, urgent)
    if _asks_whether_ours(analysis, intent):
        return Meaning("verification", intent, codes, stage, refers_back)
    if codes and not refers_back:
        return Meaning("threat", intent, codes, stage)
    if intent in FOLLOW_UPS and (state.running or intent in STANDALONE or state.asked):
        running = state.running
        back = (running.code,) if running else ()
        return Meaning("follow_up", intent, back, stage, bool(back))
    if refers_back:
        return Meaning("follow_up", _act_of_words(analysis), codes, stage, True)
    if _unclear(analysis):
        return Meaning("unclear", intent)
    return Meaning("ordinary", intent)


def _codes(analysis: Analysis, state: ConversationState) -> tuple[tuple[str, ...], bool]:
    """Threat codes of the message and whether they are the running ones."""
    named = tuple(threat.code for threat in analysis.threats)
    running = state.running
    if running is None:
        return named, False
    act, likelihood = analysis.act
    short = len(analysis.text) <= LONG_MESSAGE
    points_back = short and bool(_POINTS_BACK.search(analysis.text))
    if act in FOLLOW_UPS and likelihood >= FOLLOW_UP_LIKELY and short:
        if not named or points_back or named[0] == running.code:
            return (running.code,), True
        return named, False
    if named:
        sure = analysis.threats[0].confidence
        if named[0] == running.code:
            return named, short
        return ((running.code,), True) if points_back and sure < 0.9 else (named, False)
    if points_back and _about_others(analysis) and state.topic == "threat":
        return (running.code,), True
    return (), False


def _about_others(analysis: Analysis) -> bool:
    """Whether short words that point back speak of the other side rather than of business with us."""
    act, likelihood = analysis.act
    return act in FOLLOW_UPS or likelihood < 0.5


def _stage(
    analysis: Analysis, state: ConversationState, codes: tuple[str, ...], refers_back: bool
) -> str | None:
    if not codes:
        return None
    if not refers_back and analysis.stage:
        return analysis.stage
    running = state.running
    before = running.stage if running else "asking"
    act, likelihood = analysis.act
    if act == "already_paid" and likelihood >= FOLLOW_UP_LIKELY:
        return "paid"
    if (act == "already_gave" and likelihood >= FOLLOW_UP_LIKELY) or (
        analysis.given or "money_received" in analysis.marks
    ):
        return "paid" if before == "paid" else "engaged"
    if analysis.stage in ("paid", "engaged") and analysis.stage != before:
        return analysis.stage
    return before


def _intent(analysis: Analysis, state: ConversationState, refers_back: bool) -> str:
    act, likelihood = analysis.act
    if not analysis.threats:
        return act
    if refers_back and act in FOLLOW_UPS and likelihood >= FOLLOW_UP_LIKELY:
        return act
    if act in VERIFICATIONS and likelihood >= FOLLOW_UP_LIKELY:
        return act
    return analysis.threats[0].code


def _act_of_words(analysis: Analysis) -> str:
    act, likelihood = analysis.act
    if analysis.threats:
        return "more"
    return act if act in FOLLOW_UPS and likelihood >= INTENT_LIKELY else "more"


def _urgent(analysis: Analysis, state: ConversationState) -> str | None:
    if analysis.urgent:
        return analysis.urgent
    if state.urgent == "crisis" and state.turn - state.urgent_at <= 3:
        calm = {"thanks", "goodbye", "repayment", "account", "limits_rates", "stop_push"}
        return None if analysis.act[0] in calm and analysis.act[1] > 0.5 else "crisis"
    return None


def _asks_whether_ours(analysis: Analysis, intent: str) -> bool:
    if intent in VERIFICATIONS:
        return analysis.act[1] >= INTENT_LIKELY or bool(analysis.threats)
    asks = "asks_ours" in analysis.marks
    return asks and bool(analysis.values("phone") or analysis.values("agency"))


def _unclear(analysis: Analysis) -> bool:
    return analysis.act[1] < INTENT_LIKELY or analysis.leaning[1] >= LEANS_TO_THREAT
