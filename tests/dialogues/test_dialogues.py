"""Conversations of several turns, each told by two people and played through the real assistant.

A dialogue in the YAML files beside this one has an ``id``, a ``language`` where it is not Chinese, and
``turns``. Of a turn,

* ``say`` lists its wordings, one for each person; ``{hotline}`` and ``{receipt}`` stand for the official
  number and for the receipt that the conversation was given,
* ``expect`` lists patterns each of which is found in the reply, all bubbles joined by line breaks,
* ``lacks`` lists patterns none of which is,
* ``signal`` lists threat codes that the conversation has reported by the end of the turn,
* ``no_signal`` tells that the turn itself reports nothing,
* ``ordinary`` tells that it is everyday talk: the reply warns of nothing and is not in doubt about it.

Patterns are written in Simplified characters; a Traditional reply is read in both. They ask for what is
said, not for a wording, and the privacy notice at the end of a reply neither meets nor breaks any of them.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import opencc
import pytest
import yaml

from actions.content import load_content
from actions.language import in_traditional
from actions.outgoing import Registry, find_unregistered
from actions.wording import fill, load_responses
from nlu.analysis import THREAT_CODES
from nlu.text.folding import fold

if TYPE_CHECKING:
    from conftest import Answer

HERE = Path(__file__).parent
EXAMPLES = HERE.parents[1] / "nlu" / "examples"
CONTENT = load_content()

FIRST_TURN_LIMIT = 330  # with the privacy notice
TURN_LIMIT = 260
# A Latin letter takes half the room of a Chinese character on a screen.
ROOM = {"zh": 1.0, "en": 0.5}

_RECEIPT = re.compile(r"JZ-[A-Z]{4}-[A-Z]{4}")
_UNFILLED = re.compile(r"\{\w*\}|utter_|action_")
_BLAME_OR_PROMISE = re.compile(
    r"绝对安全|[您你]怎么会|[您你]不该|贪小?便宜|早就提醒|活该|怎么这么傻"
    r"|(?:一定|肯定)(?:能|可以|会)(?:追|拿|要|退)回|(?<!不能)(?<!没法)(?<!提前)保证(?:能)?(?:追|拿|要|退)回"
)
_ASKS_FOR_A_SECRET = re.compile(
    r"(?:验证码|密码)[^。？！\n]{0,8}(?:发给我|告诉我|发到这里|发过来|发我)"
)
_WARNING = re.compile(r"骗|圈套|危险信号|违法|非法|挂断|先停|(?:别|不要)付")
# Share of turns, worded by people whom no example knows, that must come out as expected.
FITTING_FLOOR = 0.85
_DOUBTS = ("utter_clarify", "utter_general_caution")
_NOTICES = ("utter_privacy_notice", "utter_en_privacy_notice")
_SPOKEN_DIGITS = str.maketrans("零〇一壹二贰三叁四肆五伍六陆七柒八捌九玖", "00112233445566778899")
_LONG_NUMBER = re.compile(r"\d(?:[ .·()-]{0,2}\d){4,}")


@dataclass(frozen=True)
class DialogueTurn:
    """One turn: what each person writes and what holds for the reply."""

    say: tuple[str, ...]
    expect: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    signal: tuple[str, ...] = ()
    no_signal: bool = False
    ordinary: bool = False


@dataclass(frozen=True)
class Dialogue:
    """A conversation; every turn has as many wordings as there are people."""

    id: str
    turns: tuple[DialogueTurn, ...]
    language: str = "zh"

    def __post_init__(self) -> None:
        if len({len(turn.say) for turn in self.turns}) != 1:
            raise ValueError(f"dialogue {self.id}: every turn needs the same number of wordings")
        unknown = {code for turn in self.turns for code in turn.signal} - set(THREAT_CODES)
        if unknown:
            raise ValueError(f"dialogue {self.id}: unknown threat codes {sorted(unknown)}")

    @property
    def people(self) -> range:
        """Indices of the people who tell it."""
        return range(len(self.turns[0].say))


def _load(name: str) -> list[Dialogue]:
    loaded = yaml.safe_load((HERE / name).read_text(encoding="utf-8"))
    return [
        Dialogue(**{**item, "turns": tuple(_turn(turn) for turn in item["turns"])})
        for item in loaded
    ]


def _turn(raw: dict[str, Any]) -> DialogueTurn:
    fields: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in raw.items()
    }
    return DialogueTurn(**fields)


REWORDED = _load("reworded.yml")
DIALOGUES = [*REWORDED, *_load("further.yml")]
PLAYED = [
    pytest.param(dialogue, person, id=f"{dialogue.id}-{person + 1}")
    for dialogue in DIALOGUES
    for person in dialogue.people
]


@dataclass(frozen=True)
class Played:
    """One turn as it came out: what breaks a rule of every reply, and what does not fit this turn."""

    where: str
    broken: tuple[str, ...]
    misfits: tuple[str, ...]


@pytest.mark.parametrize(("dialogue", "person"), PLAYED)
def test_no_reply_breaks_a_rule_that_holds_for_every_reply(
    dialogue: Dialogue, person: int, talk: Callable[[str, str], Answer]
) -> None:
    said = [turn.say[person] for turn in dialogue.turns]
    broken = [(turn.where, turn.broken) for turn in _play(dialogue, said, talk) if turn.broken]
    assert broken == []


def test_nearly_every_turn_of_other_people_gets_a_fitting_reply_and_its_signals(
    talk: Callable[[str, str], Answer],
) -> None:
    played = [
        turn
        for dialogue in DIALOGUES
        for person in dialogue.people
        for turn in _play(dialogue, [turn.say[person] for turn in dialogue.turns], talk)
    ]
    misfits = [turn for turn in played if turn.misfits]
    report = "\n".join(f"{turn.where}\n  * " + "\n  * ".join(turn.misfits) for turn in misfits)
    assert len(misfits) <= (1 - FITTING_FLOOR) * len(played), (
        f"{len(misfits)} of {len(played)}\n{report}"
    )


def test_every_turn_of_the_development_dialogues_gets_a_fitting_reply_and_its_signals(
    eval_data: Path, talk: Callable[[str, str], Answer]
) -> None:
    lines = (eval_data / "dev_dialogues.jsonl").read_text(encoding="utf-8").splitlines()
    originals = [json.loads(line) for line in lines]
    assert len(originals) == len(REWORDED)
    misfits = [
        (turn.where, turn.broken + turn.misfits)
        for dialogue, original in zip(REWORDED, originals)
        for turn in _play(dialogue, original["turns"], talk)
        if turn.broken or turn.misfits
    ]
    assert misfits == []


def _play(
    dialogue: Dialogue, said: list[str], talk: Callable[[str, str], Answer]
) -> Iterator[Played]:
    codes: set[str] = set()
    receipt = ""
    conversation = uuid.uuid4().hex
    for number, (turn, say) in enumerate(zip(dialogue.turns, said), start=1):
        words = _filled(say, receipt)
        answer = talk(conversation, words)
        receipt = _receipt_of(answer.text) or receipt
        told = [event["data"]["code"] for event in answer.signals]
        codes.update(told)
        yield Played(
            f"{dialogue.id}, turn {number}: {words[:120]!r}\n  -> {answer.text!r}\n  signals {told}",
            tuple(_problems_of_any_reply(answer.text, number == 1, ROOM[dialogue.language])),
            (
                *_problems_of_this_reply(_without_notice(answer.text), turn, receipt),
                *_problems_of_signals(told, codes, turn),
            ),
        )


def test_no_turn_stands_among_the_training_examples() -> None:
    learnt = [fold(path.read_text(encoding="utf-8")).text for path in EXAMPLES.rglob("*.yml")]
    said = [
        line
        for dialogue in DIALOGUES
        for turn in dialogue.turns
        for text in turn.say
        for line in text.splitlines()
        if len(line) >= 10
    ]
    assert learnt
    assert [line for line in said if any(fold(line).text in text for text in learnt)] == []


def test_the_turns_of_a_dialogue_are_worded_differently_by_every_person() -> None:
    for dialogue in DIALOGUES:
        for turn in dialogue.turns:
            assert len(set(turn.say)) == len(turn.say) >= 2, (dialogue.id, turn.say)


def _problems_of_any_reply(text: str, first: bool, room: float) -> Iterator[str]:
    if not text.strip():
        yield "the reply is empty"
    length, limit = len(text) * room, FIRST_TURN_LIMIT if first else TURN_LIMIT
    if length > limit:
        yield f"the reply takes the room of {length:.0f} characters, more than {limit}"
    for violation in find_unregistered(text, Registry.from_content(CONTENT)):
        yield f"unregistered {violation.kind}: {violation.text!r}"
    for digits in _long_numbers(text) - _registered():
        yield f"unregistered number: {digits}"
    for pattern in (_UNFILLED, _BLAME_OR_PROMISE, _ASKS_FOR_A_SECRET):
        if words := _words(pattern, text):
            yield f"must never be said: {words!r}"


def _problems_of_this_reply(text: str, turn: DialogueTurn, receipt: str) -> Iterator[str]:
    for pattern in turn.expect:
        if not _is_said(pattern, text, receipt):
            yield f"lacks what was expected: {pattern}"
    for pattern in turn.lacks:
        if _is_said(pattern, text, receipt):
            yield f"says what it must not: {pattern}"
    if turn.ordinary:
        if words := _words(_WARNING, text):
            yield f"warns in everyday talk: {words!r}"
        if any(doubt in text for doubt in _texts_of(_DOUBTS)):
            yield "is in doubt about everyday talk"


def _problems_of_signals(told: list[str], codes: set[str], turn: DialogueTurn) -> Iterator[str]:
    missing = set(turn.signal) - codes
    if missing:
        yield f"no signal yet of {sorted(missing)}"
    if turn.no_signal and told:
        yield f"wrote a signal of {told}"
    if len(told) != len(set(told)):
        yield f"one message wrote two signals of one code: {told}"


def _is_said(pattern: str, text: str, receipt: str) -> bool:
    hotline = "|".join(r"[-\s]?".join(hotline.digits) for hotline in CONTENT.hotlines)
    pattern = pattern.replace("{hotline}", f"(?:{hotline})").replace("{receipt}", receipt or "(?!)")
    return any(re.search(pattern, reading, re.IGNORECASE) for reading in _readings(text))


def _words(pattern: re.Pattern[str], text: str) -> str | None:
    """The words of a reply that a pattern finds, in whichever script."""
    found = (pattern.search(reading) for reading in _readings(text))
    return next((match.group() for match in found if match), None)


def _filled(say: str, receipt: str) -> str:
    if "{receipt}" in say and not receipt:
        pytest.fail("the conversation was given no receipt")
    return say.replace("{receipt}", receipt).replace("{hotline}", CONTENT.hotlines[0].number)


def _receipt_of(text: str) -> str | None:
    match = _RECEIPT.search(text)
    return match.group() if match else None


def _without_notice(text: str) -> str:
    for notice in _texts_of(_NOTICES):
        text = text.replace(notice, "")
    return text


@lru_cache(maxsize=2)
def _texts_of(names: tuple[str, ...]) -> tuple[str, ...]:
    """Replies as they are shown, in both scripts."""
    responses, values = load_responses(), CONTENT.values()
    texts = [fill(str(responses[name][0]["text"]), values) for name in names]
    return (*texts, *map(in_traditional, texts))


def _long_numbers(text: str) -> set[str]:
    """Digits of everything of five digits or more; simpler than the product's own search on purpose."""
    read = fold(text).text.translate(_SPOKEN_DIGITS)
    return {re.sub(r"\D", "", match.group()) for match in _LONG_NUMBER.finditer(read)}


def _registered() -> set[str]:
    return {hotline.digits for hotline in CONTENT.hotlines} | {
        authority.number for authority in CONTENT.authorities.values()
    }


def _readings(text: str) -> tuple[str, str]:
    return text, _to_simplified().convert(text)


@lru_cache(maxsize=1)
def _to_simplified() -> opencc.OpenCC:
    return opencc.OpenCC("tw2sp")
