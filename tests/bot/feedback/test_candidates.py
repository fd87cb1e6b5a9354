"""Candidate training examples: from what people judged, with nobody's contact in them, and none twice."""

from __future__ import annotations

import pytest
import yaml

from actions.content import CONTENT, load_content
from actions.outgoing import Registry
from actions.plan import Contact
from bot.feedback.candidate import KnownTexts
from bot.feedback.candidate_file import read_candidates, write_candidates
from bot.feedback.candidates import Export, candidates
from bot.feedback.errors import CandidateFileError
from bot.feedback.faceless import faceless
from bot.feedback.rules import load_rules
from bot.feedback.verdict import Ruling
from tests.bot.feedback.conftest import ANNA, BERT, RIGHT, WRONG, Room

WORDS = load_rules(CONTENT).words
REGISTRY = Registry.from_content(load_content(CONTENT))


def export(room: Room, *known: str, **options: tuple[str, ...]) -> Export:
    return candidates(room.reader, KnownTexts(known), WORDS, REGISTRY, **options)


async def test_each_verdict_gives_the_labels_that_are_right_now(room: Room) -> None:
    right = await room.signal(evidence=("交了保证金才放款",), stage="paid")
    other = await room.signal(evidence=("有人教我注销账户",), urgency="emergency")
    wrong = await room.signal(evidence=("我想问问延期还款",))
    await room.signal(evidence=("没有人看过的一句话",))
    await room.feedback.judge(right, RIGHT, ANNA)
    await room.feedback.judge(other, Ruling("wrong_code", "fake_hotline"), ANNA)
    await room.feedback.judge(wrong, WRONG, ANNA)
    told = [(item.text, item.intent, item.labels) for item in export(room).candidates]
    assert told == [
        ("交了保证金才放款", "loan_scam", {"stage": "paid"}),
        ("有人教我注销账户", "fake_hotline", {"stage": "asking", "urgent": "emergency"}),
        ("我想问问延期还款", WORDS.choose, {}),
    ]


@pytest.mark.parametrize(
    ("said", "clean"),
    [
        ("他让我加微信 abc12345 交三千", "他让我加微信 abc_demo 交三千"),
        ("138 1234 5678打来的", "13800001234打来的"),
        ("一三八一二三四五六七八打来的", "13800001234打来的"),
        ("网址www.taofeng123.cn下载", "网址www.demo.example下载"),
        ("我的验证码是482913", "我的验证码是＊＊＊＊＊＊"),
        ("要收3000元工本费", "要收3000元工本费"),
        ("打110报警了", "打110报警了"),
    ],
)
def test_contacts_become_stand_ins_and_nothing_else_does(said: str, clean: str) -> None:
    assert faceless(said, (), WORDS.stand_ins, REGISTRY) == clean


async def test_the_agency_of_the_signal_is_not_named(room: Room) -> None:
    signal = await room.signal(evidence=("恒信优选说能减免本金",), agency="恒信优选")
    await room.feedback.judge(signal, RIGHT, ANNA)
    assert export(room).candidates[0].text == "某某公司说能减免本金"


async def test_no_contact_of_a_signal_is_left_in_the_file(room: Room) -> None:
    planted = ("13912345678", "wxid_zhao88", "4000012345", "bank6222020202020202020")
    for number, value in enumerate(planted):
        signal = await room.signal(
            evidence=(f"对方{number}号说加{value}再交钱",),
            contacts=(Contact("other", value, value),),
        )
        await room.feedback.judge(signal, RIGHT, ANNA)
    found = export(room)
    text = write_candidates(found.candidates, WORDS)
    assert [value for value in planted if value in text] == []
    assert len(found.candidates) + found.unsafe + found.known == len(planted)


async def test_what_is_known_in_any_writing_is_left_out(room: Room) -> None:
    for evidence in ("交了保證金才放款", "交了保证金才放款！！", "刚才没听过的另外一句", "好"):
        await room.feedback.judge(await room.signal(evidence=(evidence,)), RIGHT, ANNA)
    found = export(room, "交了保证金才放款")
    assert [item.text for item in found.candidates] == ["刚才没听过的另外一句"]
    assert (found.known, found.short) == (2, 1)


async def test_what_people_do_not_agree_on_is_no_example(room: Room) -> None:
    signal = await room.signal()
    await room.feedback.judge(signal, RIGHT, ANNA)
    await room.feedback.judge(signal, WRONG, BERT)
    assert export(room).candidates == ()
    await room.feedback.judge(signal, WRONG, ANNA)
    assert len(export(room).candidates) == 1


async def test_only_the_wanted_verdicts_are_taken(room: Room) -> None:
    await room.feedback.judge(await room.signal(), RIGHT, ANNA)
    assert export(room, verdicts=("false_alarm",)).candidates == ()


async def test_the_file_is_training_data_that_reads_back(room: Room) -> None:
    evidence = ("说：“#免费”- 其实要交钱[图片](x)",)
    signal = await room.signal(evidence=evidence, stage="approached")
    await room.feedback.judge(signal, RIGHT, ANNA)
    text = write_candidates(export(room).candidates, WORDS)
    (block,) = yaml.safe_load(text)["nlu"]
    assert block["metadata"] == {"stage": "approached"}
    (row,) = read_candidates(text, "file", WORDS)
    assert row.candidate.text == "说：“#免费”- 其实要交钱［图片］(x)"
    assert row.review == WORDS.pending
    assert f"{WORDS.signal}={signal[:12]}" in text


def test_an_empty_file_reads_back() -> None:
    assert read_candidates(write_candidates([], WORDS), "file", WORDS) == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("nlu: [", "line 1: no valid YAML"),
        ("- a\n", "should hold `nlu`"),
        ("nlu:\n- intent: greet\n  examples: |\n    - 你好\n", "line 2: no review"),
        ("nlu:\n- intent: greet\n  # 通过\n", "line 2: should hold an intent and one"),
        ("nlu:\n- intent: greet\n  examples: |\n    - 你好\n    - 在吗\n  # 通过\n", "one example"),
        (
            "nlu:\n- intent: greet\n  metadata: {tone: calm}\n  examples: |\n    - 你好\n  # 通过\n",
            "stage and urgent alone",
        ),
    ],
)
def test_a_broken_file_is_told_with_its_line(text: str, told: str) -> None:
    with pytest.raises(CandidateFileError, match=told):
        read_candidates(text, "file", WORDS)
