"""Moves candidates that a person approved among the training examples."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from actions.outgoing import Registry
from bot.audit import Actor, note
from bot.feedback.candidate import Candidate, KnownTexts, text_hash
from bot.feedback.candidate_file import Reviewed, read_candidates, without
from bot.feedback.errors import CandidateFileError
from bot.feedback.examples import EXAMPLES, add_examples, example_texts, intents, replace_file
from bot.feedback.faceless import faceless
from bot.feedback.rules import CandidateWords
from bot.ledger.encoding import rfc3339
from nlu.analysis import STAGES, THREAT_CODES, URGENT_STATES


@dataclass(frozen=True)
class Approval:
    """What became of a file: ``skipped`` holds a line for each approved example that was not taken."""

    approved: tuple[Candidate, ...]
    declined: tuple[Candidate, ...]
    waiting: int
    skipped: tuple[str, ...]
    files: tuple[Path, ...]


def approve(
    path: Path,
    words: CandidateWords,
    registry: Registry,
    held_out: Iterable[str] = (),
    examples: Path = EXAMPLES,
) -> Approval:
    """Adds the approved candidates of a file to the examples and leaves in the file what waits.

    Texts that are near an example, or stand in the test set (``held_out``), are skipped. Stopped in between
    it may be run again.

    Raises:
        CandidateFileError: with the line, when anything in the file is wrong; nothing was moved then.
        FeedbackError: when a file of examples cannot be read or written.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CandidateFileError(
            f"{path}: cannot be read ({error}); name an exported file"
        ) from None
    rows = read_candidates(text, str(path), words)
    wanted = [row for row in rows if row.review == words.approved]
    known_intents = intents()
    for row in wanted:
        problem = _problem(row.candidate, known_intents, words, registry)
        if problem:
            raise CandidateFileError(f"{path}, line {row.line}: {problem}")
    taken, skipped = _new_ones(wanted, KnownTexts(example_texts(examples)), KnownTexts(held_out))
    files = add_examples(taken, examples)
    waiting = [row for row in rows if row.review == words.pending]
    replace_file(path, without(text, [row for row in rows if row.review != words.pending]))
    return Approval(
        approved=tuple(taken),
        declined=tuple(row.candidate for row in rows if row.review == words.declined),
        waiting=len(waiting),
        skipped=tuple(skipped),
        files=tuple(files),
    )


def reviewed_unit(
    connection: sqlite3.Connection, approval: Approval, actor: Actor, at: datetime
) -> None:
    """Remembers within a unit of the ledger's writer what was reviewed, so that it is not exported again."""
    decided = [(candidate, 1) for candidate in approval.approved]
    decided += [(candidate, 0) for candidate in approval.declined]
    connection.executemany(
        "INSERT INTO reviewed_examples (text_hash, approved, by, at) VALUES (?, ?, ?, ?) "
        "ON CONFLICT DO NOTHING",
        [(text_hash(item.text), yes, actor.name, rfc3339(at)) for item, yes in decided],
    )
    detail = {"approved": len(approval.approved), "declined": len(approval.declined)}
    note(connection, actor, "examples.approve", "nlu/examples", detail, at=at)


def _problem(
    candidate: Candidate, known: frozenset[str], words: CandidateWords, registry: Registry
) -> str | None:
    is_threat = candidate.intent in THREAT_CODES
    if candidate.intent not in known:
        return f"{candidate.intent!r} is no intent; choose one of actions/domain.yml"
    if is_threat and candidate.stage not in STAGES:
        return f"stage {candidate.stage!r} is none; use one of {', '.join(STAGES)}"
    if not is_threat and candidate.stage is not None:
        return "only threats have a stage; remove it"
    if candidate.urgent is not None and candidate.urgent not in URGENT_STATES:
        return f"urgent {candidate.urgent!r} is none; use one of {', '.join(URGENT_STATES)}"
    if faceless(candidate.text, (), words.stand_ins, registry) != candidate.text:
        return "the text holds a contact; write one of the stand-ins of feedback.yml in its place"
    return None


def _new_ones(
    rows: Iterable[Reviewed], known: KnownTexts, held_out: KnownTexts
) -> tuple[list[Candidate], list[str]]:
    taken: list[Candidate] = []
    skipped: list[str] = []
    for row in rows:
        if held_out.has(row.candidate.text):
            skipped.append(f"line {row.line}: stands in the test set, which is never trained on")
        elif known.has_near(row.candidate.text):
            skipped.append(f"line {row.line}: an example is equal or nearly so")
        else:
            known.add(row.candidate.text)
            taken.append(row.candidate)
    return taken, skipped
