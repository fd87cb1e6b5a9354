"""The file of terms is checked, and terms that the program relies on cannot be set in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from actions.content import ContentError
from bot.ledger.ledger import REPLY_LIFETIME
from bot.privacy.terms import KINDS, load_terms


@pytest.fixture
def changed(content_copy: Path) -> Callable[..., Path]:
    """``changed("turns", days=0)``: content in which a kind says something else; ``None`` takes a field away."""

    def change(kind: str, **fields: Any) -> Path:
        path = content_copy / "retention.yml"
        read = yaml.safe_load(path.read_text(encoding="utf-8"))
        entry = {**read["kinds"].get(kind, {}), **fields}
        read["kinds"][kind] = {name: value for name, value in entry.items() if value is not None}
        path.write_text(yaml.safe_dump(read, allow_unicode=True), encoding="utf-8")
        return content_copy

    return change


def test_every_kind_has_a_term_and_a_reason(content_copy: Path) -> None:
    terms = load_terms(content_copy)
    assert set(terms) == set(KINDS)
    assert terms["replies"].lifetime == REPLY_LIFETIME
    assert all(term.basis and term.source for term in terms.values())


@pytest.mark.parametrize(
    ("kind", "fields", "words"),
    [
        ("turns", {"days": 0}, "turns: days should be a whole number"),
        ("turns", {"days": True}, "whole number"),
        ("turns", {"days": 1.5}, "whole number"),
        ("turns", {"basis": None}, "turns: basis is missing"),
        ("replies", {"days": 3}, "relies on its own term"),
        ("audit", {"at_least_days": None, "days": 3}, "audit: at_least_days"),
        ("dreams", {"days": 3}, "nothing keeps the kind dreams"),
    ],
)
def test_a_wrong_term_is_told_with_its_mend(
    changed: Callable[..., Path], kind: str, fields: dict[str, Any], words: str
) -> None:
    with pytest.raises(ContentError, match=words):
        load_terms(changed(kind, **fields))


def test_a_kind_without_a_term_is_told(content_copy: Path) -> None:
    path = content_copy / "retention.yml"
    text = path.read_text(encoding="utf-8").replace("  turns:\n", "  tvrns:\n")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ContentError, match="the kind turns has no term"):
        load_terms(content_copy)
