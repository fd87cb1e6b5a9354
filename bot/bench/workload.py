"""The messages that everybody is driven with: rows of the held-out test set, the same at every run."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bot.settings import ROOT
from nlu.evaluation.rows import Row, read_rows

SEED = 20261129
SIZE = 480
MEDIAN_LENGTH = 48  # characters
THREAT_SHARE = 0.45
TURNS = 4  # messages of a conversation
_HELD_OUT = ROOT / "tests" / "nlu" / "heldout"
_FILES = ("threats.jsonl", "ordinary.jsonl", "urgent.jsonl")
# They end the conversation, or ask for what an earlier one left; no load of messages that go on.
_APART = frozenset({"erase_data", "receipt_status"})


class WorkloadError(Exception):
    """The messages cannot be chosen; the message is one line with cause and mend."""


@dataclass(frozen=True)
class Message:
    """One message; ``message_id`` is unique among all messages of a benchmark."""

    sender: str
    message_id: str
    text: str


Conversation = tuple[Message, ...]


@dataclass(frozen=True)
class Workload:
    """Texts in a fixed order; ``threat_share`` of them carry a threat, as people labelled them."""

    texts: tuple[str, ...]
    threat_share: float

    @property
    def median_length(self) -> float:
        """The median length in characters."""
        return float(median(map(len, self.texts)))

    def conversations(self, run: str, turns: int = TURNS) -> Iterator[Conversation]:
        """Conversations without end, each with a sender of its own, that use all texts in turn.

        The texts are the same for every ``run``; its name keeps the senders of runs apart.
        """
        place = number = 0
        while True:
            sender = f"{run}-{number}"
            yield tuple(
                Message(sender, f"{sender}-{turn}", self.text(place + turn))
                for turn in range(turns)
            )
            place += turns
            number += 1

    def text(self, place: int) -> str:
        """The text at a place; after the last one the first comes again."""
        return self.texts[place % len(self.texts)]


def load_workload(folder: Path = _HELD_OUT, size: int = SIZE, seed: int = SEED) -> Workload:
    """Chooses ``size`` (even) rows so that length and share are as wanted, without changing a text.

    Raises:
        RowError: when the test set cannot be read.
        WorkloadError: when it has too few rows of some kind.
    """
    rows = [row for row in read_rows(folder / name for name in _FILES) if _fits(row)]
    lot = random.Random(seed)  # noqa: S311 - a fixed order is what is wanted
    lot.shuffle(rows)
    unique = list({row.text: row for row in rows}.values())
    half = size // 2 - 1
    chosen = [
        *_draw([row for row in unique if len(row.text) == MEDIAN_LENGTH], 2, "middling"),
        *_mixed([row for row in unique if len(row.text) < MEDIAN_LENGTH], half, "shorter"),
        *_mixed([row for row in unique if len(row.text) > MEDIAN_LENGTH], half, "longer"),
    ]
    lot.shuffle(chosen)
    share = sum(row.is_threat for row in chosen) / len(chosen)
    return Workload(tuple(row.text for row in chosen), share)


def _fits(row: Row) -> bool:
    # Rasa takes what begins with a slash for an intent; our gate does not, so that it is no equal load.
    return (
        row.labels is not None and row.topic not in _APART and not row.text.lstrip().startswith("/")
    )


def _mixed(rows: Sequence[Row], count: int, kind: str) -> list[Row]:
    threats = round(count * THREAT_SHARE)
    return [
        *_draw([row for row in rows if row.is_threat], threats, f"{kind} threatening"),
        *_draw([row for row in rows if not row.is_threat], count - threats, f"{kind} other"),
    ]


def _draw(rows: Sequence[Row], count: int, kind: str) -> Sequence[Row]:
    if len(rows) < count:
        raise WorkloadError(
            f"the test set holds {len(rows)} {kind} messages and {count} are needed; add rows to it"
        )
    return rows[:count]
