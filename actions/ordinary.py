"""Replies to ordinary talk; none of them warns of anything."""

from __future__ import annotations

from actions.content import Content
from actions.facts import Facts
from actions.plan import Reply
from actions.state import ConversationState
from nlu.analysis import Analysis

# Intents whose reply has another name than `utter_<intent>`.
_RENAMED = {"receipt_status": "utter_receipt_ask", "handoff": "utter_handoff_off"}


def ordinary_reply(
    intent: str, analysis: Analysis, state: ConversationState, facts: Facts, content: Content
) -> tuple[Reply, ...]:
    """The reply to an ordinary intent."""
    marks = analysis.marks
    if intent == "hardship" and "not_mine" in marks:
        return (Reply("utter_hardship_self"),)
    if intent == "repayment" and "due_date" in marks:
        return (Reply("utter_due_date"),)
    if intent == "repayment" and "prepay" in marks:
        return (Reply("utter_early_repayment"),)
    if intent in ("complaint", "collection_complaint") and "regulator" in marks:
        return (Reply("utter_complaint_regulator"),)
    if intent == "collection_complaint":
        again = state.topic == "collection_complaint"
        return (Reply("utter_collection_again" if again else "utter_collection_complaint"),)
    if intent == "official_policy":
        return (_policy(marks, facts, content),)
    return (Reply(_RENAMED.get(intent, f"utter_{intent}")),)


def _policy(marks: frozenset[str], facts: Facts, content: Content) -> Reply:
    if "court" in marks:
        return Reply("utter_court_message")
    fact = content.facts.get("one_off_credit_repair")
    if "one_off_repair" in marks and fact is not None and fact.valid_on(facts.day):
        return Reply("utter_one_off_repair", {"fact": fact.text})
    return Reply("utter_official_policy")
