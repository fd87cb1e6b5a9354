"""What somebody may have meant whom we did not understand twice: three ways on, to be tapped."""

from __future__ import annotations

from typing import Final

from actions.plan import Reply
from nlu.analysis import THREAT_CODES, Analysis

LEANS: Final = 0.15
"""From here on the likeliest threat is worth a suggestion; to be wrong costs a tap that is not made."""

_STANDS_OUT: Final = 0.1  # share from which an ordinary intent tells more than nothing

_GROUPS: Final = {
    "check": ("verify_number", "verify_person", "verify_company", "verify_app", "verify_message"),
    "repay": (
        *("repayment", "limits_rates", "account", "app_issue", "product_other"),
        *("hardship", "credit_record", "official_policy"),
    ),
    "complain": ("complaint", "collection_complaint", "abuse"),
}
_GROUP_OF: Final = {intent: group for group, intents in _GROUPS.items() for intent in intents}

SUGGESTIONS: Final = (*THREAT_CODES, *_GROUPS, "general")
"""What there is a reply ``utter_suggest_<name>`` for, each with its buttons."""


def suggestion(analysis: Analysis) -> Reply:
    """The suggestions that are nearest to what was said last."""
    code, likelihood = analysis.leaning
    intent, share = analysis.act
    group = _GROUP_OF.get(intent) if share >= _STANDS_OUT else None
    if likelihood >= LEANS and likelihood >= share:
        return Reply(f"utter_suggest_{code}")
    return Reply(f"utter_suggest_{group or 'general'}")
