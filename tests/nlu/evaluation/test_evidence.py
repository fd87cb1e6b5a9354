from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from nlu.analysis import Analysis, Span, Threat
from nlu.evaluation.evidence import (
    evidence_figures,
    has_words,
    is_inside,
    is_needed,
    is_short,
)
from nlu.evaluation.figures import Figure
from nlu.evaluation.outcomes import Outcome
from nlu.evaluation.rows import Row

LONG = "他说交三百块就帮我把逾期记录都消掉让我再等十天"


def spans(text: str, *parts: str) -> tuple[Span, ...]:
    return tuple(Span(text.index(part), text.index(part) + len(part), part) for part in parts)


def test_evidence_must_be_a_slice_of_the_text() -> None:
    assert is_inside("abc", (Span(1, 3, "bc"),))
    assert not is_inside("abc", (Span(1, 3, "xx"),))
    assert not is_inside("abc", (Span(1, 9, "bc"),))
    assert not is_inside("abc", (Span(2, 2, ""),))
    assert not is_inside("abc", ())


def test_evidence_covers_at_most_half_of_a_message_that_is_not_short() -> None:
    assert len(LONG) == 23
    assert is_short(LONG, (Span(0, 11, LONG[:11]),))
    assert not is_short(LONG, (Span(0, 12, LONG[:12]),))
    assert is_short(LONG, (Span(0, 11, LONG[:11]), Span(4, 9, LONG[4:9])))
    assert is_short(LONG[:20], (Span(0, 20, LONG[:20]),))


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("13800001234", False),
        ("三千块", False),
        ("¥2,000元", False),
        ("交2000", True),
        ("③万", False),
    ],
)
def test_a_number_alone_is_no_evidence(said: str, words: bool) -> None:
    assert has_words((Span(0, len(said), said),)) is words


@pytest.mark.parametrize(("left", "needed"), [(0.86, False), (0.85, True), (None, True)])
def test_without_its_evidence_a_code_loses_confidence(
    scripted: Callable[..., Any],
    analysis: Callable[..., Analysis],
    left: float | None,
    needed: bool,
) -> None:
    text = "帮我洗白，多少钱"
    rest = analysis("，多少钱", ["credit_repair"], left) if left else analysis("，多少钱")
    threat = Threat("credit_repair", 0.9, spans(text, "帮我洗白"))
    assert is_needed(scripted(rest), text, threat) is needed


def test_several_spans_are_taken_out_together(
    scripted: Callable[..., Any], analysis: Callable[..., Analysis]
) -> None:
    text = "洗白要钱，铲单也要"
    threat = Threat("credit_repair", 0.9, spans(text, "洗白", "铲单"))
    assert not is_needed(scripted(analysis("要钱，也要", ["credit_repair"])), text, threat)


def test_every_decided_code_of_a_recognised_threat_is_checked(
    scripted: Callable[..., Any], row: Callable[..., Row], analysis: Callable[..., Analysis]
) -> None:
    good = Outcome(
        row("帮我洗白", labels=["credit_repair"]),
        analysis("帮我洗白", ["credit_repair"], evidence=["洗白"]),
    )
    number = Outcome(
        row("交300", labels=["loan_scam"]),
        analysis("交300", ["loan_scam", "credit_repair"], evidence=["300"]),
    )
    false_alarm = Outcome(row("300", labels=[]), analysis("300", ["loan_scam"], evidence=["300"]))
    figures = evidence_figures(scripted(), [good, number, false_alarm])
    assert figures == {
        "evidence": Figure(1 / 3, 3),
        "evidence.inside": Figure(1.0, 3),
        "evidence.short": Figure(1.0, 3),
        "evidence.words": Figure(1 / 3, 3),
        "evidence.needed": Figure(1.0, 3),
    }
