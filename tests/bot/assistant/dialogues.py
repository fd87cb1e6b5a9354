"""Dialogues of one to eight turns, 300 in full and the same at every run: what Rasa's own way and ours are compared by."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, cycle, islice
from typing import Any

import yaml

from actions.language import in_traditional
from bot.settings import ROOT
from nlu.analysis import THREAT_CODES

COUNT = 300 if os.environ.get("JINGZHONG_SOAK") == "1" else 150
RECEIPT = "{receipt}"  # stands for the receipt that the conversation was given

_SEED = 4
_HELD_OUT = ROOT / "tests" / "nlu" / "heldout"
_PLAYED = ROOT / "tests" / "dialogues"
_LENGTHS = (1, 1, 2, 2, 3, 3, 4, 5, 6, 8)
# What erases a conversation is none of Rasa's business: its own tracker store would keep it.
_ERASES = frozenset({"wants_the_records_deleted"})
_ERASING_TOPIC = "erase_data"
_ERASING_WORD = "删除"


@dataclass(frozen=True)
class Said:
    """What is sent in one turn."""

    text: str
    attachments: tuple[str, ...] = ()
    language: str | None = None


@dataclass(frozen=True)
class Dialogue:
    """A conversation of its own; ``name`` tells what it is about."""

    name: str
    turns: tuple[Said, ...]


Row = dict[str, Any]

_OFFER = "有家公司说收两千定金就能帮我停息挂账，还说逾期记录一起洗掉，靠谱吗。"
ODD = (
    Said(""),
    Said(" \n\t "),
    Said("😀"),
    Said("🙏🙏 有人让我先交保证金才放款 😭😭"),
    Said("", ("photo",)),
    Said("这是聊天截图", ("photo", "file")),
    Said("/restart"),
    Said("/back"),
    Said('/anti_collection{"amount": "5"}'),
    Said("  /session_start"),
    Said("／restart"),
    Said(_OFFER * 40),
    Said(_OFFER * 200),  # longer than what is read
    Said("字" * 6000),
    Said("？"),
    Said("1"),
    Said("13800001111"),
    Said("{text} {0} %s ${HOME} <b>您好</b>"),
    Said("第一段\n\n第二段，说要先交保证金\n\n第三段"),
    Said("\u200b\u200b客\u200b服\u200b让我共享屏幕\u202e"),
    Said("JZ-AAAA-BBBB 处理到哪一步了"),
    Said("这个号是谁的", language="zh-TW"),
)


@lru_cache(maxsize=1)
def dialogues() -> tuple[Dialogue, ...]:
    """All of them: those of ``tests/dialogues`` as each person tells them, then mixtures of held-out rows."""
    return tuple(islice(chain(_told(), _mixtures()), COUNT))


def _told() -> Iterator[Dialogue]:
    for path in sorted(_PLAYED.glob("*.yml")):
        for dialogue in yaml.safe_load(path.read_text(encoding="utf-8")):
            if dialogue["id"] in _ERASES:
                continue
            for told in zip(*(turn["say"] for turn in dialogue["turns"])):
                yield Dialogue(dialogue["id"], tuple(Said(text) for text in told[:8]))


def _mixtures() -> Iterator[Dialogue]:
    lot = random.Random(_SEED)
    threats, urgent, ordinary = _rows("threats"), _rows("urgent"), _rows("ordinary")
    followups, tone = _rows("followups"), _rows("tone")
    openings: dict[str, list[Row]] = {
        **{code: [row for row in threats if row["labels"][0] == code] for code in THREAT_CODES},
        "several": [row for row in threats if len(row["labels"]) > 1],
        "crisis": [row for row in urgent if row.get("urgent") == "crisis"],
        "emergency": [row for row in urgent if row.get("urgent") == "emergency"],
        "ordinary": ordinary,
        "upset": tone,
        "english": [row for row in (*threats, *urgent, *ordinary, *tone) if _is_english(row)],
        "traditional": [*threats, *urgent, *ordinary],
        "followup": followups,
        "odd": [],
    }
    for name in cycle(openings):
        length = lot.choice(_LENGTHS)
        turns: list[Said] = []
        while len(turns) < length:
            kind = name if not turns else _next_kind(name, lot)
            if kind == "odd":
                turns.append(lot.choice(ODD))
                continue
            row = lot.choice(openings[kind])
            if kind == "followup" and not turns:
                turns.append(Said(row["before"]))
            turns.append(Said(row["text"]))
        if name == "traditional":
            turns = [Said(in_traditional(said.text), said.attachments) for said in turns]
        yield Dialogue(name, tuple(turns[:length]))


def _next_kind(opening: str, lot: random.Random) -> str:
    return lot.choice(
        (opening, opening, *("followup",) * 5, "ordinary", "upset", "odd", "emergency", "crisis")
    )


def _rows(name: str) -> list[Row]:
    lines = (_HELD_OUT / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines if _ERASING_WORD not in line]
    return [row for row in rows if row.get("topic") != _ERASING_TOPIC]


def _is_english(row: Row) -> bool:
    return row["text"].isascii()
