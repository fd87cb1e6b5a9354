"""From scores to an analysis: which threats are decided, how sure, and which of the user's words say so."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import numpy as np

from nlu.analysis import FOLLOW_UP_ACTS, TONES, Analysis, Entity, Span, Threat, Tone
from nlu.model.features import Features, extract
from nlu.model.linear import LinearModel, Scores, Vector

# Log-odds from which a message counts as a mention of a threat, chosen by cross-validation on the
# examples: missing a victim costs more than asking one question too many, but ordinary talk is most talk.
GATE = 0.35
# Below this share of familiar phrases a message speaks of another world, and what sounds like a threat in
# it is chance: so many log-odds less for a share lower by one.
FAMILIAR = 0.4
STRANGENESS = 4.0
# A further code is named when it is likely by itself and not far behind the first.
SECOND_CODE = -0.8
# Log-odds from which an urgent state is believed: a cry for help that is missed cannot be made good.
CRISIS = -0.7
EMERGENCY = -1.5
# What a word of death adds to the log-odds of a crisis.
DEATH_WISH = 1.5
# An emergency needs a threat behind it: haste about one's own repayment is none.
EMERGENCY_GATE = -1.0
# Log-odds from which a tone is more than a way of speaking.
TONE = -0.3
# Share from which a follow-up act stands out among the others.
ACT_SHARE = 0.3
# Share from which an ordinary intent is plain.
PLAINLY = 0.5
# With fewer known grams nothing can be said of a message.
FEWEST_GRAMS = 3
QUOTE_SHARE = 0.5
# Evidence is what the confidence would fall without by so much.
NEEDED = 0.15
FEWEST_SIGNS = 2  # a shorter quote says nothing
QUOTE_LIMIT = 40  # signs; nobody reads a longer quote on a phone
_CLAUSE = re.compile(r"[^，。！？；,!?;\n「」“”\"【】]+")
SHORT_MESSAGE = 20


def understand(model: LinearModel, text: str, entities: Sequence[Entity] = ()) -> Analysis:
    """Analyses one message; the same text always gives the same analysis."""
    features = extract(text)
    scores = model.score(features)
    heads = model.heads
    order = np.argsort(-scores.codes, kind="stable")
    leaning = heads.codes[order[0]]
    confidence = _confidence(model, scores)
    stage = heads.stages[int(scores.stages.argmax())]
    given, marks = features.given, features.marks
    act = _act(model, scores)
    if len(scores.rows) < FEWEST_GRAMS:
        act = (act[0], 0.0)
    urgent = _urgent(model, scores, marks)
    if urgent == "crisis" and "death_wish" not in marks and _is_courtesy(act):
        urgent = None
    threats: list[Threat] = []
    strange = STRANGENESS * max(0.0, FAMILIAR - model.familiarity(features))
    if scores.gate - strange >= GATE and len(scores.rows):
        for rank, column in enumerate(order):
            if rank and scores.codes[column] < SECOND_CODE:
                break
            sure = confidence if not rank else min(confidence, _sigmoid(scores.codes[column]))
            evidence = _evidence(model, features, scores, int(column))
            threats.append(Threat(heads.codes[column], round(sure, 4), evidence))
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
        follow_up=_follow_up(model, scores),
        matter=round(_sigmoid(scores.matter), 4),
        likelihoods={
            code: round(_sigmoid(score), 4) for code, score in zip(heads.codes, scores.codes)
        },
        stage_hint=stage,
        given=given,
        marks=marks,
        tone="desperate" if urgent == "crisis" else _tone(model, scores),
    )


def _confidence(model: LinearModel, scores: Scores) -> float:
    best, second = np.sort(scores.codes)[::-1][:2]
    fit = model.calibration
    return _sigmoid(
        fit["gate"] * scores.gate + fit["best"] * best + fit["second"] * second + fit["bias"]
    )


def _urgent(model: LinearModel, scores: Scores, marks: frozenset[str]) -> str | None:
    """The urgent state that the model hears; despair goes before money that is leaving."""
    heard = dict(zip(model.heads.urgent, scores.urgent))
    if heard["crisis"] + DEATH_WISH * ("death_wish" in marks) >= CRISIS:
        return "crisis"
    is_emergency = heard["emergency"] >= EMERGENCY and scores.gate >= EMERGENCY_GATE
    return "emergency" if is_emergency else None


def _is_courtesy(act: tuple[str, float]) -> bool:
    """Whether a message is plainly a greeting, thanks or a goodbye, which a farewell to life resembles."""
    return act[0] in ("greet", "thanks", "goodbye") and act[1] >= PLAINLY


def _act(model: LinearModel, scores: Scores) -> tuple[str, float]:
    """The likeliest intent that is no threat code, with its share among these intents."""
    names = model.heads.intents
    ordinary = [column for column, name in enumerate(names) if name not in model.heads.codes]
    best, share = _most_likely(scores.intents[ordinary])
    return names[ordinary[best]], share


def _tone(model: LinearModel, scores: Scores) -> Tone:
    """The tone that stands out; calm is what nothing speaks against."""
    best = int(scores.tones.argmax())
    return TONES[1 + best] if scores.tones[best] >= TONE else TONES[0]


def _follow_up(model: LinearModel, scores: Scores) -> tuple[str, float]:
    """The likeliest follow-up act (``more``: none stands out) and how likely the message is one at all."""
    names = model.heads.intents
    acts = [column for column, name in enumerate(names) if name in FOLLOW_UP_ACTS]
    if not acts:
        return "what_now", 0.0
    best, share = _most_likely(scores.intents[acts])
    act = names[acts[best]] if share >= ACT_SHARE else "more"
    return act, round(_sigmoid(scores.follow_up), 4)


def _most_likely(scores: Vector) -> tuple[int, float]:
    """Place of the greatest log-odds and its share of the whole (softmax)."""
    shares = np.exp(scores - scores.max())
    best = int(scores.argmax())
    return best, round(float(shares[best] / shares.sum()), 4)


def _evidence(
    model: LinearModel,
    features: Features,
    scores: Scores,
    column: int,
) -> tuple[Span, ...]:
    """The stretches of the message that speak for a code, in the user's own words, the loudest first.

    As few as carry the decision, and at most half of a message that is longer than a phrase.
    """
    text = features.folded.text
    if not text:
        return ()
    push = _push(model, features, scores, column)
    whole = len(features.folded.original)
    left = whole if whole <= SHORT_MESSAGE else max(4, int(whole * QUOTE_SHARE))
    sure = _confidence(model, scores)
    chosen: list[tuple[int, int]] = []
    spans: list[Span] = []
    for start, end in _clauses(text, push, min(left, QUOTE_LIMIT)):
        if end - start > left:
            inner = _loudest(push[start:end], left)
            start, end = start + inner[0], start + inner[1]
        start, end = _trim(text, start, end)
        first, last = features.folded.span(start, end)
        if last - first > left:
            continue
        left -= last - first
        chosen.append((start, end))
        spans.append(Span(first, last, features.folded.original[first:last]))
        if left < FEWEST_SIGNS or sure - _confidence(model, model.score(features, chosen)) > NEEDED:
            break
    return tuple(spans) or (_shortest_quote(features, left),)


def _shortest_quote(features: Features, limit: int) -> Span:
    """The beginning of a message in which no clause is short enough to be quoted."""
    original = features.folded.original
    return Span(0, min(limit, len(original)), original[:limit])


def _push(model: LinearModel, features: Features, scores: Scores, column: int) -> list[float]:
    """How much every sign of the folded text speaks for a code.

    Each gram's share of the score is spread evenly over the signs that it covers.
    """
    head = model.heads.slices()[0].start + column
    own = model.weights[scores.rows, head] * model.steps[head]
    gate = model.weights[scores.rows, 0] * model.steps[0]
    weights = (own + 0.5 * gate) * scores.scale
    length = len(features.folded.text)
    push = [0.0] * length
    for place, weight in zip(scores.places, weights):
        start, end = features.starts[place], min(features.ends[place] + 1, length)
        share = float(weight) / max(1, end - start)
        for position in range(start, end):
            push[position] += share
    return push


def _clauses(text: str, push: Sequence[float], limit: int) -> list[tuple[int, int]]:
    """Bounds of the clauses that speak for a code, the loudest first, so that a quote reads as it was said.

    A clause that is longer than ``limit`` is cut to its loudest stretch. The loudest is there even if it
    says little.
    """
    found = []
    for match in _CLAUSE.finditer(text):
        start, end = match.span()
        if end - start > limit:
            inner = _loudest(push[start:end], limit)
            start, end = start + inner[0], start + inner[1]
        found.append((sum(push[start:end]), start, end))
    found.sort(key=lambda clause: (-clause[0], clause[1]))
    speaking = [clause for clause in found if clause[0] > 0] or found[:1]
    return [(start, end) for _, start, end in speaking] or [(0, len(text))]


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
