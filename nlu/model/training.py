"""Training of the linear model: deterministic, on CPU, in well under the time of a coffee."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import scipy.sparse as sparse
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold

from nlu.analysis import FOLLOW_UP_ACTS, STAGES, THREAT_CODES, TONES, URGENT_STATES
from nlu.model.augmentation import Disguiser
from nlu.model.linear import Heads, LinearModel, quantised
from nlu.model.matrix import gram_matrix

STRENGTH = 30.0  # inverse regularisation of the logistic regressions, chosen by cross-validation
THREATS_BESIDE_INTENTS = 3  # one threat of so many stands beside the ordinary examples of an intent
DISGUISED_SHARE = 0.15  # of the examples get a disguised copy
FOLDS = 3
SEED = 20261123

Progress = Callable[[str], None]
Fitted = tuple[npt.NDArray[np.float64], float]


@dataclass(frozen=True)
class Contrast:
    """How far a head trusts grams that stand on one side only (after Wang and Manning's NBSVM, 2012).

    A gram counts as much as its log-ratio between the two sides, with ``smoothing`` added to its counts,
    plus ``floor``: what is as frequent on both sides is regularised away, what tells them apart is not.
    """

    smoothing: float
    floor: float


# Chosen on messages that no training saw. Intents tell apart by many weak signs and fare better without.
GATE_CONTRAST = Contrast(0.25, 1.0)
CONTRAST = Contrast(1.0, 2.0)


@dataclass(frozen=True)
class Example:
    """One labelled message; ``codes`` holds the threat codes, primary first, empty for ordinary talk.

    ``tone`` is told of some messages only.
    """

    text: str
    intent: str
    codes: tuple[str, ...]
    stage: str | None
    urgent: str | None
    tone: str | None = None


def train(examples: Sequence[Example], progress: Progress = lambda step: None) -> LinearModel:
    """Trains every head on the examples.

    Raises:
        ValueError: when there is no example of a threat or none of ordinary talk.
    """
    if not any(example.codes for example in examples) or all(e.codes for e in examples):
        raise ValueError("training needs examples of threats and of ordinary talk")
    heads = Heads(
        THREAT_CODES,
        tuple(sorted({example.intent for example in examples} - set(THREAT_CODES))),
        STAGES,
        URGENT_STATES,
        TONES[1:],
    )
    progress("features")
    copies, origins = _disguised(examples)
    everything = [*examples, *copies]
    rows = gram_matrix([example.text for example in examples], [copy.text for copy in copies])
    whole, matrix, idf = rows.whole, rows.matrix, rows.idf

    weights = np.zeros((len(idf), heads.width), dtype=np.float32)
    bias = np.zeros(heads.width, dtype=np.float32)
    codes, intents, stages, urgent, tones = heads.slices()
    targets = _targets(everything, heads)
    staged = np.array([example.stage is not None for example in everything])
    toned = np.array([example.tone is not None for example in everything])
    # Threats are the other side of every ordinary intent; some of them tell as much as all.
    talk = np.array(
        [
            example.intent in heads.intents or row % THREATS_BESIDE_INTENTS == 0
            for row, example in enumerate(everything)
        ]
    )
    spoken = matrix[talk]
    balanced = {1, *range(urgent.start, urgent.stop)}

    def fit(column: int) -> Fitted:
        if intents.start <= column < intents.stop:
            return _fit(spoken, targets[talk, column])
        if tones.start <= column < tones.stop:
            return _fit(matrix[toned], targets[toned, column], _contrast(column, heads))
        if not stages.start <= column < stages.stop:
            return _fit(matrix, targets[:, column], _contrast(column, heads), column in balanced)
        # How a message ends tells its stage; what it is about stands anywhere in it.
        return _fit(whole[staged], targets[staged, column], _contrast(column, heads))

    for column in range(heads.width):
        if column in (0, codes.start, intents.start, stages.start, urgent.start, tones.start):
            progress(_step_name(column, heads))
        coefficients, intercept = fit(column)
        weights[:, column] = coefficients * idf
        bias[column] = intercept
    progress("calibration")
    calibration = _calibrate(matrix, targets, heads, examples, origins)
    return LinearModel.of(heads, rows.vocabulary, idf, *quantised(weights), bias, calibration)


def _disguised(examples: Sequence[Example]) -> tuple[list[Example], list[int]]:
    """Disguised copies of some examples, with the place of the example behind each."""
    disguiser = Disguiser([example.text for example in examples], SEED)
    origins = [place for place in range(len(examples)) if disguiser.picks(DISGUISED_SHARE)]
    copies = [
        replace(examples[place], text=disguiser.disguise(examples[place].text)) for place in origins
    ]
    return copies, origins


def _contrast(column: int, heads: Heads) -> Contrast | None:
    """How a head looks at its grams; ``None``: as they are, as the heads of ordinary intents do."""
    if column in (0, 2):
        return GATE_CONTRAST
    return None if column == 1 else CONTRAST


def _targets(examples: Sequence[Example], heads: Heads) -> npt.NDArray[np.int8]:
    targets = np.zeros((len(examples), heads.width), dtype=np.int8)
    codes, intents, stages, urgent, tones = heads.slices()
    for row, example in enumerate(examples):
        targets[row, 0] = bool(example.codes)
        targets[row, 1] = example.intent in FOLLOW_UP_ACTS
        targets[row, 2] = bool(example.codes) or example.intent in FOLLOW_UP_ACTS
        for code in example.codes:
            targets[row, codes.start + heads.codes.index(code)] = 1
        if example.intent in heads.intents:
            targets[row, intents.start + heads.intents.index(example.intent)] = 1
        if example.stage:
            targets[row, stages.start + heads.stages.index(example.stage)] = 1
        if example.tone in heads.tones:
            targets[row, tones.start + heads.tones.index(example.tone)] = 1
        if example.urgent:
            targets[row, urgent.start + heads.urgent.index(example.urgent)] = 1
    return targets


def _fit(
    matrix: sparse.csr_matrix,
    target: npt.NDArray[np.int8],
    contrast: Contrast | None = None,
    balanced: bool = False,
) -> Fitted:
    """Coefficients and intercept; ``balanced`` for what is rare and must not be missed."""
    if not len(target) or target.min() == target.max():
        return np.zeros(matrix.shape[1]), (5.0 if target.any() else -5.0)
    model = LogisticRegression(C=STRENGTH, solver="liblinear", random_state=SEED)
    model.set_params(class_weight="balanced" if balanced else None)
    if contrast is None:
        model.fit(matrix, target)
        return model.coef_[0], float(model.intercept_[0])
    ratio = _log_ratio(matrix, target, contrast)
    model.fit(matrix @ sparse.diags(ratio), target)
    return model.coef_[0] * ratio, float(model.intercept_[0])


def _log_ratio(
    matrix: sparse.csr_matrix, target: npt.NDArray[np.int8], contrast: Contrast
) -> npt.NDArray[np.float64]:
    """How differently often each gram stands on the two sides of a head."""
    present = sparse.csr_matrix((np.ones_like(matrix.data), matrix.indices, matrix.indptr))
    present.resize(matrix.shape)
    inside = present.T @ target.astype(np.float64) + contrast.smoothing
    outside = present.T @ (1.0 - target) + contrast.smoothing
    ratio = np.log((inside / inside.sum()) / (outside / outside.sum()))
    return np.asarray(np.abs(ratio) + contrast.floor)


def _calibrate(
    matrix: sparse.csr_matrix,
    targets: npt.NDArray[np.int8],
    heads: Heads,
    examples: Sequence[Example],
    origins: Sequence[int],
) -> dict[str, float]:
    """Fits, on messages each model has not seen, how likely the best code is to be right.

    Rows behind those of the examples are their disguised copies, which stay on the side of their origin.
    """
    codes = heads.slices()[0]
    columns = [0, *range(codes.start, codes.stop)]
    unseen = np.zeros((len(examples), len(columns)))
    for train_rows, test_rows in KFold(FOLDS, shuffle=True, random_state=SEED).split(examples):
        copies = len(examples) + np.flatnonzero(np.isin(origins, train_rows))
        rows = np.concatenate([train_rows, copies])
        seen = matrix[rows]
        for place, column in enumerate(columns):
            coefficients, intercept = _fit(seen, targets[rows, column], _contrast(column, heads))
            unseen[test_rows, place] = matrix[test_rows] @ coefficients + intercept
    gate, scores = unseen[:, 0], unseen[:, 1:]
    best = scores.max(axis=1)
    second = np.partition(scores, -2, axis=1)[:, -2]
    right = np.array(
        [
            heads.codes[winner] in example.codes
            for winner, example in zip(scores.argmax(axis=1), examples)
        ]
    )
    model = LogisticRegression(C=1e3, solver="lbfgs", random_state=SEED)
    model.fit(np.column_stack([gate, best, second]), right)
    return {
        "gate": float(model.coef_[0][0]),
        "best": float(model.coef_[0][1]),
        "second": float(model.coef_[0][2]),
        "bias": float(model.intercept_[0]),
    }


def _step_name(column: int, heads: Heads) -> str:
    codes, intents, stages, urgent, tones = heads.slices()
    names = {
        0: "threat or ordinary",
        codes.start: "threat codes",
        intents.start: "ordinary intents",
        stages.start: "stages",
        urgent.start: "urgent states",
        tones.start: "tones",
    }
    return names[column]
