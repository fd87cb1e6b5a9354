"""Replies to a threat: what this is, what to do now, the way out; and to what is said about it next."""

from __future__ import annotations

import re

from actions.content import Content
from actions.outgoing import mask_quote
from actions.plan import Reply
from actions.resolve import FRESH_TURNS, Meaning
from actions.state import STAGE_RANK, ConversationState
from nlu.analysis import Analysis, Span

QUOTE_LIMIT = 24
_BREAK = re.compile(r"[，。！？；：,!?;:\n「」“”\"【】]")
# Code points from which a message is a pasted advertisement that mentions everything at once.
ADVERTISEMENT = 200
# Follow-up acts that have one reply of their own, whatever the threat is.
_PLAIN_ACTS = {
    "same_again": "utter_same_again",
    "they_know_me": "utter_knows_me",
    "they_showed_proof": "utter_proof",
    "how_to_report": "utter_how_to_report",
    "tell_them": "utter_tell_them",
    "ask_partner": "utter_partner_general",
    "direct_request": "utter_direct_request",
    "not_scam": "utter_not_scam",
    "worry": "utter_worry",
    "get_money_back": "utter_get_money_back",
    "stopped": "utter_stopped",
    "deny": "utter_nothing_given",
    "dont_know": "utter_dont_know",
}
# What may come with a threat and is answered before anything else about it.
_SPECIAL_STEPS = (
    ("money_received", "utter_deposit_received"),
    ("call_forwarding", "utter_call_forwarding"),
    ("post_card", "utter_stop_posting_card"),
)


def warn(
    meaning: Meaning, analysis: Analysis, state: ConversationState, content: Content
) -> tuple[Reply, ...]:
    """The reply to a message that names a threat; shorter when the same warning was just given."""
    code, stage = meaning.codes[0], meaning.stage or "asking"
    before = state.threat(code)
    fresh = before is not None and state.turn - before.told_at < FRESH_TURNS
    if state.minor:
        return _to_a_minor(code, stage)
    if code == "anti_collection" and analysis.act[0] == "collection_complaint" and fresh:
        return (Reply("utter_collection_distress"),)
    if "recovery_offer" in analysis.marks and stage != "reporting":
        return (_what(code, analysis), Reply("utter_recovery_warning"), Reply(f"utter_way_{code}"))
    steps = _steps(code, stage, analysis)
    if stage == "reporting" and not fresh:
        return (*steps, Reply(f"utter_way_{code}"))
    if fresh and before is not None:
        special = [step for step in steps if step.name in _SPECIAL_NAMES]
        if special:
            return tuple(special)
        nothing_new = STAGE_RANK[stage] <= STAGE_RANK[before.stage] and not analysis.given
        # Who has paid hears again what to do, and of the next trap.
        if nothing_new and stage != "paid":
            return (Reply(f"utter_again_{code}"),)
        return (*steps, Reply(f"utter_way_{code}"))
    opening = (_what(code, analysis),)
    if analysis.values("agency") and "asks_ours" in analysis.marks:
        opening = (Reply("utter_named_agency", {"agency": _quoted_agency(analysis)}),)
    return (*opening, *steps, Reply(f"utter_way_{code}"))


def follow_up(meaning: Meaning, analysis: Analysis, state: ConversationState) -> tuple[Reply, ...]:
    """The reply to a follow-up: a running threat (``meaning.codes``) or a question about the matter itself."""
    code = meaning.codes[0] if meaning.codes else None
    act, stage = meaning.intent, meaning.stage or "asking"
    if state.minor and act not in _FOR_MINORS_TOO:
        return _to_a_minor(code, stage) if stage == "paid" else (Reply("utter_minor_threat"),)
    if state.asked == "given" and act in ("affirm", "already_gave", "already_paid"):
        act = "already_paid" if stage == "paid" else "already_gave"
    if code is not None:
        for mark, name in _SPECIAL_STEPS:
            if mark in analysis.marks:
                return (Reply(name), Reply(f"utter_way_{code}"))
        if "freeze" in analysis.marks:
            return (Reply("utter_step_engaged_card"), Reply(f"utter_way_{code}"))
        if act in ("already_paid", "already_gave"):
            return (*_steps(code, stage, analysis), Reply(f"utter_way_{code}"))
        if act == "ask_hotline":
            return (Reply("utter_number_which"),)
        if act == "insist":
            return (Reply(f"utter_insist_{code}"),)
        if act == "which_true":
            return (Reply(f"utter_which_true_{code}"),)
        if act == "deny" and STAGE_RANK[stage] >= STAGE_RANK["engaged"]:
            # What was given stays given, also when nothing has happened with it yet.
            return (Reply(f"utter_step_{code}_{stage}"), Reply(f"utter_way_{code}"))
        if act in ("what_now", "more", "affirm"):
            before = state.threat(code)
            if before is not None and STAGE_RANK[stage] > STAGE_RANK[before.stage]:
                return (*_steps(code, stage, analysis), Reply(f"utter_way_{code}"))
            if act == "affirm" and state.asked != "given":
                return (Reply(f"utter_again_{code}"),)
            return (Reply(f"utter_step_{code}_{stage}"), Reply(f"utter_way_{code}"))
    return (Reply(_PLAIN_ACTS.get(act, "utter_what_now")),)


def _to_a_minor(code: str | None, stage: str) -> tuple[Reply, ...]:
    """Simple words and a trusted adult; what to do about money that is gone is the same for everybody."""
    if code is None:
        return (Reply("utter_minor_threat"),)
    more = f"utter_step_{code}_paid" if stage == "paid" else f"utter_way_{code}"
    return (Reply("utter_minor_threat"), Reply(more))


def _steps(code: str, stage: str, analysis: Analysis) -> tuple[Reply, ...]:
    if len(analysis.text) <= ADVERTISEMENT and stage not in ("paid", "reporting"):
        for mark, name in _SPECIAL_STEPS:
            if mark in analysis.marks:
                return (Reply(name),)
    step = Reply(f"utter_step_{code}_{stage}")
    if stage == "engaged" and analysis.given:
        return (Reply(f"utter_step_engaged_{analysis.given[0]}"), step)
    if "elder" in analysis.marks and stage in ("asking", "approached", "engaged", "reporting"):
        return (Reply("utter_elder_relative"),)
    return (step,)


# Acts that a child is answered like everybody else.
_FOR_MINORS_TOO = frozenset({"how_to_report", "ask_hotline", "stopped"})
_SPECIAL_NAMES = frozenset(name for _, name in _SPECIAL_STEPS)


def _what(code: str, analysis: Analysis) -> Reply:
    for threat in analysis.threats:
        if threat.code == code and threat.evidence:
            words = _clause(analysis.text, threat.evidence[0])
            return Reply(
                f"utter_what_{code}", {"quote": mask_quote(words, QUOTE_LIMIT, analysis.text)}
            )
    return Reply(f"utter_what_{code}", {"quote": mask_quote(analysis.text, QUOTE_LIMIT)})


def _clause(text: str, span: Span) -> str:
    """The user's clause around the evidence, from its beginning where the quote has room for it."""
    start = max((match.end() for match in _BREAK.finditer(text, 0, span.start)), default=0)
    after = _BREAK.search(text, span.end)
    end = after.start() if after else len(text)
    if span.end - start > QUOTE_LIMIT:
        start = span.start
    return text[start:end].strip()


def _quoted_agency(analysis: Analysis) -> str:
    return mask_quote(analysis.values("agency")[0].value, 12, analysis.text)
