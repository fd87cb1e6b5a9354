from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from actions.signal_ids import event_id

# Any code point, lone surrogates included: a client may send them.
texts = st.text(st.characters(blacklist_categories=()), max_size=20)
parts = st.tuples(texts, texts, texts)


def test_the_id_of_a_signal_never_changes_between_versions() -> None:
    # A changed id would write every message that is delivered again a second time.
    assert event_id("rest:u1", "m1", "debt_optimization") == "72cbeb9814592f404bf179d60dc1aad4"


@given(parts)
def test_an_id_is_32_hexadecimal_digits_and_the_same_each_time(key: tuple[str, str, str]) -> None:
    assert re.fullmatch("[0-9a-f]{32}", event_id(*key))
    assert event_id(*key) == event_id(*key)


@given(parts, parts)
def test_two_signals_share_an_id_only_if_all_three_parts_are_equal(
    one: tuple[str, str, str], other: tuple[str, str, str]
) -> None:
    assert (event_id(*one) == event_id(*other)) == (one == other)


@given(texts, texts, texts)
def test_the_borders_between_the_parts_count(a: str, b: str, c: str) -> None:
    assert event_id(a + "x", b, c) != event_id(a, "x" + b, c)
    assert event_id(a, b + "x", c) != event_id(a, b, "x" + c)
