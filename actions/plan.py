"""What a turn comes to: the replies, the signals and the changes of the user's record.

These values cross from ``actions`` to ``bot``. They travel as JSON in the last response of the turn under
the key :data:`TURN_KEY`, so that an action server in another process needs nothing but Rasa's own protocol.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

TURN_KEY = "turn"
BUTTONS_KEY = "buttons_of"
CHOICES_KEY = "choices"
IMAGE_KEY = "picture"


@dataclass(frozen=True)
class Reply:
    """One response of ``content/replies`` by its name, with the values of its placeholders.

    ``buttons`` names a response whose buttons are shown under this one as well; ``choices`` are further buttons, each
    of which sends its own title. ``image`` is the name of a script's picture.
    """

    name: str
    values: Mapping[str, str] = field(default_factory=dict)
    buttons: str | None = None
    choices: tuple[str, ...] = ()
    image: str | None = None


@dataclass(frozen=True)
class Contact:
    """A suspicious contact: ``kind`` phone, wechat, qq, telegram, url, bank_account or other."""

    kind: str
    value: str
    raw: str


@dataclass(frozen=True)
class Signal:
    """One mention of one threat code in one message, as risk control gets it."""

    code: str
    confidence: float
    stage: str
    urgency: str | None = None
    evidence: tuple[str, ...] = ()
    contacts: tuple[Contact, ...] = ()
    agency: str | None = None
    amounts: tuple[str, ...] = ()
    platform: str | None = None
    follows: str | None = None


@dataclass(frozen=True)
class UserChange:
    """What the user's record must say after this turn; ``None`` leaves a field as it is."""

    informed: bool | None = None
    consent: bool | None = None
    opted_out: bool | None = None
    crisis: bool | None = None
    minor: bool | None = None
    erase: bool = False


@dataclass(frozen=True)
class Dispute:
    """The user says that what we warned of is no fraud.

    ``events`` are the signals meant; ``notify`` tells whether the user wants to hear what comes of it, ``None``
    where nothing was said of that yet.
    """

    events: tuple[str, ...]
    notify: bool | None = None


@dataclass(frozen=True)
class Practice:
    """What happened in a practised scam: ``asked``, ``answered``, ``not_understood``, ``finished`` or ``stopped``.

    ``id`` is that of the one time that it is played, ``campaign`` the campaign that brought it, ``played`` how far it
    got, as its script keeps it.
    """

    id: str
    event: str
    campaign: str | None
    played: Mapping[str, Any]


@dataclass(frozen=True)
class Handoff:
    """The user is to get a person (``asked``), or said something meanwhile (``heard``).

    ``ticket`` is the number of the request; ``reason`` is ``request`` or ``crisis``, ``due_at`` until when an answer was
    promised, ``summary`` what the person has to know.
    """

    event: str
    ticket: str
    reason: str = ""
    due_at: str = ""
    summary: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Followup:
    """A question to be asked later about the threat of this ``signal``; with ``answer`` what was said to it.

    ``id`` is that of the question which was sent, ``answer`` ``stopped``, ``went_on`` or ``unknown``.
    """

    signal: str
    code: str
    id: str | None = None
    answer: str | None = None


@dataclass(frozen=True)
class SurveyAnswer:
    """What the user says to our question how it was: ``good``, ``fair``, ``poor``, or ``stopped`` for never again.

    ``id`` is that of the question, ``None`` where none is open; ``words`` are those of an answer that was written.
    """

    answer: str
    id: str | None = None
    words: str = ""


@dataclass(frozen=True)
class Turn:
    """The outcome of one turn.

    ``replies`` in the order in which they are sent; ``state`` is the conversation state to keep;
    ``receipt`` asks the service to file the first signal under this tip-off receipt; ``transcribed`` to keep what
    was said and answered, as of the first threat of a conversation; ``notices`` are those told in this turn.
    ``evidence`` is what the user said to the talk being evidence, if anything.
    """

    replies: tuple[Reply, ...]
    state: Mapping[str, Any]
    signals: tuple[Signal, ...] = ()
    user: UserChange = UserChange()
    receipt: str | None = None
    transcribed: bool = False
    evidence: bool | None = None
    dispute: Dispute | None = None
    notices: tuple[int, ...] = ()
    practice: Practice | None = None
    followup: Followup | None = None
    handoff: Handoff | None = None
    survey: SurveyAnswer | None = None

    def as_json(self) -> dict[str, Any]:
        """The part that the service needs, without the conversation state."""
        return {
            "replies": [reply.name for reply in self.replies],
            "signals": [
                {**vars(signal), "contacts": [dict(vars(contact)) for contact in signal.contacts]}
                for signal in self.signals
            ],
            "user": dict(vars(self.user)),
            "receipt": self.receipt,
            "transcribed": self.transcribed,
            "evidence": self.evidence,
            "dispute": dict(vars(self.dispute)) if self.dispute else None,
            "notices": list(self.notices),
            "practice": dict(vars(self.practice)) if self.practice else None,
            "followup": dict(vars(self.followup)) if self.followup else None,
            "handoff": dict(vars(self.handoff)) if self.handoff else None,
            "survey": dict(vars(self.survey)) if self.survey else None,
        }


def signals_of(turn: Mapping[str, Any]) -> tuple[Signal, ...]:
    """Reads the signals back from :meth:`Turn.as_json`; raises ``TypeError`` or ``KeyError`` if malformed."""
    found = []
    for item in turn.get("signals") or ():
        contacts = tuple(Contact(**contact) for contact in item.get("contacts") or ())
        plain = {key: value for key, value in item.items() if key != "contacts"}
        plain["evidence"] = tuple(plain.get("evidence") or ())
        plain["amounts"] = tuple(plain.get("amounts") or ())
        found.append(Signal(contacts=contacts, **plain))
    return tuple(found)


def dispute_of(turn: Mapping[str, Any]) -> Dispute | None:
    """Reads the dispute back from :meth:`Turn.as_json`; raises ``TypeError`` or ``KeyError`` if malformed."""
    told = turn.get("dispute")
    return Dispute(tuple(told["events"]), told["notify"]) if told else None


def practice_of(turn: Mapping[str, Any]) -> Practice | None:
    """Reads the practice back from :meth:`Turn.as_json`; raises ``TypeError`` if malformed."""
    told = turn.get("practice")
    return Practice(**told) if told else None


def handoff_of(turn: Mapping[str, Any]) -> Handoff | None:
    """Reads the hand-off back from :meth:`Turn.as_json`; raises ``TypeError`` if malformed."""
    told = turn.get("handoff")
    return Handoff(**told) if told else None


def followup_of(turn: Mapping[str, Any]) -> Followup | None:
    """Reads the follow-up back from :meth:`Turn.as_json`; raises ``TypeError`` if malformed."""
    told = turn.get("followup")
    return Followup(**told) if told else None


def survey_of(turn: Mapping[str, Any]) -> SurveyAnswer | None:
    """Reads the answer to a survey back from :meth:`Turn.as_json`; raises ``TypeError`` if malformed."""
    told = turn.get("survey")
    return SurveyAnswer(**told) if told else None
