"""What ``content/handoff.yml`` says: when people are there, and what is promised for later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from actions.content import ContentError, read_yaml
from actions.facts import BEIJING
from bot.handoff.survey_rules import SurveyRules, survey_rules

_ONE_DAY = timedelta(days=1)
_LOOKED_AHEAD = 60  # days in which people must be there once
_MOST_MINUTES = 24 * 60


@dataclass(frozen=True)
class Hours:
    """When people are there on one day, from ``opens`` until just before ``closes``."""

    opens: time
    closes: time

    def __post_init__(self) -> None:
        """Raises ``ValueError`` when the day would end before it begins."""
        if self.opens >= self.closes:
            raise ValueError("opens must be before closes")


@dataclass(frozen=True)
class HandoffRules:
    """Service hours in Beijing, and what is promised.

    ``special`` are days with hours of their own, ``None`` for a day on which nobody is there. ``answer`` is within what
    time of service somebody answers; a person who has taken a chat and is silent for ``patience`` no longer keeps the
    assistant quiet. ``moment`` and ``moment_en`` are how replies write a time.
    """

    usual: Hours
    special: Mapping[date, Hours | None]
    answer: timedelta
    patience: timedelta
    moment: str
    moment_en: str
    survey: SurveyRules

    def is_open(self, now: datetime) -> bool:
        """Whether people are there."""
        local = now.astimezone(BEIJING)
        hours = self._on(local.date())
        return hours is not None and hours.opens <= local.time() < hours.closes

    def due(self, now: datetime) -> datetime:
        """Until when whoever asks now gets an answer, in Beijing: counted in the hours in which people are there."""
        local, left = now.astimezone(BEIJING), self.answer
        for day in (local.date() + index * _ONE_DAY for index in range(_LOOKED_AHEAD)):
            hours = self._on(day)
            if hours is None:
                continue
            begins = max(local, datetime.combine(day, hours.opens, BEIJING))
            ends = datetime.combine(day, hours.closes, BEIJING)
            if begins + left <= ends:
                return begins + left
            left -= max(ends - begins, timedelta())
        raise ValueError("nobody is there for two months")

    def written(self, moment: datetime, *, english: bool = False) -> str:
        """A time as replies write it."""
        local = moment.astimezone(BEIJING)
        return (self.moment_en if english else self.moment).format(
            month=local.month, day=local.day, hour=local.hour, minute=f"{local.minute:02}"
        )

    def _on(self, day: date) -> Hours | None:
        return self.special.get(day, self.usual)


def load_handoff(folder: Path) -> HandoffRules:
    """Reads the rules from the folder of all wording.

    Raises:
        ContentError: naming the file, when it is missing or something in it is not as it should be.
    """
    path = folder / "handoff.yml"
    loaded = read_yaml(path)
    try:
        rules = HandoffRules(
            usual=_hours(loaded["hours"]),
            special={
                _date(day): _hours(entry) if entry else None
                for day, entry in (loaded.get("special_days") or {}).items()
            },
            answer=_minutes(loaded["answer_minutes"]),
            patience=_minutes(loaded["patience_minutes"]),
            moment=str(loaded["moment"]),
            moment_en=str(loaded["moment_en"]),
            survey=survey_rules(loaded["survey"]),
        )
        for english in (False, True):
            rules.written(rules.due(datetime.now(BEIJING)), english=english)
    except KeyError as error:
        raise ContentError(f"{path}: {error} is missing, or a placeholder of moment") from None
    except (TypeError, ValueError, AttributeError) as error:
        raise ContentError(f"{path}: {error}") from None
    return rules


def _hours(entry: Mapping[str, Any]) -> Hours:
    return Hours(time.fromisoformat(entry["opens"]), time.fromisoformat(entry["closes"]))


def _date(value: object) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def _minutes(value: object) -> timedelta:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= _MOST_MINUTES:
        raise ValueError(f"minutes should be a whole number from 1 to {_MOST_MINUTES}")
    return timedelta(minutes=value)
