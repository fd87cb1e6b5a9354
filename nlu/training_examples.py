"""From Rasa's training data to labelled examples."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rasa.shared.nlu.training_data.message import Message

from nlu.analysis import STAGES, THREAT_CODES, TONES, URGENT_STATES
from nlu.model.training import Example


class ExampleError(ValueError):
    """A training example carries labels that do not exist; the message names the text and the label."""


def examples_of(messages: Iterable[Message]) -> list[Example]:
    """Reads intent, stage, further codes, urgent state and tone of every training message.

    Stage, ``also`` (further threat codes), ``urgent`` and ``tone`` stand in the ``metadata`` of an example or of
    its block (Rasa's training data format); those of the example win.

    Raises:
        ExampleError: when a label is unknown or a threat has no stage.
    """
    return [
        _example(message) for message in messages if message.get("text") and message.get("intent")
    ]


def _example(message: Message) -> Example:
    text, intent = str(message.get("text")), str(message.get("intent"))
    labels = _metadata(message)
    also = tuple(labels.get("also") or ())
    codes = (intent, *also) if intent in THREAT_CODES else also
    stage = labels.get("stage")
    urgent = "crisis" if intent == "crisis" else labels.get("urgent")
    short = text[:30]
    for code in also:
        if code not in THREAT_CODES:
            raise ExampleError(f"example {short!r}: unknown threat code {code!r} in `also`")
    if intent in THREAT_CODES and stage not in STAGES:
        raise ExampleError(f"example {short!r}: stage {stage!r} is not one of {', '.join(STAGES)}")
    if urgent is not None and urgent not in URGENT_STATES:
        raise ExampleError(f"example {short!r}: urgent state {urgent!r} is unknown")
    tone = labels.get("tone")
    if tone is not None and tone not in TONES:
        raise ExampleError(f"example {short!r}: tone {tone!r} is not one of {', '.join(TONES)}")
    return Example(text, intent, tuple(dict.fromkeys(codes)), stage, urgent, tone)


def _metadata(message: Message) -> dict[str, Any]:
    metadata = message.get("metadata") or {}
    merged: dict[str, Any] = {}
    for level in ("intent", "example"):
        part = metadata.get(level)
        if isinstance(part, dict):
            merged.update(part)
    return merged
