# ruff: noqa: S608 - only names of columns and lists of question marks are put into statements
"""Full-text search without a dictionary: texts are indexed as pairs of neighbouring characters.

Any part of a word or number is found by a phrase of its pairs, be it two characters of a name or the last four
digits of a number.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable
from typing import Final

from bot.cases.contacts import KINDS, ContactKey
from nlu.text.folding import fold

_RUN = re.compile(r"[^\W_]+")
_NUMBER = re.compile(r"[+(]?[0-9][0-9\s()./·-]*[0-9]\Z")
# Keeps a phrase from running over the end of a word; no pair, and no beginning of one, looks like this.
_BORDER: Final = " xxx "


def indexed(texts: Iterable[str]) -> str:
    """The form in which texts stand in the index."""
    return _BORDER.join(
        " ".join(_pairs(run)) for text in texts for run in _RUN.findall(_fold(text))
    )


def phrases(query: str) -> str | None:
    """The query of the index for whatever a person typed; ``None`` where it holds nothing to look for.

    All its words must be there, each in one piece; a number in groups is one word.
    """
    folded = _fold(query).strip()
    if _NUMBER.match(folded):
        folded = "".join(sign for sign in folded if sign.isdigit())
    found = [_phrase(run) for run in _RUN.findall(folded)]
    return " AND ".join(found) if found else None


def keys_of(query: str) -> list[str]:
    """The keys of contacts that the whole query may be a writing of."""
    keys = (ContactKey.of(kind, query) for kind in KINDS)
    return [str(key) for key in keys if key is not None]


def forget_removed(connection: sqlite3.Connection) -> None:
    """Takes the words of removed rows out of the file too; FTS5 would keep them for a while."""
    for table in ("case_signal_words", "case_note_words"):
        connection.execute(f"INSERT INTO {table} ({table}) VALUES ('optimize')")


def _fold(text: str) -> str:
    return fold(text).text


def _pairs(run: str) -> list[str]:
    return [run[place : place + 2] for place in range(len(run) - 1)] or [run]


def _phrase(run: str) -> str:
    # One character alone is the beginning of a pair, or its end at the end of a word.
    return f'"{" ".join(_pairs(run))}"' if len(run) > 1 else f'"{run}"*'
