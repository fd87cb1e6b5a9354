from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlu import lexicon
from nlu.text.concepts import mentions
from nlu.text.folding import fold

CONCEPTS: dict[str, list[Any]] = lexicon.load("concepts")["concepts"]
WORDS = sorted({str(word) for words in CONCEPTS.values() for word in words})


def concepts_in(text: str) -> list[str]:
    """The concepts of a text in their order."""
    return [mention.concept for mention in mentions(fold(text).text)]


def test_different_words_for_one_thing_are_one_concept() -> None:
    assert concepts_in("你们") == concepts_in("贵司") == concepts_in("贵公司") == ["us"]


def test_concepts_come_in_the_order_of_the_text() -> None:
    both = concepts_in("贵司，你们")
    found = mentions("贵司，你们")
    assert both == ["us", "us"]
    assert [mention.start for mention in found] == [0, 3]


@pytest.mark.parametrize("word", ["你们公司", "你们客服"])
def test_the_longest_word_wins(word: str) -> None:
    [found] = mentions(word)
    assert (found.start, found.end) == (0, len(word) - 1)


@settings(deadline=None)
@given(st.text(max_size=60) | st.lists(st.sampled_from(WORDS), max_size=5).map("".join))
def test_a_mention_stands_in_the_text_and_in_its_list(text: str) -> None:
    folded = fold(text).text
    found = mentions(folded)
    for mention in found:
        assert 0 <= mention.start <= mention.end < len(folded)
        assert folded[mention.start : mention.end + 1] in map(str, CONCEPTS[mention.concept])
    for one, other in pairwise(found):
        same = (one.start, one.end) == (other.start, other.end)
        assert same or one.end < other.start, "mentions overlap"


def test_every_word_of_the_lists_is_found_as_it_is_folded() -> None:
    unseen = [
        (concept, word)
        for concept, words in CONCEPTS.items()
        for word in map(str, words)
        if concept not in concepts_in(word)
    ]
    assert unseen == []


def test_no_concept_lists_a_word_twice() -> None:
    assert [name for name, words in CONCEPTS.items() if len(set(words)) < len(words)] == []
