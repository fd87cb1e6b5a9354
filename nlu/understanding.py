"""From scores to an analysis: which threats are decided, how sure, and which of the user's words say so."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial

import numpy as np

from nlu.analysis import FOLLOW_UP_ACTS, TONES, Analysis, Entity, Threat, Tone
from nlu.details import is_near_miss
from nlu.evidence import Evidence
from nlu.model.features import extract
from nlu.model.linear import LinearModel, Scores, Vector

# Log-odds from which a message counts as a mention of a threat, chosen on messages that no training saw:
# missing a victim costs more than asking one question too many, but ordinary talk is most talk.
GATE = 0.4
# Below this share of familiar phrases a message speaks of another world, and what sounds like a threat in
# it is chance: so many log-odds less for a share lower by one.
FAMILIAR = 0.4
STRANGENESS = 4.0
# Log-odds from which a further code is named beside the first.
SECOND_CODE = 0.0
MOST_CODES = 3
# A longer message (in signs) is also read in parts, where a code must be plainer than in the whole.
LONG_TEXT = 300
PART = 120
PART_LESS = 1.0  # log-odds
SUREST = 0.9999  # nothing that is read out of words is certain
# Log-odds from which an urgent state is believed: a cry for help that is missed cannot be made good.
CRISIS = -0.7
EMERGENCY = -1.5
# So sure must one be of an emergency in which, by the stage, nothing has been done yet.
NOT_BEGUN = -0.5
# What a word of death adds to the log-odds of a crisis.
DEATH_WISH = 1.5
# An emergency needs a threat behind it: haste about one's own repayment is none.
EMERGENCY_GATE = -1.0
# Log-odds from which a tone is more than a way of speaking: a kind word in vain annoys, one that is missing
# hurts whoever is in despair.
TONE_FROM = {"angry": 0.9, "desperate": -0.6}
# Share from which a follow-up act stands out among the others.
ACT_SHARE = 0.3
# Share from which an ordinary intent is plain.
PLAINLY = 0.5
# With fewer known grams nothing can be said of a message.
FEWEST_GRAMS = 3


def understand(model: LinearModel, text: str, entities: Sequence[Entity] = ()) -> Analysis:
    """Analyses one message; the same text always gives the same analysis."""
    features = extract(text)
    scores = model.score(features)
    heads = model.heads
    order = np.argsort(-scores.codes, kind="stable")
    leaning = heads.codes[order[0]]
    confidence = _confidence(model, scores.gate, scores.codes)
    stage = _stage(model, scores, features.folded.text)
    given, marks = features.given, features.marks
    urgent = _urgent(model, scores, stage, marks)
    act = _act(model, scores)
    if len(scores.rows) < FEWEST_GRAMS:
        act = (act[0], 0.0)
    if urgent == "crisis":
        if "death_wish" not in marks and _is_courtesy(act):
            urgent = None
        else:
            despair = scores.urgent[heads.urgent.index("crisis")]
            act = ("crisis", round(_sigmoid(despair), 4))
    threats: list[Threat] = []
    strange = STRANGENESS * max(0.0, FAMILIAR - model.familiarity(features, scores))
    # An emergency has a threat behind it, however few words are left for it.
    if len(scores.rows) and (urgent == "emergency" or scores.gate - strange >= GATE):
        evidence = Evidence(model, features, scores, partial(_confidence, model))
        codes = scores.codes
        if len(features.folded.text) > LONG_TEXT:
            codes = np.maximum(codes, evidence.in_parts(PART) - PART_LESS)
        for column in order[:1].tolist() + _further(codes, int(order[0])):
            sure = confidence if column == order[0] else min(confidence, _sigmoid(codes[column]))
            sure = round(min(sure, SUREST), 4)
            threats.append(Threat(heads.codes[column], sure, evidence.of(column)))
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


def _further(codes: Vector, first: int) -> list[int]:
    """Columns of the codes that are named beside the first, the likeliest first."""
    ranked = [int(column) for column in np.argsort(-codes, kind="stable") if column != first]
    return [column for column in ranked[: MOST_CODES - 1] if codes[column] >= SECOND_CODE]


def _confidence(model: LinearModel, gate: float, codes: Vector) -> float:
    best, second = np.sort(codes)[::-1][:2]
    fit = model.calibration
    return _sigmoid(fit["gate"] * gate + fit["best"] * best + fit["second"] * second + fit["bias"])


def _stage(model: LinearModel, scores: Scores, text: str) -> str:
    """The likeliest stage; of what nearly happened, the likeliest at which nothing is lost yet."""
    done = ("engaged", "paid") if is_near_miss(text) else ()
    ranked = (
        model.heads.stages[int(column)] for column in np.argsort(-scores.stages, kind="stable")
    )
    return next(stage for stage in ranked if stage not in done)


def _urgent(model: LinearModel, scores: Scores, stage: str, marks: frozenset[str]) -> str | None:
    """The urgent state that the model hears; despair goes before money that is leaving."""
    heard = dict(zip(model.heads.urgent, scores.urgent))
    if heard["crisis"] + DEATH_WISH * ("death_wish" in marks) >= CRISIS:
        return "crisis"
    least = EMERGENCY if stage in ("engaged", "paid") else NOT_BEGUN
    is_emergency = heard["emergency"] >= least and scores.gate >= EMERGENCY_GATE
    return "emergency" if is_emergency else None


def _is_courtesy(act: tuple[str, float]) -> bool:
    """Whether a message is plainly a greeting, thanks or a goodbye, which a farewell to life resembles."""
    return act[0] in ("greet", "thanks", "goodbye") and act[1] >= PLAINLY


def _act(model: LinearModel, scores: Scores) -> tuple[str, float]:
    """The likeliest intent that is neither a threat code nor a crisis, with its share among these intents.

    Despair is believed by its own measure or not at all: nobody is answered as if they wanted to die on a
    guess.
    """
    names = model.heads.intents
    likely = scores.intents.copy()
    if "crisis" in names:
        likely[names.index("crisis")] = -np.inf
    best, share = _most_likely(likely)
    return names[best], share


def _tone(model: LinearModel, scores: Scores) -> Tone:
    """The tone that stands out; calm is what nothing speaks against."""
    heard = [tone for tone, score in zip(TONES[1:], scores.tones) if score >= TONE_FROM[tone]]
    best = TONES[1 + int(scores.tones.argmax())]
    return best if best in heard else (heard or TONES)[0]


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


def _sigmoid(value: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, float(value)))))
