"""N-gram features of a message, with the stretch of the folded text that each one covers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nlu.details import given_of, marks_of
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

    ``grams`` may repeat a gram; a model counts each once. Marks and what was handed over are grams too,
    which cover nothing: they speak for the whole message. ``phrases`` are the places of the grams of three
    syllables.
    """

    folded: Folded
    grams: list[str]
    starts: list[int]
    ends: list[int]
    marks: frozenset[str]
    given: tuple[str, ...]
    phrases: range


def extract(text: str) -> Features:
    """Features of a text as the user wrote it."""
    folded = undisguise(fold(text))
    signs, places = written(folded.text)
    sounds, positions = heard(signs, places)
    grams: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    bounded = ["^", *signs, "$"]
    first = places[0] if places else 0
    last = places[-1] if places else 0
    bounds = [first, *places, last]
    for order in WRITTEN_ORDERS:
        grams += ["w" + "".join(gram) for gram in _runs(bounded, order)]
        starts += bounds[: len(bounds) - order + 1]
        ends += bounds[order - 1 :]
    phrases = range(0)
    for order in HEARD_ORDERS:
        before = len(grams)
        grams += ["h" + " ".join(gram) for gram in _runs(sounds, order)]
        starts += positions[: max(0, len(positions) - order + 1)]
        ends += positions[order - 1 :]
        if order == PHRASE:
            phrases = range(before, len(grams))
    _add_closing(signs, places, grams, starts, ends)
    _add_concepts(folded.text, grams, starts, ends)
    marks, given = marks_of(folded.text), given_of(folded.text)
    tone = tone_signs(folded.text, text)
    for gram in (
        *(f"m{mark}" for mark in sorted(marks)),
        *(f"g{thing}" for thing in given),
        *(f"t{sign}" for sign in sorted(tone)),
    ):
        grams.append(gram)
        starts.append(0)
        ends.append(-1)
    return Features(folded, grams, starts, ends, marks, given, phrases)


def _add_closing(
    signs: list[str], places: list[int], grams: list[str], starts: list[int], ends: list[int]
) -> None:
    """Grams of the last clause that is more than punctuation."""
    last = len(signs)
    while last and signs[last - 1] in "|？":
        last -= 1
    first = last
    while first and signs[first - 1] not in "|？":
        first -= 1
    if first == last:
        return
    closing = ["^", *signs[first:last], "$"]
    bounds = [places[first], *places[first:last], places[last - 1]]
    for order in CLOSING_ORDERS:
        grams += [CLOSING + "".join(gram) for gram in _runs(closing, order)]
        starts += bounds[: len(bounds) - order + 1]
        ends += bounds[order - 1 :]


def _runs(signs: list[str], order: int) -> Iterator[tuple[str, ...]]:
    """Every ``order`` signs that follow each other."""
    return zip(*(signs[first:] for first in range(order)))


def _add_concepts(text: str, grams: list[str], starts: list[int], ends: list[int]) -> None:
    """Concepts and ordered pairs of neighbouring concepts: who does what, in any wording."""
    found = mentions(text)
    for index, mention in enumerate(found):
        grams.append("c" + mention.concept)
        starts.append(mention.start)
        ends.append(mention.end)
        for other in found[index + 1 : index + 1 + CONCEPT_REACH]:
            if other.concept != mention.concept:
                grams.append(f"c{mention.concept}>{other.concept}")
                starts.append(mention.start)
                ends.append(mention.end)
