"""N-gram features of a message, with the stretch of the folded text that each one covers."""

from __future__ import annotations

from dataclasses import dataclass

from nlu.text.concepts import mentions
from nlu.text.folding import Folded, fold
from nlu.text.views import heard, written

WRITTEN_ORDERS = (1, 2, 3, 4)
HEARD_ORDERS = (2, 3, 4)
CONCEPT_REACH = 3


@dataclass(frozen=True)
class Features:
    """The n-grams of one message; ``starts[i]``/``ends[i]`` bound gram ``i`` in the folded text.

    ``grams`` may repeat a gram; a model counts each once.
    """

    folded: Folded
    grams: list[str]
    starts: list[int]
    ends: list[int]


def extract(text: str) -> Features:
    """Features of a text as the user wrote it."""
    folded = fold(text)
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
        for index in range(len(bounded) - order + 1):
            grams.append("w" + "".join(bounded[index : index + order]))
            starts.append(bounds[index])
            ends.append(bounds[index + order - 1])
    for order in HEARD_ORDERS:
        for index in range(len(sounds) - order + 1):
            grams.append("h" + " ".join(sounds[index : index + order]))
            starts.append(positions[index])
            ends.append(positions[index + order - 1])
    _add_concepts(folded.text, grams, starts, ends)
    return Features(folded, grams, starts, ends)


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
