"""What people got wrong most often."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.campaigns.reach.funnels import SMALLEST
from bot.ledger.database import Reader
from nlu.evaluation.figures import Figure

RIGHT: Final = 60
"""From this score on an answer counts as right."""

_ANSWERS: Final = "SELECT script, hash, answers, count(*) FROM practices WHERE {which} GROUP BY script, hash, answers"
_OF_CAMPAIGN: Final = _ANSWERS.format(which="campaign = ?")
_OF_SPAN: Final = _ANSWERS.format(which="answered_at >= ? AND answered_at < ?")


@dataclass(frozen=True)
class Mistake:
    """A choice with a low score, with how many of those who came to its step took it.

    ``hash`` is that of the wording that they saw: only with it do ``step`` and ``choice`` (a place, from 0) mean the
    same as in the script.
    """

    script: str
    hash: str
    step: str
    choice: int
    score: int
    share: Figure

    def as_json(self) -> dict[str, Any]:
        """The choice by its place, its score and its share."""
        names = ("script", "hash", "step", "choice", "score")
        return {**{name: getattr(self, name) for name in names}, "share": self.share.as_json()}


def mistakes_of(reader: Reader, campaign: str) -> list[Mistake]:
    """Of a campaign, the most frequent first; steps to which fewer than ten came are left out.

    Raises:
        LedgerError: when the ledger cannot be read.
    """
    return _mistakes(reader.rows(_OF_CAMPAIGN, (campaign,)))


def mistakes_between(reader: Reader, bounds: tuple[str, str]) -> list[Mistake]:
    """Of all practices that were begun between two moments, sent or asked for.

    Raises:
        LedgerError: when the ledger cannot be read.
    """
    return _mistakes(reader.rows(_OF_SPAN, bounds))


def _mistakes(rows: Sequence[tuple[str, str, str, int]]) -> list[Mistake]:
    came: Counter[tuple[str, str, str]] = Counter()
    taken: Counter[tuple[str, str, str, int, int]] = Counter()
    for script, hash, answers, people in rows:
        # A step can be come to twice; only the first answer shows what somebody knew.
        first: dict[str, tuple[int, int]] = {}
        for each in json.loads(answers):
            first.setdefault(each["step"], (each["choice"], each["score"]))
        for step, (choice, score) in first.items():
            came[script, hash, step] += people
            taken[script, hash, step, choice, score] += people
    found = [
        Mistake(script, hash, step, choice, score, Figure(count / people, people))
        for (script, hash, step, choice, score), count in taken.items()
        if score < RIGHT and (people := came[script, hash, step]) >= SMALLEST
    ]
    return sorted(found, key=lambda each: (-each.share.value, each.script, each.step, each.choice))
