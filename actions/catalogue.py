"""Which replies the assistant needs, and what each of them must hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from actions.suggestions import SUGGESTIONS
from nlu.analysis import GIVEN, STAGES, THREAT_CODES

# Placeholders that single replies get besides those of every reply.
EXTRA_PLACEHOLDERS: Mapping[str, frozenset[str]] = {
    **{f"utter_what_{code}": frozenset({"quote"}) for code in THREAT_CODES},
    "utter_named_agency": frozenset({"agency"}),
    "utter_partner_listed": frozenset({"company", "published_on"}),
    "utter_partner_unlisted": frozenset({"company", "published_on"}),
    "utter_company_ours": frozenset({"company"}),
    "utter_app_official": frozenset({"app"}),
    "utter_app_unknown": frozenset({"app"}),
    "utter_one_off_repair": frozenset({"fact"}),
    "utter_receipt_new": frozenset({"receipt"}),
    "utter_receipt_unknown": frozenset({"receipt"}),
    "utter_receipt_found": frozenset({"receipt", "receipt_state", "receipt_date"}),
    "utter_en_number_not_ours": frozenset({"number"}),
    "utter_reported_by_others": frozenset({"reporters"}),
    "utter_picture_read": frozenset({"quote"}),
    **{
        f"utter_{language}handoff_{kind}": frozenset({"ahead", "ticket", "due"})
        for language in ("", "en_")
        for kind in ("queued", "ticket", "waiting", "crisis_queued", "crisis_ticket")
    },
    "utter_handoff_words": frozenset({"words"}),
    "utter_handoff_words_alone": frozenset({"words"}),
    "utter_practice_line": frozenset({"line"}),
    "utter_banned": frozenset({"until"}),
    "utter_phrase": frozenset({"phrase"}),
    "utter_en_phrase": frozenset({"phrase"}),
    "utter_en_picture_read": frozenset({"quote"}),
}
NUMBER_VERDICTS = (
    "official",
    "official_prefixed",
    "near",
    "overseas",
    "plus86",
    "mobile",
    "virtual",
    "400",
    "service",
    "callcenter",
    "landline",
    "authority",
    "unknown",
)
ATTACHMENTS = ("photo", "voice", "sticker", "location", "file", "contact_card", "other_attachment")
ENGLISH = (
    "paid",
    "number_official",
    "number_not_ours",
    "number_ask",
    "emergency",
    "crisis",
    "hotline",
    "hardship",
    "complaint",
    "general",
    "clarify",
    "greet",
    "thanks",
    "privacy_notice",
    "partner",
    "report",
    "handoff",
    "handoff_queued",
    "handoff_ticket",
    "handoff_waiting",
    "handoff_crisis_queued",
    "handoff_crisis_ticket",
    "business",
    "picture_read",
    "phrase",
)
_SINGLE = (
    "named_agency ask_given offer_card call_forwarding stop_posting_card deposit_received "
    "recovery_warning minor_threat elder_relative "
    "emergency_screen emergency_code emergency_transfer emergency_call emergency_moved "
    "emergency_relative emergency_follow "
    "crisis crisis_again crisis_better crisis_minor crisis_threat crisis_relative "
    "number_ask number_which partner_listed partner_unlisted partner_stale partner_ask partner_general company_ours person "
    "proof knows_me same_again app_official app_unknown app_ask link_unknown message_check "
    "court_message how_to_report tell_them worry get_money_back stopped not_scam nothing_given "
    "what_now direct_request receipt_new receipt_found receipt_unknown receipt_ask "
    "repayment early_repayment due_date limits_rates account app_issue product_other hardship "
    "hardship_self credit_record collection_complaint collection_again collection_distress complaint "
    "complaint_regulator official_policy one_off_repair ask_hotline fraud_knowledge greet thanks "
    "goodbye chitchat bot_challenge abuse handoff_off handoff_queued handoff_ticket handoff_waiting handoff_crisis_queued "
    "handoff_crisis_ticket handoff_silent handoff_words handoff_words_alone handoff_ended offer_handoff stop_push erase_data "
    "withdraw_consent privacy_notice clarify general_caution empty emoji too_long failure busy "
    "guard_replacement unavailable dont_know tone_angry tone_desperate "
    "reported_by_others erase_confirm offer_evidence evidence_agreed evidence_withdrawn "
    "dispute_thanks dispute_noted dispute_closed verdict_corrected verdict_changed verdict_kept "
    "offer_followup followup_agreed followup_declined followup_stopped followup_went_on followup_unknown "
    "outreach_followup_24h outreach_followup_72h survey survey_thanks survey_why survey_sorry survey_stopped "
    "telegram_notice phrase how_to_check cheated practice_line practice_stopped practice_resume practice_not_now practice_none offer_practice "
    "picture_read picture_code picture_edited picture_too_large picture_too_many_pixels picture_wrong_type "
    "picture_broken picture_no_text picture_too_slow picture_busy"
).split()


@dataclass(frozen=True)
class Demand:
    """What a reply must hold: the official hotline, and words of which one must occur."""

    hotline: bool = False
    words: tuple[str, ...] = ()


def needed() -> dict[str, Demand]:
    """Every reply that the code may ask for, with what it must hold."""
    demands = {f"utter_{name}": Demand() for name in _SINGLE}
    for code in THREAT_CODES:
        demands[f"utter_what_{code}"] = Demand(words=("{quote}",))
        demands[f"utter_way_{code}"] = Demand(hotline=True)
        demands[f"utter_again_{code}"] = Demand(hotline=True)
        demands[f"utter_insist_{code}"] = Demand(hotline=True)
        demands[f"utter_which_true_{code}"] = Demand(hotline=True)
        demands[f"utter_card_{code}"] = Demand(hotline=True)
        demands[f"utter_en_{code}"] = Demand(hotline=True)
        for stage in STAGES:
            demands[step_name(code, stage)] = Demand()
        demands[step_name(code, "considering")] = Demand(words=("先停15分钟",))
        demands[step_name(code, "paid")] = Demand(words=("追回",))
    for given in GIVEN:
        demands[f"utter_step_engaged_{given}"] = Demand()
    for verdict in NUMBER_VERDICTS:
        demands[f"utter_number_{verdict}"] = Demand(
            hotline=verdict not in ("authority", "official")
        )
    for name in SUGGESTIONS:
        demands[f"utter_suggest_{name}"] = Demand()
    for kind in ATTACHMENTS:
        demands[f"utter_{kind}"] = Demand()
    for name in ENGLISH:
        demands[f"utter_en_{name}"] = Demand()
    for name in ("emergency_screen", "emergency_code", "emergency_transfer", "emergency_moved"):
        demands[f"utter_{name}"] = Demand(hotline=True, words=("110",))
    for name in ("crisis", "crisis_better", "crisis_minor"):
        demands[f"utter_{name}"] = Demand(words=("12356",))
    for name in (
        "general_caution",
        "ask_hotline",
        "handoff_off",
        "guard_replacement",
        "direct_request",
        "phrase",
        "how_to_check",
    ):
        demands[f"utter_{name}"] = Demand(hotline=True)
    demands["utter_banned"] = Demand(hotline=True, words=("110",))
    return demands


def step_name(code: str, stage: str) -> str:
    """The name of the reply that says what to do now."""
    return f"utter_step_{code}_{stage}"


def placeholders_of(name: str) -> frozenset[str]:
    """Placeholders that a reply may use besides those of every reply."""
    if name.startswith("utter_number_"):
        return frozenset({"number", "authority"})
    return EXTRA_PLACEHOLDERS.get(name, frozenset())
