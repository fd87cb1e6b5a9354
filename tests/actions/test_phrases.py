from __future__ import annotations

import pytest

from actions.phrases import NEEDED, Phrases

ENTRIES = {name: [f"句子{place}"] for place, name in enumerate(NEEDED)}


def test_a_sentence_is_known_in_any_script_and_with_any_signs_around_it() -> None:
    phrases = Phrases.of({**ENTRIES, "disputed": ["这不是诈骗"]})
    assert phrases.meaning("【這不是詐騙】！！") == "disputed"


@pytest.mark.parametrize("text", ["", "这不是诈骗吗", "我朋友说这不是诈骗", "这不是诈骗" * 20])
def test_more_or_less_than_the_sentence_is_none(text: str) -> None:
    assert Phrases.of({**ENTRIES, "disputed": ["这不是诈骗"]}).meaning(text) is None


def test_two_meanings_cannot_share_a_sentence() -> None:
    with pytest.raises(ValueError, match="two names"):
        Phrases.of({**ENTRIES, "erase": ["确认"], "erase_confirmed": ["确认！"]})


def test_every_meaning_has_a_sentence() -> None:
    with pytest.raises(ValueError, match="erase lacks"):
        Phrases.of({**ENTRIES, "erase": []})
    with pytest.raises(KeyError):
        Phrases.of({})
