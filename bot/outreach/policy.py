"""Whether somebody may be written to now: pure, so that a campaign can ask it for everybody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any, Final, Literal, Union
from zoneinfo import ZoneInfo

from actions.content import ContentError, read_yaml
from bot.users import UserRecord

FILE: Final = "outreach.yml"
Reason = Literal[
    "opted_out", "no_consent", "minor", "crisis", "blocked", "unknown_user", "cap", "quiet_hours"
]


@dataclass(frozen=True)
class Person:
    """What decides about one person.

    ``sent`` are the times of all that was sent without being asked for, in any order; ``consent`` tells that the
    person agreed, or that the institution has a consent of its own on record.
    """

    consent: bool = False
    opted_out: bool = False
    minor: bool = False
    crisis_at: datetime | None = None
    blocked: bool = False
    sent: Sequence[datetime] = ()

    @classmethod
    def of(
        cls,
        record: UserRecord,
        sent: Sequence[datetime],
        *,
        consent: bool = False,
        blocked: bool = False,
    ) -> Person:
        """From the user's record; ``consent`` is one that the institution holds.

        A consent of its own never outweighs what the person told us since.
        """
        said = record.consent
        agreed = said.given if said is not None else consent
        return cls(agreed, record.opted_out, record.minor, record.crisis_at, blocked, tuple(sent))


@dataclass(frozen=True)
class Allowed:
    """It may be sent now."""


@dataclass(frozen=True)
class Wait:
    """Not before ``until``."""

    until: datetime
    reason: Reason


@dataclass(frozen=True)
class Never:
    """Not to this person."""

    reason: Reason


Decision = Union[Allowed, Wait, Never]


@dataclass(frozen=True)
class Policy:
    """The rules of ``content/outreach.yml``; ``quiet_from`` until ``quiet_to`` of the zone nobody is disturbed.

    At most ``most`` messages go to one person within ``within``; none within ``after_crisis`` of a sign of a crisis.
    """

    zone: ZoneInfo
    quiet_from: time
    quiet_to: time
    most: int
    within: timedelta
    after_crisis: timedelta

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Policy:
        """Takes the entries of the file.

        Raises:
            KeyError, TypeError, ValueError: when one is missing or none of its kind.
        """
        quiet, cap = data["quiet"], data["cap"]
        return cls(
            ZoneInfo(str(quiet["zone"])),
            time.fromisoformat(str(quiet["from"])),
            time.fromisoformat(str(quiet["to"])),
            _whole(cap["most"]),
            timedelta(days=_whole(cap["days"])),
            timedelta(days=_whole(data["crisis_days"])),
        )

    def decide(self, person: Person, now: datetime) -> Decision:
        """Whether this person may be written to; ``now`` is aware."""
        never = self._never(person, now)
        if never is not None:
            return Never(never)
        lately = sorted(at for at in person.sent if now - at < self.within)
        if len(lately) >= self.most:
            # The oldest that still counts has to be out of the window first.
            return self._daytime(Wait(lately[-self.most] + self.within, "cap"))
        until = self._quiet_until(now)
        return Allowed() if until is None else Wait(until, "quiet_hours")

    def _never(self, person: Person, now: datetime) -> Reason | None:
        if person.opted_out:
            return "opted_out"
        if person.minor:
            return "minor"
        if person.crisis_at is not None and now - person.crisis_at < self.after_crisis:
            return "crisis"
        if not person.consent:
            return "no_consent"
        return "blocked" if person.blocked else None

    def _quiet_until(self, moment: datetime) -> datetime | None:
        """The end of the quiet hours that a moment lies in."""
        there = moment.astimezone(self.zone)
        overnight = self.quiet_from > self.quiet_to
        evening, morning = there.time() >= self.quiet_from, there.time() < self.quiet_to
        if not ((evening or morning) if overnight else (evening and morning)):
            return None
        day = there.date() + timedelta(days=1 if overnight and evening else 0)
        return datetime.combine(day, self.quiet_to, self.zone)

    def _daytime(self, wait: Wait) -> Wait:
        return Wait(self._quiet_until(wait.until) or wait.until, wait.reason)


def load_policy(folder: Path) -> Policy:
    """Reads the policy from a folder of wording.

    Raises:
        ContentError: with one line, when the file is missing or something in it cannot be used.
    """
    path = folder / FILE
    try:
        return Policy.of(read_yaml(path))
    except (KeyError, TypeError) as error:
        raise ContentError(f"{path}: lacks {error}; see the example that is shipped") from None
    except Exception as error:
        if isinstance(error, ContentError):
            raise
        raise ContentError(f"{path}: {error}") from None


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"{value} should be a whole number of 1 or more")
    return value
