"""Replies to "is this yours?": numbers, people, companies, apps and papers."""

from __future__ import annotations

from datetime import date

from actions.content import Content
from actions.facts import Facts
from actions.numbers import NumberCheck, check_number, find_numbers
from actions.outgoing import mask_quote
from actions.plan import Reply
from actions.resolve import Meaning
from actions.verification import check_app, check_company, name_in_answer, names_in_question
from nlu.analysis import Analysis

NAME_LIMIT = 12
# Verdicts on a number that a caller claims to be ours and that is not.
_NOT_SUSPICIOUS = frozenset({"official", "authority"})


def number_checks(analysis: Analysis, content: Content) -> tuple[NumberCheck, ...]:
    """Checks every number of the message, in the order of the text."""
    raws = find_numbers(analysis.text)
    values = {entity.raw: entity.value for entity in analysis.values("phone")}
    return tuple(check_number(raw, values.get(raw, ""), content) for raw in raws)


def is_suspicious(check: NumberCheck) -> bool:
    """Whether a number that was asked about is neither ours nor a public one."""
    return not check.ours and check.verdict not in _NOT_SUSPICIOUS


def check_replies(
    meaning: Meaning,
    analysis: Analysis,
    checks: tuple[NumberCheck, ...],
    facts: Facts,
    content: Content,
    asked: str | None = None,
) -> tuple[Reply, ...]:
    """The answer to a question whether something is ours; a threat told with it gets its step as well.

    ``asked`` is the question that we put last: the reply to "which company?" is a name alone.
    """
    answer = _answer(meaning, analysis, checks, facts, content, asked)
    if not meaning.codes:
        return (answer,)
    code, stage = meaning.codes[0], meaning.stage or "asking"
    return (answer, Reply(f"utter_step_{code}_{stage}"))


def _answer(
    meaning: Meaning,
    analysis: Analysis,
    checks: tuple[NumberCheck, ...],
    facts: Facts,
    content: Content,
    asked: str | None,
) -> Reply:
    if meaning.intent == "verify_person":
        return Reply("utter_person")
    if meaning.intent == "verify_app" and (analysis.values("url") or not checks):
        return _app(analysis, content, asked == "app")
    if meaning.intent == "verify_message":
        court = "court" in analysis.marks
        return Reply("utter_court_message" if court else "utter_message_check")
    if checks and meaning.intent != "verify_company":
        worst = next((check for check in checks if is_suspicious(check)), checks[0])
        values = {"number": worst.display}
        if worst.authority:
            values["authority"] = worst.authority
        return Reply(f"utter_number_{worst.verdict}", values)
    if meaning.intent == "verify_number":
        return Reply("utter_number_ask")
    name = _company_name(analysis, content, asked == "company")
    if not name:
        return Reply("utter_partner_general" if meaning.codes else "utter_partner_ask")
    return _company(name, analysis, facts, content)


def _company_name(analysis: Analysis, content: Content, asked: bool) -> str | None:
    agencies = analysis.values("agency")
    if agencies:
        return agencies[0].value
    return (name_in_answer if asked else names_in_question)(analysis.text, content)


def _company(name: str, analysis: Analysis, facts: Facts, content: Content) -> Reply:
    check = check_company(name, content, facts.day)
    shown = mask_quote(name, NAME_LIMIT, analysis.text)
    if check.ours:
        return Reply("utter_company_ours", {"company": shown})
    values = {
        "company": shown,
        "published_on": written_date(content.partners_published_on),
    }
    return Reply(f"utter_partner_{check.verdict}", values)


def _app(analysis: Analysis, content: Content, asked: bool) -> Reply:
    urls = analysis.values("url")
    find_name = name_in_answer if asked else names_in_question
    name = urls[0].raw if urls else find_name(analysis.text, content)
    if not name:
        return Reply("utter_app_ask")
    check = check_app(name, content)
    if check.verdict == "official":
        return Reply("utter_app_official", {"app": mask_quote(name, NAME_LIMIT, analysis.text)})
    if urls:
        return Reply("utter_link_unknown")
    return Reply("utter_app_unknown", {"app": mask_quote(name, NAME_LIMIT, analysis.text)})


def written_date(day: date) -> str:
    """A date as replies write it: ``2025年10月1日``."""
    return f"{day.year}年{day.month}月{day.day}日"
