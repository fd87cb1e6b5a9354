"""What the service knows of the user and the moment, handed to the decision with the message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta, timezone
from typing import Any

FACTS_KEY = "facts"
BEIJING = timezone(timedelta(hours=8))


@dataclass(frozen=True)
class ReceiptFact:
    """A tip-off receipt that the message names; ``state`` is ``None`` when no such receipt is on file."""

    number: str
    state: str | None = None
    received_on: str | None = None


@dataclass(frozen=True)
class Notice:
    """Something that the user wanted to hear of: the reply that tells it, and the ids of all that it tells."""

    reply: str
    ids: tuple[int, ...]


@dataclass(frozen=True)
class PictureFact:
    """What reading the pictures of a message came to.

    ``quote`` is the beginning of what was read, ready to be shown; ``code`` tells that there is a QR code,
    ``edited`` that a picture bears the name of a program that edits pictures; ``refused`` are the reasons why
    others were not read, as the replies ``utter_picture_<reason>`` name them.
    """

    quote: str = ""
    code: bool = False
    edited: bool = False
    refused: tuple[str, ...] = ()


@dataclass(frozen=True)
class Invitation:
    """A pushed campaign that the user has not answered: its first step went out with ``variant``'s opening."""

    campaign: str
    script: str
    variant: str


@dataclass(frozen=True)
class HandoffFact:
    """How the user can get a person; there is none where nobody could answer.

    ``is_open`` tells whether people are there now, ``ahead`` how many wait before this user, ``due`` and
    ``due_en`` until when an answer is promised, as replies write it, ``due_at`` the same for machines. ``ticket`` is the number of this user's
    request, of a new one if none stands; ``standing`` is ``waiting`` or ``taken`` if one does.
    """

    ticket: str
    is_open: bool
    ahead: int
    due: str
    due_en: str
    due_at: str
    standing: str | None = None


@dataclass(frozen=True)
class FollowupFact:
    """A question of ours that waits for an answer: what became of the threat of this signal."""

    id: str
    signal: str
    code: str


@dataclass(frozen=True)
class SurveyFact:
    """Our question how it was with a person, which this message may answer.

    ``answer`` is what was said already, so that only why is still open; ``leaning`` what the words of this message
    come to, ``good`` or ``poor``.
    """

    id: str
    answer: str | None = None
    leaning: str | None = None


@dataclass(frozen=True)
class Facts:
    """Facts of one message.

    ``conversation`` and ``message_id`` make event ids; ``today`` is the day in Beijing; ``attachments``
    lists the kinds of what came with the text; ``informed`` tells whether the privacy notice was given;
    ``truncated`` that only the beginning of the message was read; ``notices`` wait to be told; ``picture`` is there
    if it came with pictures; ``invitation`` if a pushed campaign waits for an answer; ``phrase`` is what the institution's
    app shows the user, so that they recognise us. ``followup`` if a question of ours does;
    ``reachable`` tells that we can write to the user without being asked. ``teller`` is the user as reports are counted.
    """

    conversation: str = ""
    message_id: str = ""
    today: str = ""
    informed: bool = False
    crisis: bool = False
    minor: bool = False
    truncated: bool = False
    attachments: tuple[str, ...] = ()
    receipt: ReceiptFact | None = None
    language: str | None = None
    notices: tuple[Notice, ...] = ()
    picture: PictureFact | None = None
    channel: str = ""
    invitation: Invitation | None = None
    followup: FollowupFact | None = None
    reachable: bool = False
    phrase: str | None = None
    handoff: HandoffFact | None = None
    survey: SurveyFact | None = None
    teller: str = ""

    @property
    def day(self) -> date:
        """``today`` as a date; now where the channel told none."""
        return date.fromisoformat(self.today) if self.today else datetime.now(BEIJING).date()

    def as_json(self) -> dict[str, Any]:
        """The value that travels in the message's metadata."""
        # What dataclasses.asdict gives, without its deep copies.
        receipt = dict(vars(self.receipt)) if self.receipt else None
        notices = [dict(vars(notice)) for notice in self.notices]
        picture = dict(vars(self.picture)) if self.picture else None
        invitation = dict(vars(self.invitation)) if self.invitation else None
        handoff = dict(vars(self.handoff)) if self.handoff else None
        return {
            **vars(self),
            "receipt": receipt,
            "notices": notices,
            "picture": picture,
            "invitation": invitation,
            "followup": dict(vars(self.followup)) if self.followup else None,
            "handoff": handoff,
            "survey": dict(vars(self.survey)) if self.survey else None,
        }

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, Any] | None) -> Facts:
        """Reads the facts from a message's metadata; without any (Rasa's own channels) all are unknown."""
        given = (metadata or {}).get(FACTS_KEY) or {}
        known = {field.name: given[field.name] for field in fields(cls) if field.name in given}
        receipt = known.get("receipt")
        known["receipt"] = ReceiptFact(**receipt) if receipt else None
        known["attachments"] = tuple(known.get("attachments") or ())
        known["notices"] = tuple(
            Notice(notice["reply"], tuple(notice["ids"])) for notice in known.get("notices") or ()
        )
        picture = known.get("picture")
        refused = tuple(picture["refused"]) if picture else ()
        known["picture"] = PictureFact(**{**picture, "refused": refused}) if picture else None
        invitation = known.get("invitation")
        known["invitation"] = Invitation(**invitation) if invitation else None
        followup = known.get("followup")
        known["followup"] = FollowupFact(**followup) if followup else None
        handoff = known.get("handoff")
        known["handoff"] = HandoffFact(**handoff) if handoff else None
        survey = known.get("survey")
        known["survey"] = SurveyFact(**survey) if survey else None
        return cls(**known)
