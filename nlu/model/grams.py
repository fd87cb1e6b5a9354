"""Grams as numbers: all grams of a message are made and looked up in a few steps over arrays.

The hash of a gram is that of its text, worked out from the hashes of its signs: no text is put together, and
what is looked up lies close together in memory. A dictionary of hundreds of thousands of texts costs several
waits for memory a gram, which was a quarter of the time of a message.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint64]
Rows = npt.NDArray[np.int32]
UNHEARD = -1

_FACTOR = 0x9E3779B97F4A7C15  # odd, so that multiplying loses nothing; arithmetic is modulo 2 ** 64
_SPREAD = np.uint64(0xD6E8FEB86659FD93)
_EMPTY = np.uint64(0)
_ALL = (1 << 64) - 1
_MOST_SIGNS = 50_000
_CHUNK = 20_000


@dataclass(frozen=True)
class Run:
    """Signs in their order, of which every ``orders`` that follow each other make a gram.

    The text of a gram is ``kind`` and its signs, with ``between`` (one sign or none) between them.
    """

    kind: str
    signs: Sequence[str]
    orders: tuple[int, ...]
    between: str = ""

    def texts(self) -> Iterator[str]:
        """The grams as texts, those of the first order first."""
        for order in self.orders:
            for gram in zip(*(self.signs[first:] for first in range(order))):
                yield self.kind + self.between.join(gram)

    def hashes(self) -> Iterator[Hashes]:
        """The hashes of the grams, one array an order."""
        known = [_SIGNS[sign] for sign in self.signs]
        hashes = np.array([sign[0] for sign in known], dtype=np.uint64)
        factors = np.array([sign[1] for sign in known], dtype=np.uint64)
        kind, _ = _SIGNS[self.kind]
        grown = np.uint64(kind) * factors + hashes if known else hashes
        if self.between:
            space, factor = _SIGNS[self.between]
            hashes = np.uint64(space) * factors + hashes
            factors = np.uint64(factor) * factors
        for order in range(1, self.orders[-1] + 1):
            if order > 1:
                grown = grown[:-1] * factors[order - 1 :] + hashes[order - 1 :]
            if order in self.orders:
                yield grown


def hashes_of(runs: Sequence[Run], named: Sequence[str]) -> Hashes:
    """The hashes of all grams of ``runs`` and, after them, of texts that are grams as they are."""
    names = np.array([_SIGNS[name][0] for name in named], dtype=np.uint64)
    return np.concatenate([*chain.from_iterable(run.hashes() for run in runs), names])


@dataclass(frozen=True)
class Vocabulary:
    """The grams that a model knows: the hash of each, the row that it stands for, and their texts, packed.

    Serving needs the numbers alone: hundreds of thousands of texts would take ten times the memory, and to
    read them half a second of each start.
    """

    hashes: Hashes
    rows: Rows
    packed: bytes

    @classmethod
    def of(cls, rows: Mapping[str, int]) -> Vocabulary:
        """Takes the grams as texts, with their rows."""
        texts = list(rows)
        return cls(
            _hashes_of_texts(texts),
            np.fromiter(rows.values(), dtype=np.int32, count=len(rows)),
            zlib.compress(json.dumps(texts, ensure_ascii=False).encode(), 1),
        )

    def __len__(self) -> int:
        return len(self.hashes)

    def texts(self) -> dict[str, int]:
        """The row of every gram, unpacked anew each time."""
        texts: list[str] = json.loads(zlib.decompress(self.packed))
        return dict(zip(texts, self.rows.tolist()))


class GramTable:
    """Finds the rows of grams by their hashes: open addressing, at most a quarter full."""

    def __init__(self, hashes: Hashes, rows: Rows) -> None:
        """Takes the hashes of all grams with their rows.

        Raises:
            ValueError: when two grams have one hash, or one has that of an empty place.
        """
        if len(np.unique(hashes)) < len(hashes) or _EMPTY in hashes:
            raise ValueError("two grams have one hash; change the factor in nlu/model/grams.py")
        bits = max(4, (4 * len(hashes)).bit_length())
        self._shift = np.uint64(64 - bits)
        self._mask = (1 << bits) - 1
        self._hashes = np.full(1 << bits, _EMPTY, dtype=np.uint64)
        self._rows = np.full(1 << bits, UNHEARD, dtype=np.int32)
        self._fill(hashes, rows)

    def rows_of(self, hashes: Hashes) -> npt.NDArray[np.int64]:
        """The row of every gram, ``UNHEARD`` for those that are not in the vocabulary."""
        places = self._places(hashes)
        there = self._hashes[places]
        # A place that is taken by another gram: the one that is looked for may stand further on.
        (asked,) = np.nonzero((there != hashes) & (there != _EMPTY))
        while len(asked):
            places[asked] = (places[asked] + 1) & self._mask
            there = self._hashes[places[asked]]
            asked = asked[(there != hashes[asked]) & (there != _EMPTY)]
        rows: npt.NDArray[np.int64] = self._rows[places].astype(np.int64)
        return rows

    def _places(self, hashes: Hashes) -> npt.NDArray[np.int64]:
        return ((hashes * _SPREAD) >> self._shift).astype(np.int64)

    def _fill(self, hashes: Hashes, rows: Rows) -> None:
        places = self._places(hashes)
        while len(places):
            # Of those that want one free place the first gets it.
            _, first = np.unique(places, return_index=True)
            put = np.zeros(len(places), dtype=bool)
            put[first] = True
            put &= self._hashes[places] == _EMPTY
            self._hashes[places[put]] = hashes[put]
            self._rows[places[put]] = rows[put]
            hashes, rows = hashes[~put], rows[~put]
            places = (places[~put] + 1) & self._mask


class _Signs(dict[str, tuple[int, int]]):
    """The hash of a text, and what a hash before it is multiplied by; remembered, since signs come again."""

    def __missing__(self, text: str) -> tuple[int, int]:
        value, factor = 0, 1
        for character in text:
            value = (value * _FACTOR + ord(character) + 1) & _ALL
            factor = (factor * _FACTOR) & _ALL
        if len(self) >= _MOST_SIGNS:  # people can make up words without end
            self.clear()
        self[text] = value, factor
        return value, factor


_SIGNS = _Signs()


def _hashes_of_texts(texts: Sequence[str]) -> Hashes:
    found = np.zeros(len(texts), dtype=np.uint64)
    for start in range(0, len(texts), _CHUNK):
        chunk = np.array(texts[start : start + _CHUNK])
        characters = chunk.view(np.uint32).reshape(len(chunk), -1)
        hashes = np.zeros(len(chunk), dtype=np.uint64)
        for column in characters.T:
            grown = hashes * np.uint64(_FACTOR) + column.astype(np.uint64) + np.uint64(1)
            hashes = np.where(column == 0, hashes, grown)
        found[start : start + _CHUNK] = hashes
    return found
