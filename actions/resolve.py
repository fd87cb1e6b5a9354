"""What a message means in the conversation it stands in: the one place where follow-ups are understood."""

from __future__ import annotations

import re
from dataclasses import dataclass

from actions.state import ConversationState
from nlu.analysis import FOLLOW_UP_ACTS, Analysis

VERIFICATIONS = frozenset(
    {"verify_number", "verify_person", "verify_company", "verify_app", "verify_message"}
)
FOLLOW_UPS = frozenset(FOLLOW_UP_ACTS)
# Ordinary matters that a user goes on about in further messages.
BUSINESS = frozenset(
    {
        "repayment",
        "limits_rates",
        "account",
        "app_issue",
        "hardship",
        "credit_record",
        "collection_complaint",
        "complaint",
        "handoff",
    }
)
# Requests that change what is stored about the user, and cannot be taken back: never done on a guess.
CONSEQUENTIAL = frozenset({"erase_data", "withdraw_consent", "stop_push"})
# The question that the answer to a question of ours comes down to.
_ANSWERED = {"company": "verify_company", "app": "verify_app"}
# Acts that need no running threat to be understood.
STANDALONE = frozenset(
    {"how_to_report", "ask_partner", "get_money_back", "worry", "direct_request"}
)
# Acts whose reply is right also where we do not know what was talked about.
ANSWERED_ALONE = STANDALONE | {
    "same_again",
    "they_know_me",
    "they_showed_proof",
    "tell_them",
    "stopped",
    "not_scam",
}

# From here on a message in the middle of a talk about a threat counts as a follow-up.
FOLLOW_UP_LIKELY = 0.5
REPORT_LIKELY = 0.25
# With less than this a message tells more of the matter without being one of the usual follow-ups.
ACT_LIKELY = 0.03
# Without a talk about a threat it takes more to read a message as a follow-up act.
FOLLOW_UP_SURE = 0.75
# Below this an ordinary intent is a guess, and a guess is asked about instead of answered.
INTENT_LIKELY = 0.2
# A message that leans this far towards a threat without reaching it gets a question, never a verdict.
LEANS_TO_THREAT = 0.3
LONG_MESSAGE = 30  # code points; longer messages stand for themselves
LONGEST_NAME = 24  # code points of an answer to "which company?"
FRESH_TURNS = 8
FEW_SIGNS = 8  # code points
UNSURE_CODE = 0.45
# From here on a message in a talk about a threat belongs to it, unless it names another one.
OF_THE_MATTER = 0.3
CLEARLY_ANOTHER = 0.6  # likelihood from which a code is a new threat even in a follow-up
OWN_BUSINESS = 0.45  # share from which an ordinary intent is no guess
SURE_OF_REQUEST = 0.6  # share from which a request of consequence is carried out
CRISIS_TURNS = 3
# Acts that are about the matter in hand whatever words they use.
_ABOUT_THE_MATTER = frozenset(
    {"get_money_back", "worry", "what_now", "tell_them", "how_to_report", "which_true", "dont_know"}
)
# Acts that tell of no money, also where they name a sum.
_TELLS_NO_DEED = frozenset(
    {"deny", "dont_know", "they_know_me", "they_showed_proof", "which_true", "ask_partner"}
)
# Acts that speak of somebody on the other side, whatever was said before.
_SUSPICIOUS_ACTS = FOLLOW_UPS - {"affirm", "deny", "dont_know", "direct_request", "ask_partner"}
_STILL_IN_CRISIS = FOLLOW_UPS | {
    *("crisis", "chitchat", "hardship", "collection_complaint", "abuse"),
    *("goodbye", "thanks"),  # perhaps a farewell; what is better says so
}

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
    urgent = _urgent(analysis, state)
    if urgent == "crisis":
        return Meaning("crisis", "crisis", codes, stage, refers_back, urgent)
    if urgent == "emergency":
        return _emergency(analysis, state, codes, stage, refers_back)
    if _asks_whether_ours(analysis):
        if not codes and analysis.leaning[1] >= LEANS_TO_THREAT:
            # Who asks whether a seller is ours tells of the seller, however politely.
            codes, stage = (analysis.leaning[0],), analysis.stage_hint
        return Meaning("verification", _verification(analysis), codes, stage, refers_back)
    answered = _answered(analysis, state)
    if answered is not None:
        return Meaning("verification", answered, codes, stage, refers_back)
    if "wants_person" in analysis.marks and (refers_back or not codes):
        return Meaning("ordinary", "handoff", codes, stage, refers_back)
    if codes and not refers_back:
        if _too_little(analysis):
            return Meaning("unclear", codes[0], codes, stage)
        return Meaning("threat", codes[0], codes, stage)
    if refers_back:
        return Meaning("follow_up", _act(analysis), codes, stage, True)
    act, likelihood = analysis.follow_up
    # Words that answer "which of these?" with none of them follow up on nothing.
    answers = state.asked not in (None, "clarify")
    if likelihood >= FOLLOW_UP_SURE and (act in STANDALONE or answers) and _guess(analysis):
        return Meaning("follow_up", act)
    intent = analysis.act[0]
    if intent in FOLLOW_UPS and likelihood >= FOLLOW_UP_LIKELY and intent in ANSWERED_ALONE:
        return Meaning("follow_up", intent)
    if _unclear(analysis) or intent in FOLLOW_UPS:
        if state.topic in BUSINESS:
            # Words that say little on their own go on with what was talked about.
            return Meaning("ordinary", state.topic)
        return Meaning("unclear", intent)
    return Meaning("ordinary", intent)


