from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from nlu.text.readings import reading, syllables

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("character", "sound"),
    [("征", "zheng"), ("信", "xin"), ("重", "zhong"), ("绿", "lv"), ("债", "zhai"), ("a", "a")],
)
def test_a_character_has_its_commonest_reading_without_a_tone(character: str, sound: str) -> None:
    assert reading(character) == sound


def test_syllables_are_those_of_characters_without_tones() -> None:
    assert {"zheng", "xin", "lv", "a", "zhuang"} <= syllables()
    assert not {"ü", "zhēng", "", "xinzheng"} & syllables()
    assert 380 < len(syllables()) < 480


def test_what_only_phrases_need_is_not_loaded() -> None:
    code = "import nlu.text.views, nlu.model.augmentation, sys; print(*sys.modules)"
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = ended.stdout.split()
    assert "pypinyin.pinyin_dict" in loaded
    assert "pypinyin.phrases_dict" not in loaded
