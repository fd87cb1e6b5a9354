"""The file in which candidates wait for a person: Rasa training data with a comment to fill in for each.

Each candidate is a block of its own, so that a person can change intent, stage and text of one alone; the
comment behind it begins with the word of the review.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from bot.feedback.candidate import Candidate
from bot.feedback.errors import CandidateFileError
from bot.feedback.rules import CandidateWords

_VERSION = 'version: "3.1"\nnlu:\n'
_COMMENT = re.compile(r"\s*#\s*(\S+)")


@dataclass(frozen=True)
class Reviewed:
    """A candidate with the word of its review; its block is the lines from ``line`` to ``last``, from 1."""

    candidate: Candidate
    review: str
    line: int
    last: int


def write_candidates(candidates: Iterable[Candidate], words: CandidateWords) -> str:
    """The file with all candidates waiting for review."""
    head = "".join(f"# {line}\n" for line in words.head.splitlines())
    blocks = [_block(candidate, words) for candidate in candidates]
    return head + _VERSION + "".join(blocks)


def without(text: str, rows: Iterable[Reviewed]) -> str:
    """The file without these candidates, all else in it as people left it."""
    gone = {line for row in rows for line in range(row.line, row.last + 1)}
    lines = text.splitlines(keepends=True)
    return "".join(line for place, line in enumerate(lines, 1) if place not in gone)


def read_candidates(text: str, name: str, words: CandidateWords) -> list[Reviewed]:
    """Reads what :func:`write_candidates` wrote and people have edited; ``name`` names it in errors.

    Raises:
        CandidateFileError: when it is no training data, or a block has no review; with the line.
    """
    try:
        tree = yaml.compose(text)
        loaded = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        raise CandidateFileError(
            f"{name}{where}: no valid YAML; check quotes and indentation"
        ) from None
    if not isinstance(loaded, dict) or not isinstance(loaded.get("nlu", ""), (list, type(None))):
        raise CandidateFileError(
            f"{name}: should hold `nlu` with a list of examples, as it was exported"
        )
    lines = text.splitlines()
    blocks = loaded["nlu"] or []
    starts = _starts(tree) if blocks else []
    found = []
    for block, start, end in zip(blocks, starts, [*starts[1:], len(lines)]):
        review = _review(lines[start:end], words)
        if review is None:
            raise CandidateFileError(
                f"{name}, line {start + 1}: no review behind the example; "
                f"write # {words.pending}, # {words.approved} or # {words.declined} below it"
            )
        candidate = _read_block(block, f"{name}, line {start + 1}")
        found.append(Reviewed(candidate, review, start + 1, end))
    return found


def _block(candidate: Candidate, words: CandidateWords) -> str:
    labels = ", ".join(f"{name}: {value}" for name, value in candidate.labels.items())
    origin = {
        words.verdict: words.verdicts.get(candidate.verdict, ""),
        words.was: candidate.was,
        words.signal: candidate.signal[:12],
    }
    told = " ".join(f"{name}={value}" for name, value in origin.items() if value)
    return (
        f"- intent: {candidate.intent}\n"
        + (f"  metadata: {{{labels}}}\n" if labels else "")
        + f"  examples: |\n    - {candidate.text}\n"
        + f"  # {words.pending} {told}".rstrip()
        + "\n"
    )


def _starts(tree: Any) -> list[int]:
    """The lines, from 0, on which the blocks of ``nlu`` begin."""
    blocks = next(value for key, value in tree.value if key.value == "nlu")
    return [block.start_mark.line for block in blocks.value]


def _review(lines: Iterable[str], words: CandidateWords) -> str | None:
    known = (words.pending, words.approved, words.declined)
    said = [match[1] for match in map(_COMMENT.match, lines) if match]
    return next((word for word in said if word in known), None)


def _read_block(block: Any, where: str) -> Candidate:
    fields = block if isinstance(block, dict) else {}
    texts = list(_texts(fields.get("examples")))
    labels = fields.get("metadata") or {}
    if not fields.get("intent") or len(texts) != 1 or not isinstance(labels, dict):
        raise CandidateFileError(
            f"{where}: should hold an intent and one example, as it was exported"
        )
    if set(labels) - {"stage", "urgent"}:
        raise CandidateFileError(f"{where}: the metadata may name stage and urgent alone")
    return Candidate(texts[0], str(fields["intent"]), labels.get("stage"), labels.get("urgent"))


def _texts(examples: Any) -> Iterator[str]:
    for line in str(examples or "").splitlines():
        text = line.strip().removeprefix("- ").strip()
        if text:
            yield text
