"""Small rows and an understanding whose answers are written down in the test."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from nlu.analysis import Analysis, Entity, Span, Threat
from nlu.evaluation.outcomes import Outcome
from nlu.evaluation.rows import Row


class Scripted:
    """An understanding that gives the written answers, and takes all other texts for ordinary talk."""

    def __init__(self, answers: Sequence[Analysis]) -> None:
        self.answers = {answer.text: answer for answer in answers}

    def analyse(self, text: str) -> Analysis:
        return self.answers.get(text) or Analysis(text, "chitchat", 0.9)


@pytest.fixture(scope="session")
def scripted() -> Callable[..., Scripted]:
    """``scripted(analysis, ...)``."""
    return lambda *answers: Scripted(answers)


@pytest.fixture(scope="session")
def row() -> Callable[..., Row]:
    """``row("text", labels=["loan_scam"], ...)``."""

    def make(text: str = "x", file: str = "rows.jsonl", line: int = 1, **fields: Any) -> Row:
        listed = {
            key: tuple(value) if isinstance(value, list) else value for key, value in fields.items()
        }
        return Row(text, file, line, **listed)

    return make


@pytest.fixture(scope="session")
def analysis() -> Callable[..., Analysis]:
    """``analysis("text", codes=["loan_scam"], confidence=0.8, evidence=["words"], ...)``."""

    def make(
        text: str = "x",
        codes: Sequence[str] = (),
        confidence: float = 0.9,
        evidence: Sequence[str] = (),
        entities: Sequence[tuple[str, str]] = (),
        **fields: Any,
    ) -> Analysis:
        spans = tuple(
            Span(text.index(part), text.index(part) + len(part), part) for part in evidence
        )
        threats = tuple(Threat(code, confidence, spans) for code in codes)
        found = tuple(Entity(kind, value, 0, 1, value) for kind, value in entities)
        return Analysis(
            text, codes[0] if codes else "chitchat", confidence, threats, entities=found, **fields
        )

    return make


@pytest.fixture(scope="session")
def outcome(row: Callable[..., Row], analysis: Callable[..., Analysis]) -> Callable[..., Outcome]:
    """``outcome({row fields}, {analysis fields})`` of one text."""

    def make(said: dict[str, Any], found: dict[str, Any], text: str = "x") -> Outcome:
        return Outcome(row(text, **said), analysis(text, **found))

    return make
