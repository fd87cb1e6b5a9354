"""What counts as a new word, in sentences that people could have written."""

from __future__ import annotations

import json

import yaml

from bot.radar.counting import Report
from bot.radar.known_words import is_known
from bot.radar.simulation import _WORDS
from bot.radar.words import Said, find_words, runs_of
from bot.settings import ROOT

SENTENCES = (
    "说能做{}，先交三百", "有个{}的让我报名", "{}是真的吗", "问我要不要{}！", "朋友圈都在发{}", "交钱就给办{}",
    "群里喊着{}名额有限", "我妈也收到{}的短信", "先报{}再交材料", "签了个{}协议",
)  # fmt: skip


def said(texts: list[str], *, week: int = 0, user: str = "u") -> list[Said]:
    return [
        Said(week, Report(0, f"{user}{n}", week * 1000 + n), runs_of([text]))
        for n, text in enumerate(texts)
    ]


def words(signals: list[Said], fewest: int = 5) -> list[str]:
    return [word.text for word in find_words(signals, 13, fewest, is_known).words]


def sentences(word: str) -> list[str]:
    return [sentence.format(word) for sentence in SENTENCES]


def test_a_coined_word_is_found_with_its_borders() -> None:
    assert words(said(sentences("息费重生"))) == ["息费重生"]


def test_it_is_found_in_disguise_of_width_case_and_traditional_signs() -> None:
    assert words(said(sentences("息費重生") + sentences("息费重生"))) == ["息费重生"]


def test_who_says_it_a_hundred_times_is_one() -> None:
    signals = said(sentences("息费重生"))
    alone = [Said(0, Report(0, "one", n), one.runs) for n, one in enumerate(signals * 10)]
    assert words(alone) == []


def test_what_stands_in_an_example_or_a_word_list_is_no_news() -> None:
    assert is_known("停息挂账")
    assert words(said(sentences("停息挂账"))) == []


def test_what_is_always_said_with_the_same_neighbours_is_part_of_a_longer_word() -> None:
    assert words(said(sentences("阳光清零计划"))) == ["阳光清零计划"]


def test_a_string_that_falls_apart_into_common_ones_is_no_word() -> None:
    common = ["他们", "老师", "公司", "那人", "客服"]
    usual = [f"{who}{what}" for who in common for what in ("打来了", "联系我", "收了钱", "很会说")]
    assert "他们打来" not in words(said(usual * 3 + ["他们打来" + sentence for sentence in common]))


def test_speakers_are_told_by_week() -> None:
    signals = said(sentences("息费重生")) + said(sentences("息费重生")[:3], week=2, user="v")
    (word,) = find_words(signals, 13, 5, is_known).words
    assert [len(users) for users in word.speakers] == [10, 0, 3] + [0] * 10
    assert {report.user for report in word.reports} == {f"u{n}" for n in range(10)}


def test_numbers_and_signs_are_in_no_word() -> None:
    assert runs_of(["加V：abc00001，转3000元…停 息"]) == ("加v", "abc", "转", "元", "停", "息")


def test_silence_holds_no_word() -> None:
    assert find_words([], 13, 5, is_known).words == ()


def test_the_words_of_the_simulation_are_new_to_the_understanding_and_to_the_test_set() -> None:
    coined = yaml.safe_load(_WORDS.read_text(encoding="utf-8"))["words"]
    every = [*coined["measured"], *coined["tuning"]]
    assert len(set(every)) == len(every) == 72
    rows = (ROOT / "tests/nlu/heldout/threats.jsonl").read_text(encoding="utf-8").splitlines()
    texts = "\n".join(json.loads(row)["text"] for row in rows)
    assert [word for word in every if is_known(word) or word in texts] == []
