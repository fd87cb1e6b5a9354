"""When people are there, and what is promised."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from actions.content import ContentError
from actions.facts import BEIJING
from bot.handoff.rules import HandoffRules, Hours, load_handoff
from bot.handoff.survey_rules import SurveyRules
from bot.settings import ROOT

RULES = HandoffRules(
    usual=Hours(time(9), time(21)),
    special={date(2026, 12, 5): Hours(time(9), time(12)), date(2026, 12, 6): None},
    answer=timedelta(hours=1),
    patience=timedelta(minutes=10),
    moment="{month}月{day}日{hour}点{minute}分",
    moment_en="{hour}:{minute} on {month}/{day}",
    survey=SurveyRules(timedelta(days=30), timedelta(days=3), ("满意",), ("不满意",)),
)


def at(day: int, hour: int, minute: int, second: int = 0) -> datetime:
    return datetime(2026, 12, day, hour, minute, second, tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("now", "is_open"),
    [
        (at(1, 8, 59, 59), False),
        (at(1, 9, 0), True),
        (at(1, 20, 59, 59), True),
        (at(1, 21, 0), False),
        (at(1, 21, 1), False),
        (at(5, 11, 59), True),
        (at(5, 12, 0), False),
        (at(6, 10, 0), False),
    ],
)
def test_people_are_there_from_opening_until_just_before_closing(
    now: datetime, is_open: bool
) -> None:
    assert RULES.is_open(now) is is_open
    assert RULES.is_open(now.astimezone(tz=None)) is is_open


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (at(1, 10, 0), at(1, 11, 0)),
        (at(1, 20, 0), at(1, 21, 0)),
        (at(1, 20, 59), at(2, 9, 59)),
        (at(1, 21, 1), at(2, 10, 0)),
        (at(2, 3, 0), at(2, 10, 0)),
        (at(5, 11, 30), at(7, 9, 30)),
        (at(5, 22, 0), at(7, 10, 0)),
    ],
)
def test_the_promise_counts_only_the_time_in_which_people_are_there(
    now: datetime, due: datetime
) -> None:
    assert RULES.due(now) == due


def test_times_are_written_as_people_in_beijing_read_them() -> None:
    moment = datetime(2026, 12, 1, 23, 5).astimezone(BEIJING).replace(tzinfo=BEIJING)
    assert RULES.written(moment) == f"12月{moment.day}日{moment.hour}点05分"
    assert RULES.written(at(1, 9, 5), english=True) == "9:05 on 12/1"


def test_the_wording_of_the_repository_is_twelve_hours_on_seven_days() -> None:
    rules = load_handoff(ROOT / "content")
    week = [at(1 + day, 9, 0) for day in range(7)]
    assert all(map(rules.is_open, week))
    assert rules.usual == Hours(time(9), time(21))


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (
            'opens: "09:00", closes: "21:00"}\n\n# Days',
            'opens: "21:00", closes: "09:00"}\n\n# Days',
            "opens",
        ),
        ("answer_minutes: 60", "answer_minutes: 0", "minutes"),
        ("answer_minutes: 60", "", "answer_minutes"),
        ("{month}月", "{mond}月", "mond"),
        ("2027-02-06:", "someday:", "someday"),
    ],
)
def test_a_slip_in_the_file_is_told_with_its_name(
    tmp_path: Path, before: str, after: str, said: str
) -> None:
    text = (ROOT / "content" / "handoff.yml").read_text()
    assert before in text
    (tmp_path / "handoff.yml").write_text(text.replace(before, after))
    with pytest.raises(ContentError, match=said) as raised:
        load_handoff(tmp_path)
    assert "handoff.yml" in str(raised.value)
