"""``content/cases.yml`` as it comes, and what is said of a wrong one."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from actions.content import CONTENT, ContentError
from bot.cases.rules import load_rules
from bot.cases.states import ENDED, STATES
from tests.bot.cases.conftest import NOW


def test_the_rules_that_come_with_the_program() -> None:
    rules = load_rules(CONTENT)
    assert rules.shown_from >= 2
    assert {state for state in STATES if rules.deadline(state, NOW) is None} == ENDED
    assert rules.deadline("new", NOW) == NOW + timedelta(days=rules.days["new"])


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("shown_from: 3", "states"),
        ("states: {new: {days: 0}}\nshown_from: 3", "days of new"),
        ("states: {newest: {days: 1}}\nshown_from: 3", "newest is no state"),
        ("states: {new: 3}\nshown_from: 3", "new is no state"),
        ("states: {new: {receipt: lost}}\nshown_from: 3", "receipt of new"),
        ("states: {new: {days: 2}}\nshown_from: many", "shown_from"),
        ("states: {new: {days: 2}}\nshown_from: true", "shown_from"),
    ],
)
def test_a_wrong_file_is_named_in_one_line(tmp_path: Path, written: str, said: str) -> None:
    shutil.copy(CONTENT / "institution.yml", tmp_path)
    (tmp_path / "cases.yml").write_text(written, encoding="utf-8")
    with pytest.raises(ContentError, match=said) as raised:
        load_rules(tmp_path)
    assert "cases.yml" in str(raised.value)
    assert "\n" not in str(raised.value)