def _codes(analysis: Analysis, state: ConversationState) -> tuple[tuple[str, ...], bool]:
    """Threat codes that the message speaks of, and whether they are running ones it refers back to."""
    named = tuple(threat.code for threat in analysis.threats)
    running = state.running
    if running is None:
        confirms = state.suspected and not named and _confirms(analysis)
        return ((state.suspected,), True) if state.suspected and confirms else (named, False)
    short = len(analysis.text) <= LONG_MESSAGE
    points_back = short and bool(_POINTS_BACK.search(analysis.text))
    follows = analysis.follow_up[1] >= FOLLOW_UP_LIKELY
    in_talk = state.topic == "threat"
    if named:
        if named[0] == running.code:
            return named, short and (follows or points_back or (in_talk and _adds(analysis)))
        if _continues(analysis, running.code) and (short or points_back):
            return (running.code,), True
        return named, False
    if in_talk:
        # In the middle of a talk about a threat, what is no business of its own belongs to it.
        said_of_it = short and (analysis.act[0] in FOLLOW_UPS or _wants_to_report(analysis))
        # Despair in the middle of a case is about the case, whatever words it finds.
        cry = analysis.tone == "desperate" and _guess(analysis)
        goes_on = analysis.matter >= OF_THE_MATTER or said_of_it or cry
        return ((running.code,), True) if goes_on else ((), False)
    if follows and short and not _own_business(analysis):
        return (running.code,), True
    return (), False


def _wants_to_report(analysis: Analysis) -> bool:
    """Whether a number is asked for to report the other side, not to reach us."""
    act, likelihood = analysis.follow_up
    asked = analysis.act[0] == "ask_hotline" or "asks_which" in analysis.marks
    if "reports" in analysis.marks:
        return asked or act in ("how_to_report", "what_now")
    return asked and act == "how_to_report" and likelihood >= REPORT_LIKELY


def _confirms(analysis: Analysis) -> bool:
    """Whether a message makes sense only if the one before it told of somebody suspicious."""
    return analysis.act[0] in _SUSPICIOUS_ACTS and analysis.matter >= FOLLOW_UP_LIKELY


def _adds(analysis: Analysis) -> bool:
    """Whether a message tells what has been done, as who goes on telling does, and offers nothing new."""
    return bool(analysis.given) or analysis.stage_hint in ("engaged", "paid")


def _continues(analysis: Analysis, running: str) -> bool:
    """Whether words that suggest another code still belong to the running threat.

    Details such as "I signed" or "they took 2000" fit every code; only a code that is much likelier than
    the running one, in a message that does not sound like a follow-up, is a new threat.
    """
    best = analysis.likelihoods.get(analysis.threats[0].code, 0.0)
    same = analysis.likelihoods.get(running, 0.0)
    if analysis.stage == "reporting" and (
        analysis.values("phone") or analysis.values("contact_id")
    ):
        return False
    act, likelihood = analysis.follow_up
    if act in _ABOUT_THE_MATTER and likelihood >= FOLLOW_UP_SURE:
        return True
    if analysis.act[0] in FOLLOW_UPS and analysis.act[1] >= OWN_BUSINESS:
        return True
    details = bool(analysis.given) or analysis.stage_hint in ("engaged", "paid")
    if analysis.follow_up[1] >= FOLLOW_UP_LIKELY or details:
        return best < CLEARLY_ANOTHER or same * 2 >= best
    return bool(_POINTS_BACK.search(analysis.text)) and (best < 0.5 or same * 3 >= best)


def _guess(analysis: Analysis) -> bool:
    """Whether no ordinary intent stands out."""
    act, likelihood = analysis.act
    return act in FOLLOW_UPS or act == "chitchat" or likelihood < OWN_BUSINESS


