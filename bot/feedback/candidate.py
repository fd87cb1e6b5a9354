"""A candidate training example, and which texts are known already."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from nlu.text.folding import fold

NEAR = 0.6
"""Texts are near when their runs of three characters overlap by more (Jaccard)."""

_RUN = 3


@dataclass(frozen=True)
class Candidate:
    """An example as it would stand among the training examples, and where it comes from.

    ``intent`` is a threat code, an ordinary intent or the word that waits for one to be chosen; ``stage`` and
    ``urgent`` are those of a threat; ``verdict``, ``was`` and ``signal`` tell what a person said of which
    signal with which code.
    """

    text: str
    intent: str
    stage: str | None = None
    urgent: str | None = None
    verdict: str = ""
    was: str = ""
    signal: str = ""

    @property
    def labels(self) -> dict[str, str]:
        """The metadata of the example."""
        told = {"stage": self.stage, "urgent": self.urgent}
        return {name: value for name, value in told.items() if value}


def text_hash(text: str) -> str:
    """The same for all writings of a text, with other punctuation as well."""
    return hashlib.sha256(_bare(text).encode("utf-8", "replace")).hexdigest()


class KnownTexts:
    """Texts that need no second example: equal or near ones are recognised."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._texts: set[str] = set()
        self._runs: list[frozenset[str]] = []
        self._where: dict[str, list[int]] = defaultdict(list)
        for text in texts:
            self.add(text)

    def add(self, text: str) -> None:
        """Makes a text known."""
        bare = _bare(text)
        if bare in self._texts:
            return
        self._texts.add(bare)
        runs = _runs(bare)
        for run in runs:
            self._where[run].append(len(self._runs))
        self._runs.append(runs)

    def has(self, text: str) -> bool:
        """Whether the text, in whatever writing, is known."""
        return _bare(text) in self._texts

    def has_near(self, text: str) -> bool:
        """Whether a known text is so near that this one would teach nothing."""
        bare = _bare(text)
        if bare in self._texts:
            return True
        own = _runs(bare)
        shared: dict[int, int] = defaultdict(int)
        for run in own:
            for place in self._where.get(run, ()):
                shared[place] += 1
        return any(
            count / (len(own) + len(self._runs[place]) - count) > NEAR
            for place, count in shared.items()
        )


def _bare(text: str) -> str:
    """The folded text without punctuation and symbols, so that a comma makes no new text."""
    folded = fold(text).text
    return "".join(sign for sign in folded if sign.isalnum()) or folded


def _runs(text: str) -> frozenset[str]:
    return frozenset(text[i : i + _RUN] for i in range(len(text) - _RUN + 1))
