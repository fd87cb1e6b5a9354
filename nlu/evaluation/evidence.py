"""Whether the quoted words really speak for the code: inside the text, short, words, and needed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from nlu.analysis import Span, Threat
from nlu.evaluation.figures import Figures, share
from nlu.evaluation.outcomes import Outcome, Understanding

SHORT_MESSAGE = 20  # signs; a shorter message may be quoted as a whole
LONGEST_SHARE = 0.5
LEAST_DROP = 0.05
# What a sum or a number is written with, beside digits.
_NUMERAL = re.compile(r"[\W\d_零〇幺一二三四五六七八九十百千万亿两壹贰叁肆伍陆柒捌玖拾佰仟元块wk]+")


def evidence_figures(understanding: Understanding, outcomes: Iterable[Outcome]) -> Figures:
    """The share of decided codes, of recognised threats, whose evidence passes each check and all.

    ``evidence.inside``: spans of the user's own words; ``.short``: at most half of a message of more than
    20 signs; ``.words``: more than a number; ``.needed``: without these words the confidence of the code
    falls by 0.05 or more, or the code is no longer decided.
    """
    checks: dict[str, list[bool]] = {"inside": [], "short": [], "words": [], "needed": []}
    for outcome in outcomes:
        if not outcome.is_hit:
            continue
        for threat in outcome.analysis.threats:
            text, spans = outcome.row.text, threat.evidence
            checks["inside"].append(is_inside(text, spans))
            checks["short"].append(is_short(text, spans))
            checks["words"].append(has_words(spans))
            checks["needed"].append(is_needed(understanding, text, threat))
    figures = share("evidence", (all(passed) for passed in zip(*checks.values())))
    for name, answers in checks.items():
        figures |= share(f"evidence.{name}", answers)
    return figures


def is_inside(text: str, spans: Sequence[Span]) -> bool:
    """Whether there is evidence and every span is a slice of the text."""
    return bool(spans) and all(
        0 <= span.start < span.end <= len(text) and text[span.start : span.end] == span.text
        for span in spans
    )


def is_short(text: str, spans: Sequence[Span]) -> bool:
    """Whether the spans cover at most half of a message, unless it is a short one."""
    covered = {place for span in spans for place in range(span.start, span.end)}
    return len(text) <= SHORT_MESSAGE or len(covered) <= LONGEST_SHARE * len(text)


def has_words(spans: Sequence[Span]) -> bool:
    """Whether something is left of the evidence when its numbers are taken away."""
    said = unicodedata.normalize("NFKC", "".join(span.text for span in spans)).lower()
    return bool(_NUMERAL.sub("", said))


def is_needed(understanding: Understanding, text: str, threat: Threat) -> bool:
    """Whether the code loses confidence when its evidence is taken out of the message."""
    rest = text
    for span in sorted(threat.evidence, key=lambda span: span.start, reverse=True):
        rest = rest[: span.start] + rest[span.end :]
    left = {found.code: found.confidence for found in understanding.analyse(rest).threats}
    return threat.confidence - left.get(threat.code, 0.0) >= LEAST_DROP
