from __future__ import annotations

import re
from pathlib import Path

import pytest

from nlu import lexicon
from nlu.text.folding import fold


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(lexicon, "FOLDER", tmp_path)
    lexicon.load.cache_clear()
    yield tmp_path
    lexicon.load.cache_clear()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"words: [a, b", "line"),
        (b"- a\n- b\n", "mapping"),
        (b"words: \xff\xfe", "UTF-8"),
        (b"", "mapping"),
    ],
)
def test_a_broken_list_is_reported_in_one_line_that_names_file_and_mend(
    folder: Path, content: bytes, told: str
) -> None:
    (folder / "words.yml").write_bytes(content)
    with pytest.raises(lexicon.LexiconError) as error:
        lexicon.load("words")
    message = str(error.value)
    assert "words.yml" in message
    assert told in message
    assert "\n" not in message


def test_a_missing_list_is_reported_with_its_path(folder: Path) -> None:
    with pytest.raises(lexicon.LexiconError, match=re.escape(str(folder / "none.yml"))):
        lexicon.load("none")


def test_a_list_is_read_once(folder: Path) -> None:
    (folder / "words.yml").write_text("words: [甲]", encoding="utf-8")
    first = lexicon.load("words")
    (folder / "words.yml").write_text("words: [乙]", encoding="utf-8")
    assert lexicon.load("words") is first


def test_longer_words_win_and_latin_words_match_whole() -> None:
    pattern = re.compile(lexicon.alternatives(["微信", "微信群", "tg"]))
    assert pattern.findall("微信群 tg tgx btg 微信") == ["微信群", "tg", "微信"]


def _words(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [word for item in value.values() for word in _words(item)]
    return [word for item in value for word in _words(item)] if isinstance(value, list) else []


@pytest.mark.parametrize("name", ["contacts", "agencies", "platforms"])
def test_every_entry_is_folded_text_and_stands_once_in_its_list(name: str) -> None:
    for key, value in lexicon.load(name).items():
        words = _words(value)
        assert [word for word in words if fold(word).text != word] == [], key
        if isinstance(value, list):
            assert len(set(words)) == len(words), key
