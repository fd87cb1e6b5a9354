"""What the assistant remembers of a conversation between two messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from nlu.analysis import THREAT_CODES

STATE_SLOT = "conversation"
# How far into a case a stage is; a report about others stands beside the ladder.
STAGE_RANK = {
    "asking": 0,
    "reporting": 0,
    "approached": 1,
    "considering": 2,
    "engaged": 3,
    "paid": 4,
}


@dataclass(frozen=True)
class RunningThreat:
    """A threat that this conversation has been about; ``told_at`` is the turn of the last warning."""

    code: str
    stage: str
    event_id: str
    told_at: int
    contacts: tuple[str, ...] = ()
    amounts: tuple[str, ...] = ()
    agency: str | None = None


@dataclass(frozen=True)
class ConversationState:
    """The memory of a conversation; a plain value, kept as JSON in one slot.

    ``threats`` in the order in which they were last spoken of; ``topic`` is what the last turn was about
    (``threat``, ``collection``, ``complaint``, ``number``, ``company`` or an ordinary intent); ``asked`` is
    the question that we put last; ``urgent`` the urgent state that still holds; ``misunderstood`` counts
    turns in a row that we could not read; ``tone`` is how the last message was said;
    ``suspected`` is the code that it leant to without telling enough of it. ``practice`` is a practised scam that waits
    for an answer (see :mod:`actions.practice`), ``campaign`` the last pushed one that was answered, ``question`` the last question
    of ours (see :mod:`actions.followup`) after which something was said, ``surveyed`` the last one how it was with a person.
    """

    turn: int = 0
    threats: tuple[RunningThreat, ...] = ()
    topic: str = ""
    asked: str | None = None
    urgent: str | None = None
    urgent_at: int = 0
    misunderstood: int = 0
    language: str = "zh-Hans"
    minor: bool = False
    informed: bool = False
    card_offered: bool = False
    tone: str = "calm"
    suspected: str | None = None
    practice: Mapping[str, Any] | None = None
    practice_offered: bool = False
    followup_offered: bool = False
    question: str | None = None
    surveyed: str | None = None
    campaign: str | None = None

    @property
    def running(self) -> RunningThreat | None:
        """The threat that was spoken of last, if any."""
        return self.threats[-1] if self.threats else None

    def threat(self, code: str) -> RunningThreat | None:
        """The running threat of one code, if the conversation knows it."""
        return next((threat for threat in self.threats if threat.code == code), None)

    def as_json(self) -> dict[str, Any]:
        """The value for the slot."""
        # What dataclasses.asdict gives, without its deep copies.
        return {**vars(self), "threats": tuple(dict(vars(threat)) for threat in self.threats)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any] | None) -> ConversationState:
        """Reads the slot; an unknown or older form starts a fresh memory instead of failing the turn."""
        if not value:
            return cls()
        try:
            known = {field.name: value[field.name] for field in fields(cls) if field.name in value}
            known["threats"] = tuple(
                RunningThreat(
                    **{
                        **threat,
                        "contacts": tuple(threat.get("contacts") or ()),
                        "amounts": tuple(threat.get("amounts") or ()),
                    }
                )
                for threat in value.get("threats") or ()
            )
            if not all(map(_is_known, known["threats"])):
                return cls()
            return cls(**known)
        except (TypeError, KeyError, AttributeError):
            return cls()


def _is_known(threat: RunningThreat) -> bool:
    return threat.code in THREAT_CODES and threat.stage in STAGE_RANK
