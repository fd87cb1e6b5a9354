"""What ``content/feedback.yml`` says: deadlines, days off, the words of the candidate file, stand-ins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from actions.content import ContentError, read_yaml
from bot.feedback.verdict import VERDICTS
from bot.feedback.working_days import WorkingDays, Year

STAND_INS = ("phone", "contact_id", "url", "agency")


@dataclass(frozen=True)
class CandidateWords:
    """The words of the file of candidate training examples, and by kind what stands in for a contact.

    ``pending``, ``approved`` and ``declined`` are what the review column may say; ``choose`` is the intent
    that waits to be chosen.
    """

    pending: str
    approved: str
    declined: str
    choose: str
    head: str
    verdict: str
    was: str
    signal: str
    verdicts: Mapping[str, str]
    stand_ins: Mapping[str, str]


@dataclass(frozen=True)
class Rules:
    """``appeal_days`` working days are given for the decision of an appeal."""

    appeal_days: int
    working_days: WorkingDays
    words: CandidateWords


def load_rules(content: Path) -> Rules:
    """Reads the rules from the folder of all wording.

    Raises:
        ContentError: when the file is missing or lacks something.
    """
    path = content / "feedback.yml"
    loaded = read_yaml(path)
    try:
        words = loaded["candidates"]
        return Rules(
            appeal_days=_days(loaded["appeal"]["working_days"]),
            working_days=WorkingDays(
                {int(year): _year(entry) for year, entry in (loaded.get("holidays") or {}).items()}
            ),
            words=CandidateWords(
                **{name: str(words[name]) for name in _WORDS},
                verdicts={name: str(words["verdicts"][name]) for name in VERDICTS},
                stand_ins={kind: str(loaded["stand_ins"][kind]) for kind in STAND_INS},
            ),
        )
    except KeyError as error:
        raise ContentError(f"{path}: lacks {error.args[0]}; add it") from None
    except (TypeError, ValueError, AttributeError) as error:
        raise ContentError(f"{path}: {error}; correct it") from None


_WORDS = ("pending", "approved", "declined", "choose", "head", "verdict", "was", "signal")


def _days(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 60:
        raise ValueError(f"appeal.working_days should be a number from 1 to 60, not {value!r}")
    return value


def _year(entry: Mapping[str, Any]) -> Year:
    off: set[date] = set()
    for stretch in entry["days_off"]:
        first, last = stretch["from"], stretch["to"]
        off.update(first + timedelta(days=i) for i in range((last - first).days + 1))
    return Year(frozenset(off), frozenset(entry["worked"]))