def _own_business(analysis: Analysis) -> bool:
    """Whether the message is clearly about business with us rather than about the other side."""
    act, likelihood = analysis.act
    return act not in FOLLOW_UPS and act != "chitchat" and likelihood >= OWN_BUSINESS


def _emergency(
    analysis: Analysis,
    state: ConversationState,
    codes: tuple[str, ...],
    stage: str | None,
    refers_back: bool,
) -> Meaning:
    """An emergency always has a code: the named one, the running one, or else the likeliest."""
    if not codes:
        running = state.running
        codes = (running.code,) if running else (analysis.leaning[0],)
    if stage not in ("engaged", "paid"):
        stage = "paid" if "moved" in analysis.marks else "engaged"
    return Meaning("emergency", codes[0], codes, stage, refers_back, "emergency")


def _stage(
    analysis: Analysis, state: ConversationState, codes: tuple[str, ...], refers_back: bool
) -> str | None:
    if not codes:
        return None
    if not refers_back and analysis.stage:
        return analysis.stage
    running = state.running
    before = running.stage if running else "asking"
    act = _act(analysis)
    if "money_received" in analysis.marks and before != "paid":
        return "engaged"
    money = bool(analysis.values("amount")) or "money" in analysis.marks
    if act == "already_paid" and (
        analysis.stage_hint in ("paid", "engaged") or analysis.act[0] == act
    ):
        sure = analysis.stage_hint == "paid" or money
        return "paid" if sure or before == "paid" else "engaged"
    if act in _TELLS_NO_DEED:
        return before
    if act == "more" and analysis.stage_hint == "paid" and money:
        return "paid"
    done = act in ("more", "affirm") and analysis.stage_hint in ("engaged", "paid")
    if act == "already_gave" or analysis.given or done:
        return "paid" if before == "paid" else "engaged"
    tells = analysis.threats or analysis.values("amount")
    return "paid" if tells and analysis.stage_hint == "paid" else before


def _act(analysis: Analysis) -> str:
    """The follow-up act of a message that refers back; ``more`` for a further detail."""
    if "resigned" in analysis.marks:
        return "insist"
    if _wants_to_report(analysis):
        return "how_to_report"
    if "asks_which" in analysis.marks or analysis.act[0] == "ask_hotline":
        return "ask_hotline"
    if analysis.given:
        return "already_gave"
    act, likelihood = analysis.follow_up
    return act if likelihood >= ACT_LIKELY or analysis.act[0] == act else "more"


def _urgent(analysis: Analysis, state: ConversationState) -> str | None:
    if analysis.urgent:
        return analysis.urgent
    if state.urgent == "crisis" and state.turn - state.urgent_at <= CRISIS_TURNS:
        act, likelihood = analysis.act
        calm = act not in _STILL_IN_CRISIS and likelihood >= OWN_BUSINESS
        better = "better" in analysis.marks
        return None if calm or better else "crisis"
    return None


def _asks_whether_ours(analysis: Analysis) -> bool:
    act, likelihood = analysis.act
    if act in VERIFICATIONS and likelihood >= (INTENT_LIKELY if not analysis.threats else 0.5):
        return True
    if "asks_partner" in analysis.marks and (analysis.threats or analysis.values("agency")):
        return True
    if "asks_ours" not in analysis.marks:
        return False
    return bool(analysis.values("phone") or analysis.values("agency"))


def _verification(analysis: Analysis) -> str:
    """What is asked about; an explicit name or number decides where the intent does not."""
    act, likelihood = analysis.act
    if act in VERIFICATIONS and likelihood >= INTENT_LIKELY:
        return act
    company = bool(analysis.values("agency")) or "asks_partner" in analysis.marks
    return "verify_company" if company else "verify_number"


def _answered(analysis: Analysis, state: ConversationState) -> str | None:
    """The question that a short answer to our own question goes on with, if it is one."""
    if analysis.threats:
        return None
    if state.asked == "number":
        return "verify_number" if analysis.values("phone") else None
    says_name = len(analysis.text) <= LONGEST_NAME and _guess(analysis)
    if analysis.follow_up[1] >= FOLLOW_UP_LIKELY or not says_name:
        return None
    return _ANSWERED.get(state.asked or "")


def _too_little(analysis: Analysis) -> bool:
    """A few signs that lean to a threat without saying which: a question is kinder than a warning."""
    return len(analysis.text) <= FEW_SIGNS and analysis.threats[0].confidence < UNSURE_CODE


def _unclear(analysis: Analysis) -> bool:
    act, likelihood = analysis.act
    if act in CONSEQUENTIAL and likelihood < SURE_OF_REQUEST:
        return True
    return likelihood < INTENT_LIKELY or analysis.leaning[1] >= LEANS_TO_THREAT
