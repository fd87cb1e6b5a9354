"""A linear model with several heads over one vocabulary; scoring is a look-up and a sum.

Weights are kept as bytes, one scale a head: they take an eighth of the memory of doubles, and decide the same.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from nlu.model.features import CLOSING, Features
from nlu.model.grams import UNHEARD, GramTable, Vocabulary

Vector = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.int8]
GATES = 3


@dataclass(frozen=True)
class Heads:
    """Which columns of the weight matrix belong to which question, and what they are called."""

    codes: tuple[str, ...]
    intents: tuple[str, ...]
    stages: tuple[str, ...]
    urgent: tuple[str, ...]
    tones: tuple[str, ...]

    @property
    def width(self) -> int:
        """Number of columns: the gates and every head."""
        return GATES + sum(map(len, self._names()))

    def _names(self) -> tuple[tuple[str, ...], ...]:
        return self.codes, self.intents, self.stages, self.urgent, self.tones

    def slices(self) -> tuple[slice, slice, slice, slice, slice]:
        """Column ranges of codes, intents, stages, urgent states and tones.

        Column 0 tells threats from ordinary talk, column 1 follow-ups from what stands for itself, column 2
        both from business of another kind.
        """
        first = GATES
        found = []
        for names in self._names():
            found.append(slice(first, first + len(names)))
            first += len(names)
        return found[0], found[1], found[2], found[3], found[4]


@dataclass(frozen=True)
class Scores:
    """Log-odds of every head for one message, with what is needed to explain them.

    ``found`` has the row of each gram of the message; ``rows`` are those that are known, each once, and
    ``places`` where each of them comes first.
    """

    gate: float
    follow_up: float
    matter: float
    codes: Vector
    intents: Vector
    stages: Vector
    urgent: Vector
    tones: Vector
    rows: npt.NDArray[np.int64]
    places: npt.NDArray[np.int64]
    scale: float
    found: npt.NDArray[np.int64]


def quantised(weights: Vector) -> tuple[Bytes, Vector]:
    """Rounds every column to whole steps from -127 to 127; returns the steps and the size of a step a column."""
    steps = np.abs(weights).max(axis=0) / 127
    steps[steps == 0] = 1
    return np.rint(weights / steps).astype(np.int8), steps.astype(np.float32)


class LinearModel:
    """Weights of all heads; build one with :func:`nlu.model.training.train`, :meth:`of` or :meth:`load`."""

    def __init__(
        self,
        heads: Heads,
        grams: Vocabulary,
        idf: Vector,
        squares: Vector,
        weights: Bytes,
        steps: Vector,
        bias: Vector,
        calibration: dict[str, float],
    ) -> None:
        """``weights`` has one row a gram and one column a head output (shape ``len(idf), width``).

        They count in ``steps``, one size a column (see :func:`quantised`); ``squares`` is what each gram adds to
        the square of a message's length.
        """
        self.heads = heads
        self.idf = idf
        self.squares = squares
        self.weights = weights
        self.steps = steps
        self.bias = bias
        self.calibration = calibration
        self._grams = grams
        self._table = GramTable(grams.hashes, grams.rows)
        self._slices = heads.slices()

    @classmethod
    def of(
        cls,
        heads: Heads,
        vocabulary: Mapping[str, int],
        idf: Vector,
        weights: Bytes,
        steps: Vector,
        bias: Vector,
        calibration: dict[str, float],
    ) -> LinearModel:
        """From the grams as texts, with their rows."""
        # Grams of the last clause repeat others: they add nothing to the length of a message.
        squares = (idf * idf).astype(np.float32)
        squares[[row for gram, row in vocabulary.items() if gram.startswith(CLOSING)]] = 0
        grams = Vocabulary.of(vocabulary)
        return cls(heads, grams, idf, squares, weights, steps, bias, calibration)

    @property
    def vocabulary(self) -> dict[str, int]:
        """The row of every gram, unpacked anew each time."""
        return self._grams.texts()

    def score(self, features: Features) -> Scores:
        """Scores one message; grams that were never seen in training are silent."""
        found = self._table.rows_of(features.hashes)
        rows, places = np.unique(found, return_index=True)
        known = rows != UNHEARD
        rows, places = rows[known], places[known]
        length = float(np.sqrt(self.squares[rows].sum()))
        scale = 1.0 / length if length else 0.0
        total = self.weights[rows].sum(axis=0, dtype=np.int32)
        outputs = total * self.steps * np.float32(scale) + self.bias
        codes, intents, stages, urgent, tones = self._slices
        return Scores(
            float(outputs[0]),
            float(outputs[1]),
            float(outputs[2]),
            outputs[codes],
            outputs[intents],
            outputs[stages],
            outputs[urgent],
            outputs[tones],
            rows,
            places,
            scale,
            found,
        )

    @staticmethod
    def familiarity(features: Features, scores: Scores) -> float:
        """The share of phrases of a message that training has heard, from 0 to 1."""
        phrases = slice(features.phrases.start, features.phrases.stop)
        _, each = np.unique(features.hashes[phrases], return_index=True)
        return float((scores.found[phrases][each] != UNHEARD).mean()) if len(each) else 1.0

    def save(self, folder: Path) -> None:
        """Writes ``model.npz`` and ``model.json`` into an existing folder."""
        np.savez_compressed(
            folder / "model.npz",
            hashes=self._grams.hashes,
            rows=self._grams.rows,
            texts=np.frombuffer(self._grams.packed, dtype=np.uint8),
            idf=self.idf.astype(np.float32),
            squares=self.squares,
            weights=self.weights,
            steps=self.steps,
            bias=self.bias.astype(np.float32),
        )
        document = {
            "codes": self.heads.codes,
            "intents": self.heads.intents,
            "stages": self.heads.stages,
            "urgent": self.heads.urgent,
            "tones": self.heads.tones,
            "calibration": self.calibration,
        }
        (folder / "model.json").write_text(
            json.dumps(document, ensure_ascii=False), encoding="utf-8"
        )

    @classmethod
    def load(cls, folder: Path) -> LinearModel:
        """Reads what :meth:`save` wrote; raises ``OSError`` or ``ValueError`` if it is incomplete."""
        document = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        try:
            with (folder / "model.npz").open("rb") as file, np.load(file) as arrays:
                grams = Vocabulary(arrays["hashes"], arrays["rows"], arrays["texts"].tobytes())
                idf = arrays["idf"]
                squares = arrays["squares"]
                weights = arrays["weights"]
                steps = arrays["steps"]
                bias = arrays["bias"]
            heads = Heads(
                tuple(document["codes"]),
                tuple(document["intents"]),
                tuple(document["stages"]),
                tuple(document["urgent"]),
                tuple(document["tones"]),
            )
            calibration = {name: float(value) for name, value in document["calibration"].items()}
        except (KeyError, TypeError, AttributeError, BadZipFile, EOFError) as error:
            raise ValueError(f"{folder}: the model is incomplete; train it again") from error
        sizes = {len(grams), len(grams.rows), len(idf), len(squares)}
        if weights.shape != (len(grams), heads.width) or sizes != {len(grams)}:
            raise ValueError(f"{folder}: the model's parts do not fit together; train it again")
        return cls(heads, grams, idf, squares, weights, steps, bias, calibration)
