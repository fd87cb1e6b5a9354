"""English has its own, fewer replies: which one stands for a turn decided in Chinese."""

from __future__ import annotations

from actions.plan import Reply
from actions.resolve import Meaning

_BY_INTENT = {
    "hardship": "utter_en_hardship",
    "complaint": "utter_en_complaint",
    "collection_complaint": "utter_en_complaint",
    "ask_hotline": "utter_en_hotline",
    **dict.fromkeys(
        ("repayment", "limits_rates", "account", "app_issue", "product_other", "credit_record"),
        "utter_en_business",
    ),
    "greet": "utter_en_greet",
    "thanks": "utter_en_thanks",
    "goodbye": "utter_en_thanks",
    "handoff": "utter_en_handoff",
    "how_to_report": "utter_en_report",
    "ask_partner": "utter_en_partner",
}


def in_english(replies: tuple[Reply, ...], meaning: Meaning) -> tuple[Reply, ...]:
    """The English replies for a turn; the privacy notice stays part of it."""
    answer = _answer(replies, meaning)
    if any(reply.name == "utter_privacy_notice" for reply in replies):
        return (answer, Reply("utter_en_privacy_notice"))
    return (answer,)


def _answer(replies: tuple[Reply, ...], meaning: Meaning) -> Reply:
    first = replies[0]
    if meaning.kind in ("crisis", "emergency"):
        return Reply(f"utter_en_{meaning.kind}")
    if first.name == "utter_number_ask":
        return Reply("utter_en_number_ask")
    if first.name == "utter_number_which":
        return Reply("utter_en_hotline")
    if first.name == "utter_number_official":
        return Reply("utter_en_number_official")
    if first.name.startswith("utter_number_"):
        return Reply("utter_en_number_not_ours", dict(first.values))
    if first.name == "utter_phrase":
        return Reply("utter_en_phrase", dict(first.values))
    if first.name.startswith("utter_partner_"):
        return Reply("utter_en_partner")
    if meaning.kind == "unclear":
        return Reply("utter_en_clarify")
    if meaning.codes and meaning.stage == "paid":
        return Reply("utter_en_paid")
    if meaning.kind == "threat":
        return Reply(f"utter_en_{meaning.codes[0]}")
    return Reply(_BY_INTENT.get(meaning.intent, "utter_en_general"))
