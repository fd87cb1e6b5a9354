"""What the institution decides about its cases: ``content/cases.yml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

from actions.content import CONTENT, ContentError, read_yaml
from bot.cases.states import STATES


@dataclass(frozen=True)
class CaseRules:
    """``days`` until a state must be left, ``receipts`` the state that a tip-off's sender hears of.

    ``shown_from`` is the number of distinct reporters from which on borrowers hear of them.
    """

    days: Mapping[str, int] = field(default_factory=dict)
    receipts: Mapping[str, str] = field(default_factory=dict)
    shown_from: int = 3

    def deadline(self, state: str, since: datetime) -> datetime | None:
        """When a case that entered a state must have left it; ``None`` where it may stay."""
        days = self.days.get(state)
        return None if days is None else since + timedelta(days=days)


def load_rules(folder: Path) -> CaseRules:
    """Reads and checks the file in a folder of content.

    Raises:
        ContentError: with one line that names what is wrong.
    """
    path = folder / "cases.yml"
    written = read_yaml(path)
    known = read_yaml(folder / "institution.yml").get("receipt_states") or {}
    days: dict[str, int] = {}
    receipts: dict[str, str] = {}
    states = written.get("states")
    if not isinstance(states, dict):
        raise ContentError(f"{path}: states should be a list of states with their days")
    for state, entry in states.items():
        if state not in STATES or not isinstance(entry, dict):
            raise ContentError(f"{path}: {state} is no state; use {', '.join(STATES)}")
        limit, receipt = entry.get("days"), entry.get("receipt")
        if limit is not None:
            days[state] = _positive(limit, f"{path}: days of {state}")
        if receipt is not None:
            if receipt not in known:
                raise ContentError(
                    f"{path}: receipt of {state} should be one of {', '.join(known)}"
                )
            receipts[state] = str(receipt)
    shown_from = _positive(written.get("shown_from"), f"{path}: shown_from")
    return CaseRules(days, receipts, shown_from)


@lru_cache(maxsize=1)
def default_rules() -> CaseRules:
    """The rules of the content that comes with the program."""
    return load_rules(CONTENT)


def _positive(value: object, name: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ContentError(f"{name} should be a whole number from 1 on")
    return value
