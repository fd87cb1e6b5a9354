"""What a turn leaves for the people who take over."""

from __future__ import annotations

from dataclasses import dataclass, field

from actions.plan import Handoff, SurveyAnswer


@dataclass(frozen=True)
class HandoffTurn:
    """A request for a person, or what was said meanwhile.

    ``said`` is the masked text of the message, ``reach`` where the channel reaches the user.
    """

    plan: Handoff
    said: str
    reach: str = field(repr=False)


@dataclass(frozen=True)
class SurveyTurn:
    """What was answered to a survey, and whether its words praise or complain."""

    plan: SurveyAnswer
    commends: bool = False
    complains: bool = False
