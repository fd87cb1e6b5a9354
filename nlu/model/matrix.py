"""Messages as rows of numbers: which grams are known, what each weighs, and where it stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sparse

from nlu.model.features import CLOSING, extract
from nlu.model.linear import Vector

MINIMUM_MESSAGES = 2  # a gram that only one message knows says nothing about others

Numbers = npt.NDArray[np.int32]


@dataclass(frozen=True)
class GramMatrix:
    """One row a message, one column a gram of the vocabulary; every row has length 1.

    ``whole`` has the grams of the last clause too, which do not count in the length; ``matrix`` is without.
    """

    vocabulary: dict[str, int]
    idf: Vector
    whole: sparse.csr_matrix
    matrix: sparse.csr_matrix


def gram_matrix(texts: Sequence[str], copies: Sequence[str]) -> GramMatrix:
    """Builds vocabulary and rows of texts and, below them, of copies that add nothing to the vocabulary."""
    numbers: dict[str, int] = {}
    rows = []
    for text in texts:
        found = (numbers.setdefault(gram, len(numbers)) for gram in set(extract(text).grams))
        rows.append(_sorted(found))
    counts = np.bincount(np.concatenate(rows), minlength=len(numbers))
    for copy in copies:
        grams = set(extract(copy).grams)
        rows.append(_sorted(numbers[gram] for gram in grams if gram in numbers))
    known = sorted(gram for gram, number in numbers.items() if counts[number] >= MINIMUM_MESSAGES)
    order = np.array([numbers[gram] for gram in known])
    column = np.full(len(numbers), -1, dtype=np.int32)
    column[order] = np.arange(len(known), dtype=np.int32)
    idf = (np.log((1 + len(texts)) / (1 + counts[order])) + 1).astype(np.float32)
    is_closing = np.fromiter((gram.startswith(CLOSING) for gram in known), dtype=bool)
    whole = _rows([column[row] for row in rows], idf, np.where(is_closing, 0, idf))
    matrix = whole @ sparse.diags((~is_closing).astype(np.float32))
    matrix.eliminate_zeros()
    return GramMatrix(dict(zip(known, range(len(known)))), idf, whole, matrix)


def _sorted(numbers: Iterable[int]) -> Numbers:
    return np.sort(np.fromiter(numbers, dtype=np.int32))


def _rows(columns: Sequence[Numbers], idf: Vector, measures: Vector) -> sparse.csr_matrix:
    """The idf of every known gram over the length of its message, which ``measures`` add up to."""
    kept = [np.sort(row[row >= 0]) for row in columns]
    indices = np.concatenate(kept)
    ends = np.concatenate([[0], np.cumsum([len(row) for row in kept])])
    lengths = np.array([np.sqrt(np.square(measures[row]).sum()) or 1 for row in kept])
    values = idf[indices] / np.repeat(lengths, np.diff(ends)).astype(np.float32)
    return sparse.csr_matrix((values, indices, ends), shape=(len(kept), len(idf)))
