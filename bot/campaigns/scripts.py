"""What a campaign script is: a scam role to resist, choices with scores, a lesson, a card to forward."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from actions.content import CONTENT, ContentError
from bot.campaigns.schema import ScriptFile, read_script_file

Speaker = Literal["role", "narrator"]
Measure = Literal["before", "after"]
Audience = Literal[
    "students",
    "elderly",
    "borrowers_behind",
    "merchants",
    "young_workers",
    "job_seekers",
    "mothers",
    "migrant_workers",
    "everyone",
]
VARIANTS: Final = ("A", "B")
# Where a choice leads that ends the dialogue: the lesson and the card follow.
END: Final = "end"


@dataclass(frozen=True)
class Line:
    """One bubble; those of the role are shown with its name and marked as practice."""

    text: str
    speaker: Speaker = "role"


@dataclass(frozen=True)
class Picture:
    """A picture shown with a step; ``alt`` is what is said where no picture can be shown."""

    file: Path
    alt: str


@dataclass(frozen=True)
class Choice:
    """One way to answer: the text of its button and the free words that mean the same.

    ``goto`` is the next step, or ``end``.
    """

    label: str
    words: tuple[str, ...]
    score: int
    explain: str
    goto: str


@dataclass(frozen=True)
class Free:
    """How free words are judged that match no choice: places in ``choices``, or None.

    ``agrees`` is meant by a bare yes, ``refuses`` by a bare no; ``unclear`` replaces the shared hint that
    is given when the words are not understood.
    """

    agrees: int | None = None
    refuses: int | None = None
    unclear: str | None = None


@dataclass(frozen=True)
class Step:
    """One turn: what is said, and the ways to answer.

    ``channels`` holds other wordings of ``says`` by the name of the channel. ``measure`` tells whether the
    answer shows what was known before the lesson or after it.
    """

    id: str
    says: tuple[Line, ...]
    choices: tuple[Choice, ...]
    free: Free = Free()
    picture: Picture | None = None
    channels: Mapping[str, tuple[Line, ...]] = field(default_factory=dict)
    measure: Measure | None = None

    def lines(self, channel: str | None = None) -> tuple[Line, ...]:
        """What is said on a channel."""
        return self.channels.get(channel or "", self.says)


@dataclass(frozen=True)
class Opening:
    """One of the two ways in which the dialogue is announced; the first step follows at once."""

    variant: str
    bubbles: tuple[str, ...]


@dataclass(frozen=True)
class Script:
    """A finished campaign dialogue on one threat.

    Texts hold placeholders such as ``{hotline}`` as written in the file; ``hash`` changes with every word
    and picture that a user may see, not with comments or the order of entries.
    """

    id: str
    title: str
    code: str
    audience: Audience
    version: int
    role: str
    openings: tuple[Opening, ...]
    steps: Mapping[str, Step]
    first: str
    lesson: tuple[str, ...]
    card: str
    booster_of: str | None = None
    hash: str = ""

    @property
    def is_booster(self) -> bool:
        """Whether this is the shorter twin that is sent about a month after another script."""
        return self.booster_of is not None

    def opening(self, variant: str) -> Opening:
        """The opening of a variant.

        Raises:
            KeyError: for a variant that the script lacks.
        """
        for opening in self.openings:
            if opening.variant == variant:
                return opening
        raise KeyError(variant)


def load_script(path: Path) -> Script:
    """Reads a script whose form is right; whether it plays well is the matter of ``bot.campaigns.check``.

    Raises:
        ContentError: with one line, when it cannot be read or lacks something.
    """
    file = read_script_file(path)
    if file.problems:
        line = file.problems[0].line
        where = f", line {line}" if line else ""
        raise ContentError(
            f"{path}{where}: no script that can be played; see: jingzhong campaign check"
        )
    return script_of(file)


def script_paths(folder: Path = CONTENT) -> list[Path]:
    """The files of all scripts in the folder of all wording, by name."""
    return sorted((folder / "campaigns").glob("*.yml"))


def load_scripts(folder: Path = CONTENT) -> dict[str, Script]:
    """All scripts by id.

    Raises:
        ContentError: when one of them cannot be read.
    """
    return {path.stem: load_script(path) for path in script_paths(folder)}


def script_of(file: ScriptFile) -> Script:
    """The script of a file without problems."""
    data = file.data
    pictures = file.path.parent
    return Script(
        id=data["id"],
        title=data["title"],
        code=data["code"],
        audience=data["audience"],
        version=data["version"],
        role=data["role"],
        openings=tuple(Opening(name, tuple(data["openings"][name])) for name in VARIANTS),
        steps={name: _step(name, step, pictures) for name, step in data["steps"].items()},
        first=data["first"],
        lesson=tuple(data["lesson"]),
        card=data["card"],
        booster_of=data.get("booster_of"),
        hash=_hash(data, pictures),
    )


def _step(name: str, data: Mapping[str, Any], pictures: Path) -> Step:
    free, picture = data.get("free") or {}, data.get("picture")
    return Step(
        id=name,
        says=_lines(data["says"]),
        choices=tuple(
            Choice(
                choice["label"],
                tuple(choice["words"]),
                choice["score"],
                choice["explain"],
                choice["goto"],
            )
            for choice in data["choices"]
        ),
        free=Free(_place(free.get("agrees")), _place(free.get("refuses")), free.get("unclear")),
        picture=Picture(pictures / picture["file"], picture["alt"]) if picture else None,
        channels={channel: _lines(says) for channel, says in (data.get("channels") or {}).items()},
        measure=data.get("measure"),
    )


def _lines(says: Sequence[Any]) -> tuple[Line, ...]:
    return tuple(
        Line(said) if isinstance(said, str) else Line(said["narrator"], "narrator") for said in says
    )


def _place(number: int | None) -> int | None:
    return None if number is None else number - 1


def _hash(data: Mapping[str, Any], pictures: Path) -> str:
    digest = hashlib.sha256(json.dumps(data, sort_keys=True, ensure_ascii=False).encode())
    for step in sorted(data["steps"]):
        picture = data["steps"][step].get("picture")
        file = pictures / picture["file"] if picture else None
        if file is not None and file.is_file():
            digest.update(file.read_bytes())
    return digest.hexdigest()
