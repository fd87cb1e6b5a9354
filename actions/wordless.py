"""Messages without words to understand, and those that name a receipt or ask for a card."""

from __future__ import annotations

import re
from typing import Final

from actions.catalogue import ATTACHMENTS
from actions.facts import Facts
from actions.pictures import not_read
from actions.plan import Reply
from actions.state import ConversationState
from nlu.analysis import Analysis
from nlu.text.folding import fold

_CHOICE: Final = re.compile(r"\d{1,2}")


def without_understanding(
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
        if facts.picture is not None and facts.picture.refused:
            return not_read(facts.picture.refused[0])
        if facts.attachments:
            return Reply(f"utter_{_reply_to(facts.attachments[0])}")
        return Reply("utter_empty")
    if not any(sign.isalnum() for sign in fold(analysis.text).text):
        return Reply("utter_emoji")
    if _CHOICE.fullmatch(fold(analysis.text).text.strip()):
        # The number of a choice that nobody gave.
        return Reply("utter_clarify")
    running = state.running
    asks_for_card = "card_request" in analysis.marks and len(analysis.text) < 20
    if running is not None and asks_for_card and not analysis.threats:
        return Reply(f"utter_card_{running.code}")
    return None


def _reply_to(kind: str) -> str:
    """The reply to an attachment; channels call a contact card ``contact`` and all else ``other``."""
    if kind == "contact":
        return "contact_card"
    return kind if kind in ATTACHMENTS else "other_attachment"
