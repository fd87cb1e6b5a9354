from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlu.model.features import extract
from nlu.model.grams import UNHEARD, GramTable, Run, Vocabulary, hashes_of

SIGNS = st.lists(st.sampled_from(["停", "息", "0", "00", "qian", "|", "𠮷"]), max_size=12)


def table_of(rows: dict[str, int]) -> GramTable:
    grams = Vocabulary.of(rows)
    assert grams.texts() == rows
    return GramTable(grams.hashes, grams.rows)


def text_hashes(texts: list[str]) -> list[int]:
    return hashes_of([], texts).tolist()


@given(signs=SIGNS, between=st.sampled_from(["", " "]), kind=st.sampled_from(["w", "h"]))
@settings(max_examples=200, deadline=None)
def test_the_hash_of_a_gram_is_that_of_its_text(signs: list[str], between: str, kind: str) -> None:
    run = Run(kind, signs, (1, 2, 4), between)
    assert hashes_of([run], ["m1"]).tolist() == text_hashes([*run.texts(), "m1"])


@pytest.mark.parametrize(
    "text", ["", "😭", "。", "好", "停息挂账吗？", "ab CD 123456789 微信abc00001"]
)
def test_every_gram_has_a_hash_a_beginning_and_an_end(text: str) -> None:
    features = extract(text)
    assert features.hashes.tolist() == text_hashes(features.grams)
    assert len(features.grams) == len(features.starts) == len(features.ends)


def test_every_gram_is_found_in_its_row_and_no_other_is_found() -> None:
    texts = ["".join(signs) for signs in product("停息挂账代办协商", repeat=4)]
    known = {text: row for row, text in enumerate(texts[::2])}
    rows = table_of(known).rows_of(hashes_of([], texts))
    assert rows.tolist() == [known.get(text, UNHEARD) for text in texts]


def test_grams_that_want_one_place_are_both_found() -> None:
    # More grams than a small table has places near each other: some must stand further on.
    known = {f"g{number}": number for number in range(5000)}
    table = table_of(known)
    assert table.rows_of(hashes_of([], list(known))).tolist() == list(range(5000))
    strangers = [f"x{number}" for number in range(5000)]
    assert set(table.rows_of(hashes_of([], strangers)).tolist()) == {UNHEARD}


def test_a_message_without_grams_asks_for_nothing() -> None:
    assert table_of({"a": 0}).rows_of(np.array([], dtype=np.uint64)).tolist() == []
    assert table_of({}).rows_of(hashes_of([], ["a"])).tolist() == [UNHEARD]


def test_words_without_end_do_not_fill_the_memory() -> None:
    from nlu.model import grams

    words = [f"w{number}" for number in range(grams._MOST_SIGNS + 10)]
    first = hashes_of([], words).tolist()
    assert len(grams._SIGNS) <= grams._MOST_SIGNS
    assert hashes_of([], words[:3]).tolist() == first[:3]
