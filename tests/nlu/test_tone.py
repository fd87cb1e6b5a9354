from __future__ import annotations

import pytest

from nlu.lexicon import load
from nlu.text.folding import fold
from nlu.tone import tone_signs


def signs(text: str) -> frozenset[str]:
    """The signs of tone in a message."""
    return tone_signs(fold(text).text, text)


@pytest.mark.parametrize("tone", ["angry", "desperate"])
@pytest.mark.parametrize("part", ["strong", "weak"])
def test_every_listed_word_is_found_as_people_write_it(tone: str, part: str) -> None:
    name = f"{tone}+" if part == "strong" else tone
    missed = [word for word in load("tone")[tone][part] if name not in signs(f"那个{word}")]
    assert missed == []


@pytest.mark.parametrize(
    "text", ["还钱！！", "为什么？？？", "凭什么？！", "GIVE ME my MONEY back"]
)
def test_shouting_is_heard(text: str) -> None:
    assert "shouting" in signs(text)


@pytest.mark.parametrize("text", ["账单什么时候出？", "谢谢！", "APP打不开", "好的。"])
def test_a_sober_message_carries_no_sign(text: str) -> None:
    assert signs(text) == frozenset()
