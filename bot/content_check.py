"""Checks everything that the assistant may say before it says it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from actions.catalogue import needed, placeholders_of, step_name
from actions.content import Content, ContentError, load_content, read_yaml
from actions.outgoing import Registry, find_unregistered
from actions.wording import fill, load_responses, placeholders
from bot.channels.app.words import app_words
from bot.channels.chat_words import words_of
from bot.channels.telegram.commands import load_commands
from bot.channels.wechat.wording import load_words
from bot.handoff.rules import load_handoff
from bot.outreach.rules import OutreachRules, load_outreach
from bot.outreach.templates import TEMPLATE, template_problems
from bot.privacy.compliance import load_compliance
from bot.privacy.terms import load_terms
from bot.sharing.policy import load_policy
from nlu.analysis import GIVEN, STAGES, THREAT_CODES

# What stands in a placeholder while lengths are counted and numbers are searched.
_SAMPLE = {
    "quote": "示例" * 12,
    "agency": "示例" * 6,
    "company": "示例" * 6,
    "app": "示例" * 6,
    "number": "示例",
    "authority": "报警电话",
    "published_on": "2025年10月1日",
    "fact": "",
    "receipt": "JZ-CFHJ-KMPQ",
    "receipt_state": "正在核实",
    "receipt_date": "2025年10月1日",
    "reporters": "9999",
    "phrase": "春风 青山 石桥 灯火",
    "ahead": "12",
    "ticket": "RG-CFHJ-KMPQ",
    "due": "11月30日10点30分",
    "words": "",
}


def check_content(folder: Path, today: date) -> list[str]:
    """All that is wrong with the wording, one line each that names file or reply and the mend.

    Raises:
        ContentError: when a file cannot be read at all.
    """
    content = load_content(folder)
    load_policy(folder)
    load_terms(folder)
    load_handoff(folder)
    outreach = load_outreach(folder)
    load_compliance(folder)
    responses = load_responses(folder)
    style = _style(folder)
    values = {**content.values(), **_SAMPLE}
    texts = {name: fill(str(items[0]["text"]), values) for name, items in responses.items()}
    shown = {**texts, **_other_texts(folder, responses, content)}
    problems = list(_missing(responses, content))
    problems.extend(_placeholders(responses, content, outreach))
    problems.extend(template_problems(outreach.templates, responses))
    problems.extend(_numbers(shown, content))
    problems.extend(_lengths(texts, style))
    problems.extend(_distinct(texts))
    problems.extend(_blame(shown, style))
    problems.extend(_buttons(responses))
    problems.extend(_sources(folder, today))
    return problems


def _style(folder: Path) -> dict[str, Any]:
    path = folder / "style.yml"
    style = read_yaml(path)
    for name in ("bubble", "warning", "english"):
        if not isinstance(style.get(name), int):
            raise ContentError(f"{path}: {name} should be a number of characters")
    if not isinstance(style.get("banned"), list):
        raise ContentError(f"{path}: banned should be a list of words")
    return style


def _other_texts(
    folder: Path, responses: dict[str, list[dict[str, Any]]], content: Content
) -> dict[str, str]:
    """What users see besides the texts of replies, by a label that tells where it stands."""
    page = words_of(read_yaml(folder / "page.yml")).filled(content.values())
    texts = {f"page.yml, {name}": text for name, text in page.strings.items()}
    texts.update(
        (f"telegram.yml, {name}", command.menu) for name, command in load_commands(folder).items()
    )
    wechat = load_words(folder)
    texts["wechat.yml, menu"] = "\n".join(button.name for button in wechat.menu)
    texts["wechat.yml, choices"] = wechat.choices_hint
    texts["wechat.yml, cut"] = fill(wechat.cut, content.values())
    app = app_words(read_yaml(folder / "app.yml"))
    texts.update(
        (f"app.yml, {name}", "\n".join(filter(None, (bar.text, bar.title, bar.say))))
        for name, bar in ((name, bar.filled(content.values())) for name, bar in app.bars())
    )
    texts["page.yml, openers"] = "\n".join(page.openers)
    for name, items in responses.items():
        titles = [str(button.get("title")) for button in items[0].get("buttons") or ()]
        texts[f"{name}, buttons"] = "\n".join(titles)
    texts.update((f"fact {key}", fact.text) for key, fact in content.facts.items())
    texts.update((f"receipt state {key}", text) for key, text in content.receipt_states.items())
    return texts


def _missing(responses: dict[str, list[dict[str, Any]]], content: Content) -> Iterator[str]:
    for name, demand in sorted(needed().items()):
        if name not in responses:
            yield f"{name}: the reply is missing; write it in content/replies"
            continue
        text = str(responses[name][0]["text"])
        if demand.hotline and "{hotline}" not in text:
            yield f"{name}: names no official hotline; put {{hotline}} into the text"
        if demand.words and not any(word in text for word in demand.words):
            yield f"{name}: lacks {' or '.join(demand.words)}"
    for name in sorted(set(responses) - set(needed())):
        if not name.startswith(TEMPLATE):
            yield f"{name}: no part of the assistant uses this reply; remove it or correct its name"


def _placeholders(
    responses: dict[str, list[dict[str, Any]]], content: Content, outreach: OutreachRules
) -> Iterator[str]:
    for name, items in responses.items():
        template = outreach.templates.get(name)
        filled = placeholders_of(name) | (template.values if template else frozenset())
        unknown = placeholders(str(items[0]["text"])) - set(content.values()) - filled
        for placeholder in sorted(unknown):
            yield f"{name}: nobody fills the placeholder {{{placeholder}}}"


def _numbers(texts: dict[str, str], content: Content) -> Iterator[str]:
    registry = Registry.from_content(content)
    for name, text in texts.items():
        for found in find_unregistered(text, registry):
            yield f"{name}: {found.text!r} is no registered number, address or account"


def _lengths(texts: dict[str, str], style: dict[str, Any]) -> Iterator[str]:
    for name, text in texts.items():
        limit = int(style["english" if name.startswith("utter_en_") else "bubble"])
        if len(text) > limit:
            yield f"{name}: {len(text)} characters, at most {limit} fit a phone screen"
    for code in THREAT_CODES:
        for stage in STAGES:
            parts = (f"utter_what_{code}", step_name(code, stage), f"utter_way_{code}")
            length = sum(len(texts.get(part, "")) for part in parts)
            if length > int(style["warning"]):
                yield f"{parts[1]}: the whole warning has {length} characters, at most {style['warning']}"


def _distinct(texts: dict[str, str]) -> Iterator[str]:
    names = [step_name(code, stage) for code in THREAT_CODES for stage in STAGES]
    names.extend(f"utter_step_engaged_{given}" for given in GIVEN)
    seen: dict[str, str] = {}
    for name in names:
        text = "".join(texts.get(name, name).split())
        if text in seen:
            yield f"{name}: the same text as {seen[text]}; say what differs at this stage"
        seen.setdefault(text, name)


def _blame(texts: dict[str, str], style: dict[str, Any]) -> Iterator[str]:
    for name, text in texts.items():
        for word in style["banned"]:
            if word in text:
                yield f"{name}: contains {word!r}, which blames or promises too much"


def _buttons(responses: dict[str, list[dict[str, Any]]]) -> Iterator[str]:
    for name, items in responses.items():
        for button in items[0].get("buttons") or ():
            if not button.get("title") or not button.get("payload"):
                yield f"{name}: every button needs a title and a payload"


def _sources(folder: Path, today: date) -> Iterator[str]:
    institution = read_yaml(folder / "institution.yml")
    authorities = read_yaml(folder / "authorities.yml")
    facts = read_yaml(folder / "facts.yml").get("facts") or {}
    entries = [(f"hotline {item.get('number')}", item) for item in institution["hotlines"]]
    entries.extend((f"authority {item.get('number')}", item) for item in authorities["authorities"])
    entries.extend((f"fact {key}", item) for key, item in facts.items())
    for label, item in entries:
        for key in ("source", "verified_on"):
            if not item.get(key):
                yield f"{label}: lacks {key}"
        yield from _expiry(label, item.get("valid_until"), today)


def _expiry(label: str, until: object, today: date) -> Iterator[str]:
    if until is None:
        return
    try:
        last = until if isinstance(until, date) else date.fromisoformat(str(until))
    except ValueError:
        yield f"{label}: valid_until is no date; write it as 2027-12-31"
        return
    if last < today:
        yield f"{label}: valid only until {last}; check it again or remove it"
