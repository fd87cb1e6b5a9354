"""The training examples of the checkout, read and added to as files."""

from __future__ import annotations

import os
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from bot.feedback.candidate import Candidate
from bot.feedback.errors import FeedbackError
from bot.settings import ROOT
from nlu.analysis import THREAT_CODES, URGENT_STATES

EXAMPLES = ROOT / "nlu" / "examples"
DOMAIN = ROOT / "actions" / "domain.yml"
FILE = "feedback.yml"
_HEAD = (
    "# What borrowers wrote and people judged; added by `jingzhong feedback approve`, which has taken the\n"
    "# contacts out.\n"
    'version: "3.1"\n'
    "nlu:\n"
)
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def example_texts(folder: Path = EXAMPLES) -> Iterator[str]:
    """The texts of all examples below the folder.

    Raises:
        FeedbackError: when a file cannot be read.
    """
    for path in sorted(folder.rglob("*.yml")):
        for block in _load(path).get("nlu") or ():
            examples = block.get("examples")
            if isinstance(examples, str):
                for line in examples.splitlines():
                    yield line.strip().removeprefix("- ").strip()
            for example in examples if isinstance(examples, list) else ():
                yield str(example.get("text", "")).strip()


def intents(domain: Path = DOMAIN) -> frozenset[str]:
    """All intents that an example may have, the threat codes among them.

    Raises:
        FeedbackError: when the domain cannot be read.
    """
    named = _load(domain).get("intents") or ()
    return frozenset(str(item) if isinstance(item, str) else next(iter(item)) for item in named)


def add_examples(candidates: Iterable[Candidate], folder: Path = EXAMPLES) -> list[Path]:
    """Adds examples behind those of their room, each file in one step; returns the files.

    Raises:
        FeedbackError: when Rasa cannot read what was to be written, or a file cannot; files named before
            are written then.
    """
    rooms: dict[str, list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        rooms[_room(candidate)].append(candidate)
    written = []
    for room, own in sorted(rooms.items()):
        path = folder / room / FILE
        try:
            before = path.read_text(encoding="utf-8") if path.exists() else _HEAD
        except OSError as error:
            raise FeedbackError(f"{path}: cannot be read ({error.strerror})") from None
        text = before.rstrip("\n") + "\n" + "".join(_blocks(own))
        _check(text, path)
        replace_file(path, text)
        written.append(path)
    return written


def replace_file(path: Path, text: str) -> None:
    """Writes a file so that it is the old one or the new one at any moment.

    Raises:
        FeedbackError: when it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}.", delete=False
        ) as new:
            new.write(text)
        # A temporary file is for its owner alone; this one replaces a file of the checkout.
        os.chmod(new.name, 0o644)
        os.replace(new.name, path)
    except OSError as error:
        raise FeedbackError(f"{path}: cannot be written ({error.strerror})") from None


def _room(candidate: Candidate) -> str:
    if candidate.urgent in URGENT_STATES or candidate.intent == "crisis":
        return "urgent"
    return "threats" if candidate.intent in THREAT_CODES else "ordinary"


def _blocks(candidates: Sequence[Candidate]) -> Iterator[str]:
    """The examples, those with the same labels in one block."""
    blocks: dict[tuple[str, str], list[str]] = defaultdict(list)
    for candidate in candidates:
        labels = ", ".join(f"{name}: {value}" for name, value in candidate.labels.items())
        blocks[candidate.intent, labels].append(candidate.text)
    for (intent, labels), texts in blocks.items():
        yield f"- intent: {intent}\n"
        if labels:
            yield f"  metadata: {{{labels}}}\n"
        yield "  examples: |\n"
        yield from (f"    - {text}\n" for text in texts)


def _check(text: str, path: Path) -> None:
    """Lets Rasa and the trainer read the file before it takes its place."""
    from rasa.shared.exceptions import RasaException
    from rasa.shared.importers.utils import training_data_from_paths

    from nlu.training_examples import ExampleError, examples_of

    with tempfile.TemporaryDirectory() as folder:
        trial = Path(folder) / path.name
        trial.write_text(text, encoding="utf-8")
        try:
            examples_of(training_data_from_paths([str(trial)], "zh").intent_examples)
        except (RasaException, ExampleError, ValueError) as error:
            reason = (str(error).splitlines() or [type(error).__name__])[0]
            raise FeedbackError(f"{path}: would not be readable any more ({reason})") from None


def _load(path: Path) -> dict[str, Any]:
    try:
        loaded = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - a safe loader
    except (OSError, ValueError, yaml.YAMLError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise FeedbackError(f"{path}: cannot be read ({reason})") from None
    return loaded if isinstance(loaded, dict) else {}
