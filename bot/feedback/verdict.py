"""What a person may say of a signal, and what was said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.feedback.errors import FeedbackError
from nlu.analysis import THREAT_CODES

CONFIRMED = "confirmed"
FALSE_ALARM = "false_alarm"
WRONG_CODE = "wrong_code"
VERDICTS = (CONFIRMED, FALSE_ALARM, WRONG_CODE)


@dataclass(frozen=True)
class Ruling:
    """What a person says: one of ``VERDICTS``, with the right ``code`` for a wrong one and no other."""

    verdict: str
    code: str | None = None
    note: str = ""

    def check(self, was: str) -> None:
        """Makes sure that it can be said of a signal with the code ``was``.

        Raises:
            FeedbackError: with the mend.
        """
        if self.verdict not in VERDICTS:
            raise FeedbackError(f"{self.verdict!r} is no verdict; use one of {', '.join(VERDICTS)}")
        if self.verdict != WRONG_CODE:
            if self.code is not None:
                raise FeedbackError(f"{self.verdict} takes no code; leave it out or say wrong_code")
        elif self.code not in THREAT_CODES:
            codes = ", ".join(THREAT_CODES)
            raise FeedbackError(f"wrong_code needs the right one: one of {codes}", "code_missing")
        elif self.code == was:
            raise FeedbackError(
                f"the signal has the code {was} already; say confirmed", "same_code"
            )


@dataclass(frozen=True)
class Verdict:
    """What one person said of a signal; ``appeal`` is the appeal that was decided by it."""

    event_id: str
    verdict: str
    code: str | None
    note: str
    by: str
    at: datetime
    appeal: str | None = None


@dataclass(frozen=True)
class Judgement:
    """All that people said of a signal, oldest first; ``disputed_at`` is when its borrower objected last."""

    event_id: str
    verdicts: tuple[Verdict, ...]
    disputed_at: datetime | None = None

    @property
    def current(self) -> Verdict | None:
        """The verdict that counts: the last one."""
        return self.verdicts[-1] if self.verdicts else None

    @property
    def disagreement(self) -> bool:
        """Whether the people who judged it do not say the same, each taken by their last word."""
        return disagree([(item.by, item.verdict, item.code) for item in self.verdicts])

    @property
    def open(self) -> bool:
        """Whether it waits for a verdict: there is none, or its borrower objected since."""
        current = self.current
        return current is None or (self.disputed_at is not None and self.disputed_at > current.at)


def disagree(said: Sequence[tuple[str, str, str | None]]) -> bool:
    """Whether two people differ; ``said`` holds who, verdict and code, oldest first."""
    last_words = {by: (verdict, code) for by, verdict, code in said}
    return len(set(last_words.values())) > 1
