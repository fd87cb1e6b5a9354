"""The result of understanding one message: the value that crosses from ``nlu`` to ``actions``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Tone = Literal["calm", "angry", "desperate"]

THREAT_CODES = (
    "debt_optimization",
    "credit_repair",
    "fake_hotline",
    "agent_complaint",
    "anti_collection",
    "debt_evasion",
    "loan_scam",
    "mule_account",
)
STAGES = ("asking", "approached", "considering", "engaged", "paid", "reporting")
URGENT_STATES = ("crisis", "emergency")
TONES: tuple[Tone, ...] = ("calm", "angry", "desperate")
# What is said in the middle of a talk about a threat and means little without it.
FOLLOW_UP_ACTS = (
    "what_now",
    "same_again",
    "they_know_me",
    "they_showed_proof",
    "how_to_report",
    "tell_them",
    "insist",
    "which_true",
    "ask_partner",
    "affirm",
    "deny",
    "dont_know",
    "direct_request",
    "already_paid",
    "already_gave",
    "not_scam",
    "worry",
    "get_money_back",
    "stopped",
)
# How deep an engaged borrower is in, most dangerous first: the next step depends on it.
GIVEN = ("screen", "code", "card", "id", "signed", "app")


@dataclass(frozen=True)
class Span:
    """A stretch of the user's own words; offsets are code points of the original text."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Threat:
    """One decided threat code with the probability that it is right and the words that speak for it."""

    code: str
    confidence: float
    evidence: tuple[Span, ...] = ()


@dataclass(frozen=True)
class Entity:
    """One entity of the text.

    ``kind`` is ``phone``, ``contact_id``, ``url``, ``agency``, ``amount`` or ``platform``; ``value`` is
    normalised (phone: E.164, or digits only for 400/800/95xxx and short codes; contact_id: lower case,
    NFKC; amount: decimal string in yuan), ``raw`` the user's own writing. ``role`` narrows the kind where
    the words around it tell (``wechat``, ``qq``, ``telegram``, ``bank_account`` ...).
    """

    kind: str
    value: str
    start: int
    end: int
    raw: str
    role: str | None = None

    def as_rasa(self) -> dict[str, Any]:
        """The entity as Rasa writes entities."""
        found: dict[str, Any] = {
            "entity": self.kind,
            "value": self.value,
            "start": self.start,
            "end": self.end,
            "raw": self.raw,
            "extractor": "ThreatClassifier",
        }
        if self.role:
            found["role"] = self.role
        return found


@dataclass(frozen=True)
class Analysis:
    """What one message says, without any knowledge of the conversation around it.

    ``threats`` holds decided codes only, primary first; ``intent`` is the single best label over threat
    codes and ordinary intents; ``leaning`` is the likeliest threat code whether decided or not, with its
    probability; ``stage_hint`` is the stage that the words alone suggest, also for ordinary talk;
    ``act`` is the likeliest ordinary intent with its probability, also beside a threat; ``follow_up`` the
    likeliest follow-up act with the probability that the message is a follow-up at all; ``matter`` the
    probability that it speaks of a threat, named or talked of before, and not of other business;
    ``likelihoods`` the
    probability of every threat code by itself, for whoever knows the conversation;
    ``given`` lists what was handed over, most dangerous first (members of :data:`GIVEN`);
    ``tone`` is how it is said.
    """

    text: str
    intent: str
    intent_confidence: float
    threats: tuple[Threat, ...] = ()
    stage: str | None = None
    urgent: str | None = None
    entities: tuple[Entity, ...] = ()
    leaning: tuple[str, float] = ("fake_hotline", 0.0)
    act: tuple[str, float] = ("chitchat", 0.0)
    follow_up: tuple[str, float] = ("what_now", 0.0)
    matter: float = 0.0
    likelihoods: Mapping[str, float] = field(default_factory=dict)
    stage_hint: str = "asking"
    given: tuple[str, ...] = ()
    marks: frozenset[str] = field(default_factory=frozenset)
    tone: Tone = "calm"

    def values(self, kind: str) -> tuple[Entity, ...]:
        """The entities of one kind, in the order of the text."""
        return tuple(entity for entity in self.entities if entity.kind == kind)

    def threat_fields(self) -> dict[str, Any]:
        """The fields that ``/model/parse`` adds to Rasa's own (contract: DESIGN, section 5)."""
        return {
            "threats": [
                {
                    "code": threat.code,
                    "confidence": threat.confidence,
                    "evidence": [
                        {"start": span.start, "end": span.end, "text": span.text}
                        for span in threat.evidence
                    ],
                }
                for threat in self.threats
            ],
            "stage": self.stage,
            "urgent": self.urgent,
            "tone": self.tone,
            "understanding": {
                "leaning": list(self.leaning),
                "act": list(self.act),
                "follow_up": list(self.follow_up),
                "matter": self.matter,
                "likelihoods": dict(self.likelihoods),
                "stage_hint": self.stage_hint,
                "given": list(self.given),
                "marks": sorted(self.marks),
            },
        }

    def as_parse(self) -> dict[str, Any]:
        """The analysis in the form of Rasa's parse data, with our own fields."""
        intent = {"name": self.intent, "confidence": self.intent_confidence}
        return {
            "text": self.text,
            "intent": intent,
            "intent_ranking": [intent],
            "entities": [entity.as_rasa() for entity in self.entities],
            **self.threat_fields(),
        }

    @classmethod
    def from_parse(cls, parse: Mapping[str, Any]) -> Analysis:
        """Reads the analysis back from Rasa's parse data (``tracker.latest_message``)."""
        intent = parse.get("intent") or {}
        more = parse.get("understanding") or {}
        leaning = more.get("leaning") or ["fake_hotline", 0.0]
        act = more.get("act") or ["chitchat", 0.0]
        follow_up = more.get("follow_up") or ["what_now", 0.0]
        return cls(
            text=parse.get("text") or "",
            intent=intent.get("name") or "nlu_fallback",
            intent_confidence=float(intent.get("confidence") or 0.0),
            threats=tuple(
                Threat(
                    threat["code"],
                    float(threat["confidence"]),
                    tuple(
                        Span(span["start"], span["end"], span["text"])
                        for span in threat.get("evidence") or ()
                    ),
                )
                for threat in parse.get("threats") or ()
            ),
            stage=parse.get("stage"),
            urgent=parse.get("urgent"),
            entities=tuple(
                Entity(
                    entity["entity"],
                    str(entity["value"]),
                    entity["start"],
                    entity["end"],
                    entity.get("raw", ""),
                    entity.get("role"),
                )
                for entity in parse.get("entities") or ()
            ),
            leaning=(str(leaning[0]), float(leaning[1])),
            act=(str(act[0]), float(act[1])),
            follow_up=(str(follow_up[0]), float(follow_up[1])),
            matter=float(more.get("matter") or 0.0),
            likelihoods=dict(more.get("likelihoods") or {}),
            stage_hint=more.get("stage_hint") or "asking",
            given=tuple(more.get("given") or ()),
            marks=frozenset(more.get("marks") or ()),
            tone=parse.get("tone") or "calm",
        )
