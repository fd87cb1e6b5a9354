"""The report for people: one HTML page that needs nothing else, in the words of ``content/report.yml``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from nlu.evaluation import messages, sections
from nlu.evaluation.evaluation import Evaluation
from nlu.evaluation.figures import group_of
from nlu.evaluation.floors import Breach, Floors
from nlu.evaluation.words import Words

_STYLE = Path(__file__).with_name("report.css")
# The first of these that were measured stand in large figures at the top.
_HEADLINES = (
    "recall",
    "right_code",
    "false_alarms",
    "urgent.crisis",
    "urgent.emergency",
    "calibration.error",
    "unlabelled.alarms",
)
_HEADLINE_COUNT = 6
# Nothing may be loaded or run: the page holds what people wrote.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def build_report(
    found: Evaluation,
    wording: Mapping[str, Any],
    *,
    files: Sequence[str],
    model: str,
    floors: Floors | None = None,
    broken: Sequence[Breach] = (),
) -> str:
    """The page; the same evaluation always gives the same page.

    ``wording`` is the content of ``report.yml``, ``files`` and ``model`` say what was measured.

    Raises:
        WordsError: when the wording lacks a text.
    """
    words = Words(wording)
    parts = _sections(found, floors, broken, words)
    body = "".join(parts.values()) or f"<p>{words('empty')}</p>"
    title = words("title")
    about = words(
        "about", rows=f"{found.rows:,}", files="、".join(map(escape, files)), model=escape(model)
    )
    links = "".join(
        f'<a href="#{key}">{words(f"{key}_title")}</a>' for key, part in parts.items() if part
    )
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">'
        f"<title>{title}</title><style>{_STYLE.read_text(encoding='utf-8')}</style></head><body>"
        f'<header><h1>{title}</h1><p class="about">{about}</p>'
        f"{_verdict(floors, broken, words)}{_headlines(found, broken, words)}</header>"
        f'<nav aria-label="{words("contents")}">{links}</nav><main>{body}</main></body></html>\n'
    )


def _verdict(floors: Floors | None, broken: Sequence[Breach], words: Words) -> str:
    if floors is None:
        return ""
    if not broken:
        return f'<p class="verdict ok">{words("floor_all")}</p>'
    lines = "".join(
        "<li>"
        + words(
            "floor_line",
            name=words.name("figures", breach.name),
            value=_valued(breach, words),
            floor=words.value(breach.name, breach.limit),
        )
        + "</li>"
        for breach in broken
    )
    return f'<div class="verdict broken">{words("floor_broken", count=len(broken))}<ul>{lines}</ul></div>'


def _valued(breach: Breach, words: Words) -> str:
    if breach.value is None:
        return words("not_measured")
    return words.value(breach.name, breach.value)


def _headlines(found: Evaluation, broken: Sequence[Breach], words: Words) -> str:
    wrong = {breach.name for breach in broken}
    tiles = [
        f'<div class="tile{" broken" if name in wrong else ""}">'
        f"<dt>{words.name('figures', name)}</dt>"
        f"<dd>{words.figure(name, found.figures[name])}"
        f"<small>{words('share_of', of=found.figures[name].of)}</small></dd></div>"
        for name in _HEADLINES
        if name in found.figures
    ]
    return f'<dl class="tiles">{"".join(tiles[:_HEADLINE_COUNT])}</dl>' if tiles else ""


def _sections(
    found: Evaluation, floors: Floors | None, broken: Sequence[Breach], words: Words
) -> dict[str, str]:
    rightness = {"recall": "recall", "right_code": "right_code"}
    by_code = {**rightness, "precision": "precision"}
    by_stage = {**rightness, "stage": "stage"}
    by_file = {"recall": "recall", "false_alarms": "false_alarms"}
    false = {"false_alarms": "false_alarms"}
    files = {key for name in by_file for key in group_of(found.figures, name, "file")}
    parts = {
        "key": (sections.key_table(found, floors, broken, words),),
        "unlabelled": (messages.unlabelled(found, words),),
        "code": (sections.group_table(found, "code", by_code, words),),
        "confusion": (sections.code_matrix(found, words),),
        "style": (sections.group_table(found, "style", rightness, words),),
        "stage": (
            sections.group_table(found, "stage", by_stage, words),
            sections.stage_matrix(found, words),
        ),
        "false": (sections.group_table(found, "topic", false, words),),
        "urgent": (sections.figure_list(found, ["urgent"], words),),
        "context": (
            sections.figure_list(found, ["follow_ups"], words),
            sections.group_table(found, "said", {"follow_ups": "value"}, words),
        ),
        "reliability": (sections.reliability(found, words),),
        "evidence": (sections.figure_list(found, ["evidence"], words),),
        "entities": (sections.figure_list(found, ["contacts", "amounts"], words),),
        "file": (sections.group_table(found, "file", by_file, words) if len(files) > 1 else "",),
        "compare": (sections.comparison(found, words),),
        "timing": (sections.timing(found, words),),
        "mistakes": (messages.mistakes(found, words),),
    }
    return {key: sections.section(key, words, *part) for key, part in parts.items()}
