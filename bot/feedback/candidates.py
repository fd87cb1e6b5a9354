"""Makes candidate training examples from the signals that people have judged."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from actions.outgoing import Registry
from bot.feedback.candidate import Candidate, KnownTexts, text_hash
from bot.feedback.faceless import faceless
from bot.feedback.rules import CandidateWords
from bot.feedback.verdict import FALSE_ALARM, VERDICTS
from bot.ledger.database import Reader
from bot.ledger.events import EVENT_TYPE

# Rasa reads square brackets in an example as the mark of an entity.
_PLAIN = str.maketrans("[]", "［］")
SHORTEST = 4
"""Fewer characters say nothing by themselves."""


@dataclass(frozen=True)
class Export:
    """Candidates, and how many judged signals gave none.

    ``known`` are equal or near to an example or to another candidate, or were reviewed before; ``unsafe`` hold
    what may be a contact; ``short`` have no words that speak for themselves.
    """

    candidates: tuple[Candidate, ...]
    known: int = 0
    unsafe: int = 0
    short: int = 0


def candidates(
    reader: Reader,
    known: KnownTexts,
    words: CandidateWords,
    registry: Registry,
    verdicts: tuple[str, ...] = VERDICTS,
) -> Export:
    """The candidates from all judged signals, in the order of the signals; their texts become known.

    A text consists of the borrower's words that spoke for the signal, since these are what was right or what
    misled. Only the verdict that counts is taken, and no signal about which people differ.

    Raises:
        LedgerError: when the ledger cannot be read.
    """
    reviewed = {row[0] for row in reader.rows("SELECT text_hash FROM reviewed_examples")}
    found: list[Candidate] = []
    counts = {"known": 0, "unsafe": 0, "short": 0}
    for verdict, code, body in reader.rows(_JUDGED, (EVENT_TYPE,)):
        if verdict not in verdicts:
            continue
        event = json.loads(body)
        candidate = _candidate(event, verdict, code, words, registry)
        if candidate is None:
            counts["unsafe"] += 1
        elif len(candidate.text) < SHORTEST:
            counts["short"] += 1
        elif known.has_near(candidate.text) or text_hash(candidate.text) in reviewed:
            counts["known"] += 1
        else:
            known.add(candidate.text)
            found.append(candidate)
    return Export(tuple(found), **counts)


_JUDGED = (
    "SELECT verdict, said.code, body FROM current_verdicts AS said "
    "JOIN events ON events.id = said.event_id AND events.type = ? "
    "WHERE said.appeal IS NOT NULL OR NOT EXISTS (SELECT 1 FROM verdicts AS other "
    "WHERE other.event_id = said.event_id AND other.by <> said.by "
    "AND (other.verdict, coalesce(other.code, '')) <> (said.verdict, coalesce(said.code, '')) "
    "AND other.seq = (SELECT max(seq) FROM verdicts WHERE event_id = said.event_id AND by = other.by)) "
    "ORDER BY events.seq"
)


def _candidate(
    event: Mapping[str, Any],
    verdict: str,
    code: str | None,
    words: CandidateWords,
    registry: Registry,
) -> Candidate | None:
    data = event["data"]
    agencies = [data["agency"]] if data.get("agency") else []
    text = "，".join(" ".join(part.split()) for part in data["evidence"])
    clean = faceless(text.translate(_PLAIN), agencies, words.stand_ins, registry)
    if clean is None:
        return None
    source = {"verdict": verdict, "was": data["code"], "signal": event["id"]}
    if verdict == FALSE_ALARM:
        return Candidate(clean, words.choose, **source)
    emergency = "emergency" if data.get("urgency") == "emergency" else None
    return Candidate(clean, code or data["code"], data["stage"], emergency, **source)
