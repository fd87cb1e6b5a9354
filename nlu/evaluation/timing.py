"""How long the parts of the understanding take for one message."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Any

from nlu.details import given_of, marks_of
from nlu.entities import extract as extract_entities
from nlu.evaluation.figures import Figure, Figures
from nlu.evaluation.outcomes import Understanding
from nlu.model.features import extract as extract_features
from nlu.model.linear import LinearModel
from nlu.text.folding import fold

# Signs of a message and how many such messages are measured: a usual one, and the longest allowed.
LENGTHS = {48: 500, 2000: 100}
_WARM_UP = 20


@dataclass(frozen=True)
class Component:
    """A step: ``run`` is timed on what ``prepare`` makes of a message beforehand."""

    prepare: Callable[[str], Any]
    run: Callable[[Any], object]


@dataclass(frozen=True)
class Timing:
    """Milliseconds of one component for messages of ``length`` signs."""

    component: str
    length: int
    median: float
    p99: float
    of: int


def components_of(understanding: Understanding, model: LinearModel) -> dict[str, Component]:
    """What is timed, by name: the steps one by one and ``whole``, all of them with the decision."""
    return {
        "folding": Component(_forgotten, fold),
        "entities": Component(fold, extract_entities),
        "details": Component(
            lambda text: fold(text).text, lambda folded: (given_of(folded), marks_of(folded))
        ),
        "features": Component(_folded_before, extract_features),
        "model": Component(extract_features, model.score),
        "whole": Component(_forgotten, understanding.analyse),
    }


def _forgotten(text: str) -> str:
    """The text as a new message: the fold of an earlier run is not at hand."""
    fold.cache_clear()
    return text


def _folded_before(text: str) -> str:
    fold(text)
    return text


def measure(
    components: Mapping[str, Component],
    texts: Sequence[str],
    lengths: Mapping[int, int] = LENGTHS,
    clock: Callable[[], float] = time.perf_counter,
) -> tuple[Timing, ...]:
    """Times every component on messages of each length, made of the texts; one run a message."""
    timings = []
    for length, count in lengths.items():
        messages = messages_of(texts, length, count)
        for name, component in components.items():
            for message in messages[:_WARM_UP]:
                component.run(component.prepare(message))
            spent = sorted(_milliseconds(component, message, clock) for message in messages)
            last = math.ceil(0.99 * len(spent)) - 1
            timings.append(Timing(name, length, statistics.median(spent), spent[last], count))
    return tuple(timings)


def messages_of(texts: Sequence[str], length: int, count: int) -> list[str]:
    """``count`` messages of exactly ``length`` signs, cut from the texts one behind another.

    Raises:
        ValueError: when there is no text to cut from.
    """
    if not any(texts):
        raise ValueError("timing needs at least one text")
    pieces: list[str] = []
    missing = length * count
    for text in cycle(texts):
        pieces.append(text)
        missing -= len(text)
        if missing <= 0:
            break
    signs = "".join(pieces)
    return [signs[place * length : (place + 1) * length] for place in range(count)]


def _milliseconds(component: Component, message: str, clock: Callable[[], float]) -> float:
    prepared = component.prepare(message)
    begin = clock()
    component.run(prepared)
    return (clock() - begin) * 1000


def timing_figures(timings: Sequence[Timing]) -> Figures:
    """``time.48.whole.median`` and so on, in milliseconds."""
    figures: Figures = {}
    for timing in timings:
        name = f"time.{timing.length}.{timing.component}"
        figures[f"{name}.median"] = Figure(timing.median, timing.of, share=False)
        figures[f"{name}.p99"] = Figure(timing.p99, timing.of, share=False)
    return figures
