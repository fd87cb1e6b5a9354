"""From scores to an analysis: which threats are decided, how sure, and which of the user's words say so."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from nlu.analysis import Analysis, Entity, Span, Threat
from nlu.details import given_of, marks_of
from nlu.model.features import Features, extract
from nlu.model.linear import LinearModel, Scores

# Log-odds from which a message counts as a mention of a threat, chosen by cross-validation on the
# examples: missing a victim costs more than asking one question too many, but ordinary talk is most talk.
GATE = 0.0
# A further code is named when it is likely by itself and not far behind the first.
SECOND_CODE = -0.2
URGENT = 0.0
QUOTE_SHARE = 0.5
SHORT_MESSAGE = 20


def understand(model: LinearModel, text: str, entities: Sequence[Entity] = ()) -> Analysis:
    """Analyses one message; the same text always gives the same analysis."""
    features = extract(text)
    scores = model.score(features)
    heads = model.heads
    order = np.argsort(-scores.codes, kind="stable")
    leaning = heads.codes[order[0]]
    confidence = _confidence(model, scores)
    urgent = _urgent(model, scores)
    stage = heads.stages[int(scores.stages.argmax())]
    threats: list[Threat] = []
    if scores.gate >= GATE and len(scores.rows):
        for rank, column in enumerate(order):
            if rank and scores.codes[column] < SECOND_CODE:
                break
            sure = confidence if not rank else min(confidence, _sigmoid(scores.codes[column]))
            evidence = _evidence(model, features, scores, int(column), entities)
            threats.append(Threat(heads.codes[column], round(sure, 4), evidence))
    act = _act(model, scores)
    intent, likelihood = (threats[0].code, threats[0].confidence) if threats else act
    return Analysis(
        text=text,
        intent=intent,
        intent_confidence=likelihood,
        threats=tuple(threats),
        stage=stage if threats else None,
        urgent=urgent,
        entities=tuple(entities),
        leaning=(leaning, round(_sigmoid(scores.gate), 4)),
        act=act,
        stage_hint=stage,
        given=given_of(features.folded.text),
        marks=marks_of(features.folded.text),
    )


def _confidence(model: LinearModel, scores: Scores) -> float:
    best, second = np.sort(scores.codes)[::-1][:2]
    fit = model.calibration
    return _sigmoid(
        fit["gate"] * scores.gate + fit["best"] * best + fit["second"] * second + fit["bias"]
    )


def _urgent(model: LinearModel, scores: Scores) -> str | None:
    best = int(scores.urgent.argmax())
    return model.heads.urgent[best] if scores.urgent[best] >= URGENT else None


def _act(model: LinearModel, scores: Scores) -> tuple[str, float]:
    """The likeliest intent that is no threat code."""
    names = model.heads.intents
    codes = set(model.heads.codes)
    ordinary = [column for column, name in enumerate(names) if name not in codes]
    best = max(ordinary, key=lambda column: float(scores.intents[column]))
    return names[best], round(_sigmoid(scores.intents[best]), 4)


def _evidence(
    model: LinearModel,
    features: Features,
    scores: Scores,
    column: int,
    entities: Sequence[Entity],
) -> tuple[Span, ...]:
    """The stretch of the message that speaks loudest for a code, in the user's own words.

    Each gram's share of the score is spread over the signs it covers; the stretch with the greatest sum
    wins, at most half of a message that is longer than a phrase.
    """
    text = features.folded.text
    if not text:
        return ()
    head = 1 + column
    weights = (
        model.weights[scores.rows, head] + 0.5 * model.weights[scores.rows, 0]
    ) * scores.scale
    push = [0.0] * len(text)
    for place, weight in zip(scores.places, weights):
        start, end = features.starts[place], features.ends[place]
        share = float(weight) / (end - start + 1)
        for position in range(start, min(end + 1, len(text))):
            push[position] += share
    limit = len(text) if len(text) <= SHORT_MESSAGE else max(4, int(len(text) * QUOTE_SHARE))
    start, end = _loudest(push, min(limit, 40))
    start, end = _trim(text, start, end)
    first, last = features.folded.span(start, end)
    return (Span(first, last, features.folded.original[first:last]),)


def _loudest(push: Sequence[float], limit: int) -> tuple[int, int]:
    """Bounds of the stretch of at most ``limit`` signs with the greatest sum (never empty)."""
    sums = [0.0]
    for value in push:
        sums.append(sums[-1] + value)
    best, bounds = -math.inf, (0, 1)
    for start in range(len(push)):
        for end in range(start + 1, min(start + limit, len(push)) + 1):
            if sums[end] - sums[start] > best:
                best, bounds = sums[end] - sums[start], (start, end)
    return bounds


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Drops punctuation at both ends of a stretch unless nothing else would be left."""
    first, last = start, end
    while first < last and not text[first].isalnum():
        first += 1
    while last > first and not text[last - 1].isalnum():
        last -= 1
    return (first, last) if first < last else (start, end)


def _sigmoid(value: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, float(value)))))
