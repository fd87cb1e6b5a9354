"""What the law and the industry's initiative ask for, and where the product does it: ``content/compliance.yml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from actions.content import ContentError, read_yaml

DIMENSIONS: Final = ("compliance", "experience", "cooperation", "technology", "education")
"""Those of the joint initiative, in its order."""
STATES: Final = ("done", "partly", "exempt")
PLACES: Final = ("page", "command", "test", "file")


@dataclass(frozen=True)
class Seen:
    """Where it can be seen: ``kind`` is one of :data:`PLACES`, ``what`` a path, or a command with its arguments."""

    kind: str
    what: str


@dataclass(frozen=True)
class Duty:
    """One thing that is asked for, ``source`` says by whom; ``comment`` what is missing, or why it is exempt."""

    id: str
    dimension: str
    duty: str
    source: str
    does: str
    seen: tuple[Seen, ...]
    state: str
    comment: str


def load_compliance(content: Path) -> list[Duty]:
    """Reads the map from the folder of all wording, in the order of the file.

    Raises:
        ContentError: naming the file and the mend.
    """
    path = content / "compliance.yml"
    duties = read_yaml(path).get("duties")
    if not isinstance(duties, Mapping) or not duties:
        raise ContentError(f"{path}: duties should hold ids with what is asked for")
    read = [_duty(path, str(id), entry) for id, entry in duties.items()]
    for dimension in DIMENSIONS:
        if dimension not in {duty.dimension for duty in read}:
            raise ContentError(f"{path}: nothing stands under the dimension {dimension}")
    return read


def _duty(path: Path, id: str, entry: Any) -> Duty:
    if not isinstance(entry, Mapping):
        raise ContentError(
            f"{path}, {id}: should hold dimension, duty, source, does, seen and state"
        )
    texts = {
        name: str(entry.get(name) or "").strip()
        for name in ("dimension", "duty", "source", "does", "state", "comment")
    }
    for name in ("duty", "source", "does"):
        if not texts[name]:
            raise ContentError(f"{path}, {id}: {name} is missing; write it in words")
    _one_of(path, id, "dimension", texts["dimension"], DIMENSIONS)
    _one_of(path, id, "state", texts["state"], STATES)
    if texts["state"] != "done" and not texts["comment"]:
        raise ContentError(f"{path}, {id}: what is not done needs a comment that says why")
    return Duty(id, seen=tuple(_seen(path, id, entry)), **texts)


def _seen(path: Path, id: str, entry: Mapping[str, Any]) -> list[Seen]:
    seen = entry.get("seen") or []
    if not isinstance(seen, list) or (not seen and entry.get("state") == "done"):
        raise ContentError(f"{path}, {id}: seen should list where it can be seen")
    found = []
    for item in seen:
        if not isinstance(item, Mapping) or len(item) != 1:
            raise ContentError(
                f"{path}, {id}: write each place as one pair, such as page: /console"
            )
        kind, what = next(iter(item.items()))
        _one_of(path, id, "seen", str(kind), PLACES)
        found.append(Seen(str(kind), str(what)))
    return found


def _one_of(path: Path, id: str, name: str, given: str, options: tuple[str, ...]) -> None:
    if given not in options:
        raise ContentError(
            f"{path}, {id}: {name} is {given or 'empty'}; use one of {', '.join(options)}"
        )
