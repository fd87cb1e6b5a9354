"""Rows to measure on: one JSON object a line, labelled by people or not labelled at all."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nlu.analysis import FOLLOW_UP_ACTS, STAGES, THREAT_CODES, TONES, URGENT_STATES

NOT_URGENT = "none"
SAME_STAGE = "same"
_URGENT_FILE = "urgent"  # files with this in their name hold urgent messages and their look-alikes
_TOPIC_FIELDS = ("kind", "topic", "intent")
_TEXT_FIELDS = ("style", *_TOPIC_FIELDS)
_LIST_FIELDS = ("labels", "numbers", "amounts")
_EXPECTED = ("refers_back", "act", "stage", "intent")
_LABEL_FIELDS = ("stage", "urgent", "state", "tone")
_FIELDS = ("text", "before", "expect", *_LABEL_FIELDS, *_TEXT_FIELDS, *_LIST_FIELDS)


class RowError(ValueError):
    """Rows cannot be used; the message is one line that names the file, the line and the mend."""


@dataclass(frozen=True)
class Expected:
    """What a message means behind another one.

    ``refers_back`` tells whether it goes on with the threat of that message; ``intent`` is the follow-up
    act or, where it does not, the intent; ``stage`` the stage of the threat afterwards, or ``same``.
    """

    refers_back: bool
    intent: str
    stage: str = SAME_STAGE


@dataclass(frozen=True)
class Row:
    """One message and what people say of it; ``None`` stands for what nobody said.

    ``labels`` holds the threat codes that are right, primary first, and is empty for ordinary talk.
    ``urgent`` is ``crisis``, ``emergency``, or ``none`` for what may look urgent and is not. ``numbers``
    and ``amounts`` are written as in the text. ``file`` and ``line`` tell where the row stands. A
    follow-up has the message ``before`` it and what is ``expected`` of it, and no other labels.
    """

    text: str
    file: str
    line: int
    labels: tuple[str, ...] | None = None
    stage: str | None = None
    style: str | None = None
    topic: str | None = None
    urgent: str | None = None
    tone: str | None = None
    numbers: tuple[str, ...] | None = None
    amounts: tuple[str, ...] | None = None
    before: str | None = None
    expected: Expected | None = None

    @property
    def is_urgent(self) -> bool:
        """Whether the row is a crisis or an emergency."""
        return self.urgent in URGENT_STATES

    @property
    def is_threat(self) -> bool:
        """Whether somebody says that the message speaks of a threat."""
        return bool(self.labels)

    @property
    def is_ordinary(self) -> bool:
        """Whether the message is ordinary talk: neither a threat nor urgent."""
        return self.labels == () and not self.is_urgent

    @property
    def is_unlabelled(self) -> bool:
        """Whether nobody said anything of the message."""
        told = (self.labels, self.urgent, self.tone, self.expected)
        return all(label is None for label in told)


def read_rows(paths: Iterable[Path]) -> list[Row]:
    """All rows of the files, in their order; blank lines are skipped.

    A row without ``labels`` is ordinary talk if it names a ``topic``, ``kind`` or ``intent``. In a file
    with "urgent" in its name, rows that are not urgent are look-alikes: their ``urgent`` becomes ``none``.

    Raises:
        RowError: when a file cannot be read, holds no row, or a row is wrong.
    """
    rows: list[Row] = []
    for path in paths:
        rows.extend(_file_rows(path))
    return rows


def _file_rows(path: Path) -> list[Row]:
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except OSError as error:
        raise RowError(f"{path}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise RowError(f"{path}: is not UTF-8; save it with UTF-8 encoding") from None
    rows = [_row(line, path, place) for place, line in enumerate(lines, 1) if line.strip()]
    if not rows:
        raise RowError(f'{path}: holds no rows; write one {{"text": "..."}} a line')
    if _URGENT_FILE in path.name:
        rows = [row if row.urgent else replace(row, urgent=NOT_URGENT) for row in rows]
    return rows


def _row(line: str, path: Path, place: int) -> Row:
    try:
        fields = json.loads(line)
    except ValueError:
        raise RowError(f'{path}:{place}: is no JSON; write {{"text": "..."}}') from None
    if not isinstance(fields, dict):
        raise RowError(f'{path}:{place}: is no JSON object; write {{"text": "..."}}')
    problem = next(iter(_problems(fields)), None)
    if problem:
        raise RowError(f"{path}:{place}: {problem}")
    if "before" in fields:
        expect = fields["expect"]
        intent = expect.get("act") or expect.get("intent")
        expected = Expected(expect["refers_back"], intent, expect.get("stage", SAME_STAGE))
        return Row(fields["text"], path.name, place, before=fields["before"], expected=expected)
    topic = next((fields[name] for name in _TOPIC_FIELDS if fields.get(name)), None)
    labels = fields.get("labels")
    if labels is None and topic:
        labels = []
    return Row(
        text=fields["text"],
        file=path.name,
        line=place,
        labels=None if labels is None else tuple(labels),
        stage=fields.get("stage"),
        style=fields.get("style"),
        topic=topic,
        urgent=fields.get("urgent") or fields.get("state"),
        tone=fields.get("tone"),
        numbers=_tuple(fields.get("numbers")),
        amounts=_tuple(fields.get("amounts")),
    )


def _tuple(values: Sequence[str] | None) -> tuple[str, ...] | None:
    return None if values is None else tuple(values)


def _problems(fields: Mapping[str, Any]) -> Iterable[str]:
    text = fields.get("text")
    if not isinstance(text, str) or not text.strip():
        yield "text: missing or empty; every row needs the words of a message"
    for name in fields:
        # A misspelt name would turn a labelled row into one that nobody labelled.
        if name not in _FIELDS:
            yield f"{name}: unknown field; a row may have {', '.join(_FIELDS)}"
    for name in _LIST_FIELDS:
        values = fields.get(name)
        if values is not None and not (
            isinstance(values, list) and all(isinstance(value, str) for value in values)
        ):
            yield f'{name}: should be a list of texts, as ["..."], not {values!r}'
    for name in _TEXT_FIELDS:
        if not isinstance(fields.get(name), (str, type(None))):
            yield f"{name}: should be a text, not {fields[name]!r}"
    yield from _wrong_labels(fields)
    if "before" in fields or "expect" in fields:
        yield from _wrong_follow_up(fields.get("before"), fields.get("expect"))


def _wrong_follow_up(before: Any, expect: Any) -> Iterable[str]:
    if not isinstance(before, str) or not before.strip():
        yield "before: missing or empty; a follow-up needs the message before it"
    if not isinstance(expect, dict) or set(expect) - set(_EXPECTED):
        yield f"expect: should be an object with {', '.join(_EXPECTED)}"
        return
    if not isinstance(expect.get("refers_back"), bool):
        yield "expect.refers_back: should be true or false"
    act = expect.get("act") or ""
    if expect.get("refers_back") and act not in FOLLOW_UP_ACTS:
        yield f"expect.act: {act!r} is none; use {', '.join(FOLLOW_UP_ACTS)}"
    if not expect.get("refers_back") and not expect.get("intent"):
        yield "expect.intent: missing; say what the new subject is"
    if expect.get("stage", SAME_STAGE) not in (*STAGES, SAME_STAGE):
        yield f"expect.stage: {expect['stage']!r} is none; use {', '.join(STAGES)} or {SAME_STAGE}"


def _wrong_labels(fields: Mapping[str, Any]) -> Iterable[str]:
    labels = fields.get("labels") or ()
    for label in labels:
        if label not in THREAT_CODES:
            yield f"labels: {label!r} is no threat code; use {', '.join(THREAT_CODES)}"
    if len(set(labels)) < len(labels):
        yield "labels: a code stands twice; name each once, the primary one first"
    stage = fields.get("stage")
    if stage is not None and stage not in STAGES:
        yield f"stage: {stage!r} is none; use {', '.join(STAGES)}"
    if stage is not None and not labels:
        yield "stage: only threats have one; name the code in labels or drop the stage"
    tone = fields.get("tone")
    if tone is not None and tone not in TONES:
        yield f"tone: {tone!r} is none; use {', '.join(TONES)}"
    for name in ("urgent", "state"):
        state = fields.get(name)
        if state is not None and state not in (*URGENT_STATES, NOT_URGENT):
            yield f"{name}: {state!r} is none; use {', '.join(URGENT_STATES)} or {NOT_URGENT}"
