"""What ``content/handoff.yml`` says of the survey: when it is put, and which words praise or complain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from nlu.text.folding import fold

GOOD: Final = "good"
POOR: Final = "poor"
_MOST_DAYS: Final = 365


@dataclass(frozen=True)
class SurveyRules:
    """When to ask, and the words that tell what an answer is.

    Nobody is asked again within ``pause``; an answer counts for ``open``. Where a phrase of ``complaint`` holds one of
    ``commendation`` (不满意 and 满意), it is a complaint alone.
    """

    pause: timedelta
    open: timedelta
    commendation: Sequence[str]
    complaint: Sequence[str]

    def tags(self, text: str) -> tuple[bool, bool]:
        """Whether the words praise, and whether they complain; both may be."""
        left = _plain(text)
        complains = False
        for words in sorted(map(_plain, self.complaint), key=len, reverse=True):
            complains = complains or words in left
            left = left.replace(words, " ")
        return any(_plain(words) in left for words in self.commendation), complains

    def leaning(self, text: str) -> str | None:
        """The answer that free words come to, ``None`` where they praise nothing and complain of nothing."""
        commends, complains = self.tags(text)
        return POOR if complains else GOOD if commends else None


def survey_rules(entry: Mapping[str, Any]) -> SurveyRules:
    """Reads the entry ``survey`` of the file.

    Raises:
        KeyError, TypeError, ValueError: when something in it is not as it should be.
    """
    return SurveyRules(
        pause=_days(entry["pause_days"]),
        open=_days(entry["open_days"]),
        commendation=_words(entry["commendation"]),
        complaint=_words(entry["complaint"]),
    )


def _days(value: object) -> timedelta:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= _MOST_DAYS:
        raise ValueError(f"days should be a whole number from 1 to {_MOST_DAYS}")
    return timedelta(days=value)


def _words(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or not all(str(each).strip() for each in value):
        raise ValueError("words should be a list that is not empty, of words that are not")
    return tuple(map(str, value))


def _plain(text: str) -> str:
    return "".join(sign for sign in fold(text).text if sign.isalnum())
