"""Training of the linear model: deterministic, on CPU, in well under the time of a coffee."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sparse
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold

from nlu.analysis import FOLLOW_UP_ACTS, STAGES, THREAT_CODES, URGENT_STATES
from nlu.model.features import extract
from nlu.model.linear import Heads, LinearModel, Vector

MINIMUM_MESSAGES = 2  # a gram that only one message knows says nothing about others
STRENGTH = 30.0  # inverse regularisation of the logistic regressions, chosen by cross-validation
FOLDS = 5
SEED = 20261123

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Example:
    """One labelled message; ``codes`` holds the threat codes, primary first, empty for ordinary talk."""

    text: str
    intent: str
    codes: tuple[str, ...]
    stage: str | None
    urgent: str | None


def train(examples: Sequence[Example], progress: Progress = lambda step: None) -> LinearModel:
    """Trains every head on the examples.

    Raises:
        ValueError: when there is no example of a threat or none of ordinary talk.
    """
    if not any(example.codes for example in examples) or all(e.codes for e in examples):
        raise ValueError("training needs examples of threats and of ordinary talk")
    heads = Heads(
        THREAT_CODES,
        tuple(sorted({example.intent for example in examples})),
        STAGES,
        URGENT_STATES,
    )
    progress("features")
    grams = [frozenset(extract(example.text).grams) for example in examples]
    counts = Counter(gram for message in grams for gram in message)
    known = sorted(gram for gram, count in counts.items() if count >= MINIMUM_MESSAGES)
    vocabulary = {gram: row for row, gram in enumerate(known)}
    frequencies = np.array([counts[gram] for gram in known], dtype=np.float32)
    idf = (np.log((1 + len(examples)) / (1 + frequencies)) + 1).astype(np.float32)
    matrix = _matrix(grams, vocabulary, idf)

    weights = np.zeros((len(vocabulary), heads.width), dtype=np.float32)
    bias = np.zeros(heads.width, dtype=np.float32)
    codes, intents, stages, urgent = heads.slices()
    targets = _targets(examples, heads)
    staged = np.array([example.stage is not None for example in examples])
    for column in range(heads.width):
        if column in (0, codes.start, intents.start, stages.start, urgent.start):
            progress(_step_name(column, heads))
        chosen = staged if stages.start <= column < stages.stop else slice(None)
        balanced = column == 1 or urgent.start <= column < urgent.stop
        coefficients, intercept = _fit(matrix[chosen], targets[chosen, column], balanced)
        weights[:, column] = coefficients * idf
        bias[column] = intercept
    progress("calibration")
    calibration = _calibrate(matrix, targets, heads, examples)
    return LinearModel(heads, vocabulary, idf, weights, bias, calibration)


def _matrix(
    grams: Sequence[frozenset[str]], vocabulary: dict[str, int], idf: Vector
) -> sparse.csr_matrix:
    indices: list[int] = []
    ends = [0]
    for message in grams:
        indices.extend(sorted(vocabulary[gram] for gram in message if gram in vocabulary))
        ends.append(len(indices))
    values = idf[indices]
    matrix = sparse.csr_matrix((values, indices, ends), shape=(len(grams), len(vocabulary)))
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    lengths[lengths == 0] = 1
    return sparse.csr_matrix(sparse.diags(1 / lengths) @ matrix)


def _targets(examples: Sequence[Example], heads: Heads) -> npt.NDArray[np.int8]:
    targets = np.zeros((len(examples), heads.width), dtype=np.int8)
    codes, intents, stages, urgent = heads.slices()
    for row, example in enumerate(examples):
        targets[row, 0] = bool(example.codes)
        targets[row, 1] = example.intent in FOLLOW_UP_ACTS
        for code in example.codes:
            targets[row, codes.start + heads.codes.index(code)] = 1
        targets[row, intents.start + heads.intents.index(example.intent)] = 1
        if example.stage:
            targets[row, stages.start + heads.stages.index(example.stage)] = 1
        if example.urgent:
            targets[row, urgent.start + heads.urgent.index(example.urgent)] = 1
    return targets


def _fit(
    matrix: sparse.csr_matrix, target: npt.NDArray[np.int8], balanced: bool = False
) -> tuple[npt.NDArray[np.float64], float]:
    """Coefficients and intercept; ``balanced`` for what is rare and must not be missed."""
    if target.min() == target.max():
        return np.zeros(matrix.shape[1]), (5.0 if target.max() else -5.0)
    model = LogisticRegression(C=STRENGTH, solver="liblinear", random_state=SEED)
    model.set_params(class_weight="balanced" if balanced else None)
    model.fit(matrix, target)
    return model.coef_[0], float(model.intercept_[0])


def _calibrate(
    matrix: sparse.csr_matrix,
    targets: npt.NDArray[np.int8],
    heads: Heads,
    examples: Sequence[Example],
) -> dict[str, float]:
    """Fits, on messages each model has not seen, how likely the best code is to be right."""
    codes = heads.slices()[0]
    columns = [0, *range(codes.start, codes.stop)]
    unseen = np.zeros((matrix.shape[0], len(columns)))
    for train_rows, test_rows in KFold(FOLDS, shuffle=True, random_state=SEED).split(matrix):
        for place, column in enumerate(columns):
            coefficients, intercept = _fit(matrix[train_rows], targets[train_rows, column])
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
    codes, intents, stages, urgent = heads.slices()
    names = {
        0: "threat or ordinary",
        codes.start: "threat codes",
        intents.start: "ordinary intents",
        stages.start: "stages",
        urgent.start: "urgent states",
    }
    return names[column]
