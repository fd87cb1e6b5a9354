"""How long each kind of data is kept and why, as ``content/retention.yml`` says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from actions.content import ContentError, read_yaml
from bot.privacy.rules import BUILT_IN, ONLY_ADDED_TO, RULES

KINDS = tuple(dict.fromkeys([*(rule.kind for rule in RULES), *sorted(ONLY_ADDED_TO)]))
"""Every kind of data that has a term."""

_LONGEST_DAYS = 36_500
_TEXTS = ("name", "begins", "basis", "source")


@dataclass(frozen=True)
class Term:
    """The term of one kind of data.

    ``lifetime`` is how long it is kept; where ``at_least`` is set nothing removes it, and that is how long it has
    to be kept. ``built_in`` tells a term that the program itself relies on. ``begins`` says in words from when it
    runs; ``basis`` why it is needed and ``source`` what asks for or allows it.
    """

    kind: str
    lifetime: timedelta
    name: str
    begins: str
    basis: str
    source: str
    built_in: bool = False
    at_least: bool = False


def load_terms(content: Path) -> dict[str, Term]:
    """Reads the terms of all kinds from the folder of all wording, in the order of the file.

    Raises:
        ContentError: naming the file and the mend, when a kind is missing, unknown or lacks something.
    """
    path = content / "retention.yml"
    kinds = read_yaml(path).get("kinds")
    if not isinstance(kinds, Mapping):
        raise ContentError(f"{path}: kinds should hold names of kinds with their terms")
    for kind in KINDS:
        if kind not in kinds:
            raise ContentError(f"{path}: the kind {kind} has no term; add it below kinds")
    return {str(kind): _term(path, str(kind), entry) for kind, entry in kinds.items()}


def _term(path: Path, kind: str, entry: Any) -> Term:
    if kind not in KINDS:
        raise ContentError(f"{path}: nothing keeps the kind {kind}; remove it or correct its name")
    if not isinstance(entry, Mapping):
        raise ContentError(f"{path}, {kind}: should hold a name, a term and its reason")
    name, begins, basis, source = (_text(path, kind, entry, field) for field in _TEXTS)
    if kind in BUILT_IN:
        if "days" in entry or "at_least_days" in entry:
            raise ContentError(
                f"{path}, {kind}: the program relies on its own term here; remove the days"
            )
        return Term(kind, BUILT_IN[kind], name, begins, basis, source, built_in=True)
    field = "at_least_days" if kind in ONLY_ADDED_TO else "days"
    days = entry.get(field)
    if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= _LONGEST_DAYS:
        raise ContentError(
            f"{path}, {kind}: {field} should be a whole number of days from 1 to {_LONGEST_DAYS}"
        )
    at_least = kind in ONLY_ADDED_TO
    return Term(kind, timedelta(days=days), name, begins, basis, source, at_least=at_least)


def _text(path: Path, kind: str, entry: Mapping[str, Any], field: str) -> str:
    text = str(entry.get(field) or "").strip()
    if not text:
        raise ContentError(f"{path}, {kind}: {field} is missing; write it in words")
    return text
