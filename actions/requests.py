"""Requests made with a sentence of their own, mostly by a button: what they ask for, and what is answered."""

from __future__ import annotations

from dataclasses import dataclass

from actions.content import Content
from actions.plan import Dispute, Reply
from actions.state import ConversationState
from nlu.analysis import Analysis

ERASE = "erase"
DISPUTE = "dispute"
CHEATED = "cheated"


@dataclass(frozen=True)
class Request:
    """What a request comes to: the reply, the question it puts, and what is to be written down."""

    reply: Reply
    asked: str | None = None
    erase: bool = False
    evidence: bool | None = None
    dispute: Dispute | None = None

    @property
    def is_ours(self) -> bool:
        """Whether the service alone carries it out, also while a person talks: erasure, evidence, dispute."""
        return (
            self.erase
            or self.asked == ERASE
            or self.evidence is not None
            or self.dispute is not None
        )


CONFIRM_ERASURE = Request(Reply("utter_erase_confirm"), asked=ERASE)
_ERASURE = Request(Reply("utter_erase_data"), erase=True)


def requested(analysis: Analysis, state: ConversationState, content: Content) -> Request | None:
    """The request that a message makes, if it is one; never in an emergency or a crisis."""
    meaning = None if analysis.urgent else content.phrases.meaning(analysis.text)
    if meaning == "erase":
        return _ERASURE
    if meaning == "erase_confirmed":
        return _ERASURE if state.asked == ERASE else CONFIRM_ERASURE
    # Where nothing was told there is nothing to hand over, and minors cannot agree to it by themselves.
    if meaning == "evidence_agreed" and state.threats and not state.minor:
        return Request(Reply("utter_evidence_agreed"), evidence=True)
    if meaning == "cheated" and state.running is None:
        # Whoever says just this tells nothing yet that could be warned of, and must not be asked as if it were small talk.
        return Request(Reply("utter_cheated"), asked=CHEATED)
    if meaning == "no_verdict" and state.asked in (None, "cheated"):
        return Request(Reply("utter_goodbye"))
    if meaning == "evidence_withdrawn":
        return Request(Reply("utter_evidence_withdrawn"), evidence=False)
    if state.running is None:
        return None
    # The codes that were warned of last: one warning may have been about several.
    last = max(threat.told_at for threat in state.threats)
    events = tuple(threat.event_id for threat in state.threats if threat.told_at == last)
    if meaning == "disputed":
        return Request(Reply("utter_dispute_thanks"), asked=DISPUTE, dispute=Dispute(events))
    if meaning in ("tell_verdict", "no_verdict") and state.asked == DISPUTE:
        notify = meaning == "tell_verdict"
        reply = Reply("utter_dispute_noted" if notify else "utter_dispute_closed")
        return Request(reply, dispute=Dispute(events, notify))
    return None
