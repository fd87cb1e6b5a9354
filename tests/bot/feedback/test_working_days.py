"""Deadlines in China: weekends, holidays, weekends that are worked."""

from __future__ import annotations

from datetime import date, datetime, timezone
from pathlib import Path

import pytest

from actions.content import CONTENT, ContentError
from bot.feedback.rules import load_rules

DAYS = load_rules(CONTENT).working_days


@pytest.mark.parametrize(
    ("opened", "days", "last"),
    [
        ("2026-11-23T01:00", 10, "2026-12-07"),  # a Monday; two weeks
        ("2026-11-27T01:00", 1, "2026-11-30"),  # a Friday; the weekend does not count
        ("2026-11-28T01:00", 1, "2026-11-30"),  # a Saturday
        ("2026-09-30T01:00", 1, "2026-10-08"),  # before the National Day
        ("2026-02-13T01:00", 1, "2026-02-14"),  # the Saturday after is worked
        ("2026-02-14T01:00", 1, "2026-02-24"),  # before the Spring Festival
        ("2026-11-27T17:00", 1, "2026-11-30"),  # Saturday in Beijing already
        ("2026-11-29T17:00", 1, "2026-12-01"),  # Monday in Beijing already
    ],
)
def test_the_deadline_is_the_end_of_a_working_day_in_beijing(
    opened: str, days: int, last: str
) -> None:
    due = DAYS.deadline(datetime.fromisoformat(f"{opened}+00:00"), days)
    assert due.astimezone(timezone.utc).isoformat() == f"{last}T16:00:00+00:00"


def test_a_year_without_holidays_is_told() -> None:
    assert DAYS.is_known(date(2026, 5, 1))
    assert not DAYS.is_known(date(2025, 5, 1))


def test_the_shipped_holidays_are_no_working_days() -> None:
    for day in ("2026-01-01", "2026-02-17", "2026-05-05", "2026-10-07"):
        assert not DAYS.is_working(date.fromisoformat(day))
    for day in ("2026-02-28", "2026-10-10", "2026-10-09"):
        assert DAYS.is_working(date.fromisoformat(day))


def test_rules_that_lack_something_are_named_in_one_line(tmp_path: Path) -> None:
    folder = tmp_path
    text = (CONTENT / "feedback.yml").read_text()
    path = folder / "feedback.yml"
    for old, new, told in (
        ("working_days: 10", "working_days: 0", "working_days should be a number from 1 to 60"),
        ("  pending: 待审\n", "", "lacks pending"),
        ("{from: 2026-01-01, to: 2026-01-03}", "一月一日", "correct it"),
    ):
        assert old in text
        path.write_text(text.replace(old, new, 1))
        with pytest.raises(ContentError, match=told):
            load_rules(folder)
