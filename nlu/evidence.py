"""Which of the user's own words speak for a decided code."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from nlu.analysis import Span
from nlu.model.features import Features
from nlu.model.linear import LinearModel, Scores, Vector
from nlu.text.folding import Folded

# As much of the gate's weight as of the code's own tells which words make a threat of a message.
GATE_SHARE = 0.5
QUOTE_SHARE = 0.5
QUOTE_LIMIT = 40  # signs; nobody reads a longer quote on a phone
SHORT_MESSAGE = 20  # signs; a shorter message may be quoted as a whole
# Evidence is what the confidence would fall without by so much.
NEEDED = 0.15
MOST_QUOTES = 6
PART_GATE = 2.0  # log-odds from which a part of a long message speaks of a threat by itself
FEWEST_SIGNS = 2  # a shorter quote says nothing
_CLAUSE = re.compile(r"[^，。！？；,!?;\n「」“”\"【】]+")

Confidence = Callable[[float, Vector], float]
Stretch = tuple[int, int]


class Evidence:
    """Finds the evidence in one message; :meth:`of` may be asked for every decided code."""

    def __init__(
        self, model: LinearModel, features: Features, scores: Scores, confidence: Confidence
    ) -> None:
        """``confidence`` tells from the log-odds of gate and codes how sure the decision is."""
        codes = model.heads.slices()[0]
        columns = [0, *range(codes.start, codes.stop)]
        self._folded = features.folded
        self._weights = model.weights[scores.rows][:, columns] * model.steps[columns]
        self._squares = model.squares[scores.rows]
        self._bias = model.bias[columns]
        self._confidence = confidence
        self._starts = np.array(features.starts, dtype=np.int64)[scores.places]
        self._ends = np.array(features.ends, dtype=np.int64)[scores.places]

    def of(self, code: int) -> tuple[Span, ...]:
        """The stretches of the message that speak for a code (its place among the codes), the loudest first.

        As few as carry the decision, and at most half of a message that is longer than a phrase.
        """
        text = self._folded.text
        if not text:
            return ()
        push = self._push(code)
        whole = len(self._folded.original)
        left = whole if whole <= SHORT_MESSAGE else max(4, int(whole * QUOTE_SHARE))
        heard = np.ones(len(self._starts), dtype=bool)
        sure = self._sure(heard)
        spans: list[Span] = []
        for start, end in _clauses(text, push, min(left, QUOTE_LIMIT))[:MOST_QUOTES]:
            if end - start > left:
                inner = _loudest(push[start:end], left)
                start, end = start + inner[0], start + inner[1]
            start, end = _trim(text, *_unbroken(text, start, end))
            first, last = self._folded.span(start, end)
            if last - first > left:
                continue
            left -= last - first
            spans.append(Span(first, last, self._folded.original[first:last]))
            heard &= (self._starts >= end) | (self._ends < start)
            if left < FEWEST_SIGNS or sure - self._sure(heard) > NEEDED:
                break
        return tuple(spans) or (_beginning(self._folded, left),)

    def in_parts(self, size: int) -> Vector:
        """For every code the greatest log-odds in any stretch of ``size`` signs that speaks of a threat.

        Minus infinity for a code of which no such stretch is left: in a long advertisement many things
        stand beside each other, and the whole drowns what a part says plainly.
        """
        best = np.full(len(self._bias) - 1, -np.inf, dtype=np.float32)
        for start in range(0, len(self._folded.text), size // 2):
            outputs = self._outputs((self._starts >= start) & (self._ends < start + size))
            if outputs[0] >= PART_GATE:
                best = np.maximum(best, outputs[1:])
        return best

    def _sure(self, heard: npt.NDArray[np.bool_]) -> float:
        """The confidence if only some grams of the message were there."""
        outputs = self._outputs(heard)
        return self._confidence(float(outputs[0]), outputs[1:])

    def _outputs(self, heard: npt.NDArray[np.bool_]) -> Vector:
        """Log-odds of gate and codes if only some grams of the message were there."""
        length = np.sqrt(self._squares[heard].sum())
        found: Vector = self._weights[heard].sum(axis=0) / (length or 1) + self._bias
        return found

    def _push(self, code: int) -> npt.NDArray[np.float64]:
        """How much every sign of the text speaks for a code.

        Each gram's share of the score is spread evenly over the signs that it covers.
        """
        length = len(self._folded.text)
        stops = np.minimum(self._ends + 1, length)
        covers = stops > self._starts
        weights = self._weights[:, 1 + code] + GATE_SHARE * self._weights[:, 0]
        shares = weights[covers] / (stops - self._starts)[covers]
        steps = np.zeros(length + 1)
        np.add.at(steps, self._starts[covers], shares)
        np.add.at(steps, stops[covers], -shares)
        return np.cumsum(steps[:-1])


def _beginning(folded: Folded, limit: int) -> Span:
    """The beginning of a message in which no clause is short enough to be quoted."""
    original = folded.original
    return Span(0, min(limit, len(original)), original[:limit])


def _clauses(text: str, push: npt.NDArray[np.float64], limit: int) -> list[Stretch]:
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
        found.append((float(push[start:end].sum()), start, end))
    found.sort(key=lambda clause: (-clause[0], clause[1]))
    speaking = [clause for clause in found if clause[0] > 0] or found[:1]
    return [(start, end) for _, start, end in speaking] or [(0, len(text))]


def _loudest(push: npt.NDArray[np.float64], limit: int) -> Stretch:
    """Bounds of the stretch of at most ``limit`` signs with the greatest sum (never empty)."""
    sums = np.concatenate([[0.0], np.cumsum(push), np.full(limit - 1, -np.inf)])
    windows = np.lib.stride_tricks.sliding_window_view(sums[1:], limit)
    gains = windows - sums[: len(windows), None]
    start, reach = divmod(int(gains.argmax()), limit)
    return start, start + reach + 1


def _unbroken(text: str, start: int, end: int) -> Stretch:
    """Leaves out a number or a Latin word that a bound cuts in two, which would read as another one."""
    first, last = start, end
    while first < last and _of_one_word(text, first):
        first += 1
    while last > first and _of_one_word(text, last):
        last -= 1
    return (first, last) if first < last else (start, end)


def _of_one_word(text: str, place: int) -> bool:
    """Whether a number or a Latin word goes across that place."""
    around = text[max(0, place - 1) : place + 1]
    return 0 < place < len(text) and around.isascii() and around.isalnum()


def _trim(text: str, start: int, end: int) -> Stretch:
    """Drops punctuation at both ends of a stretch unless nothing else would be left."""
    first, last = start, end
    while first < last and not text[first].isalnum():
        first += 1
    while last > first and not text[last - 1].isalnum():
        last -= 1
    return (first, last) if first < last else (start, end)
