"""N-gram features of a message, with the stretch of the folded text that each one covers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from nlu.details import given_of, marks_of
from nlu.model.grams import Hashes, Run, hashes_of
from nlu.text.concepts import mentions
from nlu.text.disguises import undisguise
from nlu.text.folding import Folded, fold
from nlu.text.views import heard, written
from nlu.tone import tone_signs

WRITTEN_ORDERS = (1, 2, 3, 4)
HEARD_ORDERS = (2, 3)
PHRASE = 3  # syllables; fewer are known from anywhere
CLOSING_ORDERS = (2, 3)
CONCEPT_REACH = 3
# Grams of the last clause, where people say what they want of us.
CLOSING = "z"


@dataclass(frozen=True)
class Features:
    """The n-grams of one message; ``starts[i]``/``ends[i]`` bound gram ``i`` in the folded text.

    ``folded`` is the text without disguise, which is what the grams are taken from.

    ``runs`` and ``named`` make up the grams, in this order. A gram may come twice; a model counts each once.
    Marks and what was handed over are grams too, which cover nothing: they speak for the whole message.
    ``phrases`` are the places of the grams of three syllables.
    """

    folded: Folded
    runs: tuple[Run, ...]
    named: list[str]
    starts: list[int]
    ends: list[int]
    marks: frozenset[str]
    given: tuple[str, ...]
    phrases: range

    @cached_property
    def grams(self) -> list[str]:
        """The grams as texts, as training learns them."""
        return [*(text for run in self.runs for text in run.texts()), *self.named]

    @cached_property
    def hashes(self) -> Hashes:
        """The grams as numbers, in the same order."""
        return hashes_of(self.runs, self.named)


def extract(text: str) -> Features:
    """Features of a text as the user wrote it."""
    folded = undisguise(fold(text))
    signs, places = written(folded.text)
    sounds, positions = heard(signs, places)
    starts: list[int] = []
    ends: list[int] = []
    first = places[0] if places else 0
    last = places[-1] if places else 0
    _cover([first, *places, last], WRITTEN_ORDERS, starts, ends)
    before = len(starts) + sum(max(0, len(positions) - order + 1) for order in range(2, PHRASE))
    _cover(positions, HEARD_ORDERS, starts, ends)
    runs = [Run("w", ["^", *signs, "$"], WRITTEN_ORDERS), Run("h", sounds, HEARD_ORDERS, " ")]
    phrases = range(before, before + max(0, len(positions) - PHRASE + 1))
    runs += _closing(signs, places, starts, ends)
    named: list[str] = []
    _add_concepts(folded.text, named, starts, ends)
    marks, given = marks_of(folded.text), given_of(folded.text)
    tone = tone_signs(folded.text, text)
    for gram in (
        *(f"m{mark}" for mark in sorted(marks)),
        *(f"g{thing}" for thing in given),
        *(f"t{sign}" for sign in sorted(tone)),
    ):
        named.append(gram)
        starts.append(0)
        ends.append(-1)
    return Features(folded, tuple(runs), named, starts, ends, marks, given, phrases)


def _cover(places: list[int], orders: tuple[int, ...], starts: list[int], ends: list[int]) -> None:
    """Adds where the grams of signs at these places begin and end."""
    for order in orders:
        starts += places[: max(0, len(places) - order + 1)]
        ends += places[order - 1 :]


def _closing(signs: list[str], places: list[int], starts: list[int], ends: list[int]) -> list[Run]:
    """The signs of the last clause that is more than punctuation."""
    last = len(signs)
    while last and signs[last - 1] in "|？":
        last -= 1
    first = last
    while first and signs[first - 1] not in "|？":
        first -= 1
    if first == last:
        return []
    bounds = [places[first], *places[first:last], places[last - 1]]
    _cover(bounds, CLOSING_ORDERS, starts, ends)
    return [Run(CLOSING, ["^", *signs[first:last], "$"], CLOSING_ORDERS)]


def _add_concepts(text: str, named: list[str], starts: list[int], ends: list[int]) -> None:
    """Concepts and ordered pairs of neighbouring concepts: who does what, in any wording."""
    found = mentions(text)
    for index, mention in enumerate(found):
        named.append("c" + mention.concept)
        starts.append(mention.start)
        ends.append(mention.end)
        for other in found[index + 1 : index + 1 + CONCEPT_REACH]:
            if other.concept != mention.concept:
                named.append(f"c{mention.concept}>{other.concept}")
                starts.append(mention.start)
                ends.append(mention.end)
