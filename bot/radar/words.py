"""Finds words that are new: strings that several people say, that hold together, and that nothing knew before.

No dictionary is used: what a word is shows in how it is used. It holds together more than its parts would by
chance, and what stands before and behind it changes from one speaker to the next.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import ahocorasick

from bot.radar.counting import Report
from nlu.text.folding import fold

SHORTEST, LONGEST = 2, 8
LEAST_COHESION: Final = 3.0  # bits
LEAST_FREEDOM: Final = 1.5  # bits
SAME_SPEAKERS: Final = 0.7

_RUN = re.compile(r"[\u3400-\u9fffa-z]+")
_HAN = re.compile(r"[\u3400-\u9fff]")
_EDGE = "|"


class Said(NamedTuple):
    """One signal's words, as :func:`runs_of` takes them from its texts.

    ``week`` is 0 for the last seven days, 1 for the seven before them and so on.
    """

    week: int
    report: Report
    runs: tuple[str, ...]


@dataclass(frozen=True)
class Word:
    """A candidate: who said it in each week, and the reports of this week in which it stands."""

    text: str
    speakers: tuple[frozenset[str], ...]
    reports: tuple[Report, ...]


@dataclass(frozen=True)
class Found:
    """The new words of this week, and among how many strings they were looked for."""

    words: tuple[Word, ...]
    tried: int


def runs_of(texts: Iterable[str]) -> tuple[str, ...]:
    """The folded texts, cut at all that is no letter; numbers and signs are in no word."""
    return tuple(run for text in texts for run in _RUN.findall(fold(text).text))


def find_words(
    said: Iterable[Said], weeks: int, fewest: int, is_known: Callable[[str], bool]
) -> Found:
    """Words that at least ``fewest`` people said in week 0 and that ``is_known`` does not know.

    ``weeks`` is how many weeks there are, this one included.
    """
    window: list[Said] = []
    before: list[Said] = []
    for signal in said:
        (before if signal.week else window).append(signal)
    speakers, tried = _repeated(window, fewest)
    unknown = {gram for gram in speakers if _HAN.search(gram) and not is_known(gram)}
    usage = _Usage(unknown, window, before, weeks)
    whole = [gram for gram in unknown if usage.is_word(gram)]
    kept = _without_parts(whole, speakers)
    return Found(tuple(usage.word(gram) for gram in sorted(kept)), tried)


def _repeated(window: Sequence[Said], fewest: int) -> tuple[dict[str, set[str]], int]:
    """Strings with their speakers, length by length: a long one is said by few if a part of it is."""
    kept: dict[str, set[str]] = {}
    tried = 0
    # Where strings begin that may be said by enough people.
    places: list[tuple[str, str, Sequence[int]]] = [
        (one.report.user, run, range(len(run) - SHORTEST + 1)) for one in window for run in one.runs
    ]
    for length in range(SHORTEST, LONGEST + 1):
        found: defaultdict[str, set[str]] = defaultdict(set)
        for user, run, starts in places:
            for start in starts:
                found[run[start : start + length]].add(user)
        if length == SHORTEST:
            # Every longer string contains one of these, and says much the same.
            tried = sum(len(users) > 1 for users in found.values())
        often = {gram: users for gram, users in found.items() if len(users) >= fewest}
        kept |= often
        places = [
            (user, run, longer)
            for user, run, starts in places
            if (longer := _longer(run, starts, length, often))
        ]
    return kept, max(tried, 1)


def _longer(run: str, starts: Sequence[int], length: int, often: Container[str]) -> Sequence[int]:
    """Where a string of one sign more begins both parts of which are said often."""
    fine = {start for start in starts if run[start : start + length] in often}
    return [start for start in fine if start + 1 in fine]


class _Usage:
    """How the candidates and their parts are used, counted in one pass over all that was said."""

    def __init__(
        self,
        unknown: set[str],
        window: Sequence[Said],
        before: Sequence[Said],
        weeks: int,
    ) -> None:
        self._candidates = unknown
        self._speakers: dict[str, list[set[str]]] = {
            gram: [set() for _ in range(weeks)] for gram in unknown
        }
        self._reports: defaultdict[str, set[Report]] = defaultdict(set)
        self._left: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
        self._right: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
        self._counts: Counter[str] = Counter()
        self._signs = 0
        self._automaton = ahocorasick.Automaton()
        for gram in unknown:
            for part in {gram, *(part for split in _splits(gram) for part in split)}:
                self._automaton.add_word(part, part)
        if unknown:
            self._automaton.make_automaton()
            for signal in (*window, *before):
                for run in signal.runs:
                    self._read(signal, run)

    def _read(self, signal: Said, run: str) -> None:
        self._signs += len(run)
        for end, gram in self._automaton.iter(run):
            self._counts[gram] += 1
            if gram not in self._candidates:
                continue
            self._speakers[gram][signal.week].add(signal.report.user)
            if signal.week == 0:
                start = end - len(gram) + 1
                self._reports[gram].add(signal.report)
                self._left[gram].add((signal.report.user, run[start - 1] if start else _EDGE))
                behind = run[end + 1] if end + 1 < len(run) else _EDGE
                self._right[gram].add((signal.report.user, behind))

    def is_word(self, gram: str) -> bool:
        """Whether it holds together and is free on both sides."""
        return (
            self._cohesion(gram) >= LEAST_COHESION
            and _freedom(self._left[gram]) >= LEAST_FREEDOM
            and _freedom(self._right[gram]) >= LEAST_FREEDOM
        )

    def _cohesion(self, gram: str) -> float:
        """How many bits more often it is said than the least surprising two parts would meet by chance."""
        return min(
            math.log2(self._counts[gram] * self._signs / (self._counts[a] * self._counts[b]))
            for a, b in _splits(gram)
        )

    def word(self, gram: str) -> Word:
        """The candidate with its speakers."""
        speakers = tuple(map(frozenset, self._speakers[gram]))
        return Word(gram, speakers, tuple(sorted(self._reports[gram])))


def _splits(gram: str) -> list[tuple[str, str]]:
    return [(gram[:place], gram[place:]) for place in range(1, len(gram))]


def _freedom(neighbours: Iterable[tuple[str, str]]) -> float:
    """The entropy of what stands beside a string, by speakers; the edge of a clause bounds a word as well as can be."""
    counts: Counter[str] = Counter()
    edges = 0
    for _, neighbour in neighbours:
        if neighbour == _EDGE:
            edges += 1
        else:
            counts[neighbour] += 1
    total = edges + sum(counts.values())
    if not total:
        return 0.0
    shares = [count / total for count in counts.values()] + [1 / total] * edges
    return -sum(share * math.log2(share) for share in shares)


def _without_parts(grams: Iterable[str], speakers: Mapping[str, set[str]]) -> list[str]:
    """Of two strings in one another the one that is the word: the longer if nearly all say that."""
    kept: list[str] = []
    for gram in sorted(grams, key=len, reverse=True):
        inside = [longer for longer in kept if gram in longer]
        if any(len(speakers[longer]) >= SAME_SPEAKERS * len(speakers[gram]) for longer in inside):
            continue
        kept = [longer for longer in kept if longer not in inside]
        kept.append(gram)
    return kept
