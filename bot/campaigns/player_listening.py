"""What free words mean in a step: which choice, if any. Pure functions on folded text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from bot.campaigns.scripts import Step
from nlu.text.folding import fold

# Free words that match nothing may still be near to one choice, and clearly nearer than to any other.
_NEAR: Final = 0.6
_NEARER: Final = 0.15
_LONGEST_NEAR: Final = 60
_REACH: Final = 12
_BREAK: Final = "|"


@dataclass(frozen=True)
class Listening:
    """The small words of the language, folded.

    ``places`` are the ways to name the first, second ... choice; a word of ``negations`` right before a
    choice's word, with up to three of ``between`` behind it, turns it round.
    """

    places: tuple[frozenset[str], ...]
    agrees: frozenset[str]
    refuses: frozenset[str]
    stops: frozenset[str]
    particles: frozenset[str]
    turned: re.Pattern[str]

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Listening:
        """The words of the entry ``listening`` of ``content/scripts.yml``.

        Raises:
            KeyError, TypeError: when one of the lists is missing or no list.
        """
        negations = "|".join(map(re.escape, _longest_first(data["negations"])))
        between = "|".join(map(re.escape, _longest_first(data["between"])))
        return cls(
            tuple(_folded(names) for names in data["places"]),
            _folded(data["agrees"]),
            _folded(data["refuses"]),
            _folded(data["stops"]),
            _folded(data["particles"]),
            re.compile(f"({negations})(?:{between}){{0,3}}$"),
        )

    def is_stop(self, text: str) -> bool:
        """Whether these words end the practice."""
        return any(form in self.stops for form in self._forms(plain(text)))

    def choice(self, step: Step, text: str) -> int | None:
        """The place of the choice that is meant, or None.

        In this order: its number, its button, its words (the longest counts, one behind a negation does not),
        a bare yes or no, words much like those of one choice alone.
        """
        said = plain(text)
        if not said:
            return None
        for place, names in enumerate(self.places[: len(step.choices)]):
            if any(form in names for form in self._forms(said)):
                return place
        found, turned, tied = self._by_words(step, said)
        if found is not None or tied:
            return found
        refusing = step.free.refuses
        if turned and refusing is not None and refusing not in turned:
            return refusing
        if turned:
            return None
        meant = self._bare_answer(said)
        if meant is not None:
            return step.free.agrees if meant else refusing
        return self._nearest(step, said)

    def _by_words(self, step: Step, said: str) -> tuple[int | None, frozenset[int], bool]:
        """Whose words stand in the text: the choice, those turned round, and whether several stand there alike."""
        hits = list(_hits(step, said))
        kept = [hit for hit in hits if not any(_inside(hit, other) for other in hits)]
        turned = {hit[2] for hit in kept if self._is_turned(said, hit[0])}
        covered: dict[int, int] = {}
        for start, end, place in kept:
            if not self._is_turned(said, start):
                covered[place] = max(covered.get(place, 0), end - start)
        if not covered:
            return None, frozenset(turned), False
        most = max(covered.values())
        best = [place for place, length in covered.items() if length == most]
        return (best[0], frozenset(), False) if len(best) == 1 else (None, frozenset(), True)

    def _is_turned(self, said: str, start: int) -> bool:
        before = said[max(0, start - _REACH) : start]
        found = self.turned.search(before)
        if found is None:
            return False
        # "Can or cannot" asks and denies nothing.
        asks = (
            found.start() > 0
            and before[found.start() - 1] == said[start - len(before) + found.end(1)]
        )
        return not asks

    def _bare_answer(self, said: str) -> bool | None:
        """True for a bare yes, False for a bare no, None for anything else or both."""
        answers = set()
        for clause in said.split(_BREAK):
            forms = self._forms(clause)
            if any(form in self.agrees for form in forms):
                answers.add(True)
            elif any(form in self.refuses for form in forms):
                answers.add(False)
        return answers.pop() if len(answers) == 1 else None

    def _forms(self, said: str) -> list[str]:
        """The text, and what is left of it as one particle after the other is taken off its end."""
        forms = [said]
        while len(forms[-1]) > 1 and forms[-1][-1] in self.particles:
            forms.append(forms[-1][:-1].rstrip(_BREAK))
        return forms

    def _nearest(self, step: Step, said: str) -> int | None:
        if len(said) > _LONGEST_NEAR:
            return None
        likeness = [
            max(_likeness(said, words) for words in _spoken(step, place))
            for place in range(len(step.choices))
        ]
        best = max(likeness)
        place = likeness.index(best)
        others = max(value for index, value in enumerate(likeness) if index != place)
        if best < _NEAR or best - others < _NEARER:
            return None
        # "I do not" is never near to "I do".
        near = max(_spoken(step, place), key=lambda words: _likeness(said, words))
        return place if self._negates(said) == self._negates(near) else None

    def _negates(self, text: str) -> bool:
        return any(self.turned.search(text[:end]) for end in range(1, len(text) + 1))


def plain(text: str) -> str:
    """The text folded, with every run of signs that are no letters as one break."""
    return _plain(text)


@lru_cache(maxsize=4096)
def _plain(text: str) -> str:
    return re.sub(r"[^\w]+", _BREAK, fold(text).text).strip(_BREAK)


def _spoken(step: Step, place: int) -> list[str]:
    choice = step.choices[place]
    return [plain(words) for words in (choice.label, *choice.words)]


def _hits(step: Step, said: str) -> Iterator[tuple[int, int, int]]:
    """Where words of a choice stand: start, end, place of the choice."""
    for place in range(len(step.choices)):
        for words in _spoken(step, place):
            start = said.find(words) if words else -1
            while start >= 0:
                yield start, start + len(words), place
                start = said.find(words, start + 1)


def _inside(hit: tuple[int, int, int], other: tuple[int, int, int]) -> bool:
    """Whether a hit lies within a longer one, of whatever choice."""
    return other[0] <= hit[0] and hit[1] <= other[1] and other[1] - other[0] > hit[1] - hit[0]


def _likeness(one: str, other: str) -> float:
    """How much of two texts is common to both in the same order, from 0 to 1."""
    common = [0] * (len(other) + 1)
    for letter in one:
        before = common[:]
        for at, its in enumerate(other):
            common[at + 1] = before[at] + 1 if letter == its else max(before[at + 1], common[at])
    return 2 * common[-1] / (len(one) + len(other)) if one or other else 0.0


def _folded(words: Iterable[object]) -> frozenset[str]:
    return frozenset(plain(str(word)) for word in words)


def _longest_first(words: Sequence[object]) -> list[str]:
    return sorted((plain(str(word)) for word in words), key=len, reverse=True)
