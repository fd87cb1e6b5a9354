"""Entities of a message: phone numbers, contact ids, addresses, agencies, amounts and platforms."""

from __future__ import annotations

import re

from nlu.analysis import Entity
from nlu.entities.accounts import find_accounts
from nlu.entities.agencies import find_agencies
from nlu.entities.amounts import find_amounts
from nlu.entities.contact_ids import find_contact_ids
from nlu.entities.found import Found, Taken
from nlu.entities.numerals import digit_runs
from nlu.entities.phones import find_phones
from nlu.entities.platforms import find_platforms
from nlu.entities.urls import find_urls
from nlu.text.folding import Folded

__all__ = ["extract"]

_WIDE_THOUSANDS = re.compile(r"(?<=[0-9]{3}),(?=[0-9]{3}(?![0-9]))")


def extract(folded: Folded) -> tuple[Entity, ...]:
    """All entities of a folded message, in the order of the text; none overlaps another.

    Spans are code points of the original text and ``raw`` is the slice between them. Where two could be
    read, an address comes before a contact id, that before a phone number, an amount, an agency, and a
    platform. Never raises.
    """
    text = _without_wide_thousands(folded)
    taken = Taken(len(text))
    found = _take(taken, find_urls(folded))
    runs = list(digit_runs(text))
    if runs:
        found += find_accounts(text, taken)
    found += find_contact_ids(text, runs, taken)
    if runs:
        found += _take(taken, find_phones(text, runs, taken))
    found += _take(taken, find_amounts(text, taken))
    found += _take(taken, find_agencies(text, taken))
    found += [item for item in find_platforms(text) if taken.is_free(item.start, item.end)]
    found.sort(key=lambda item: item.start)
    entities: list[Entity] = []
    last_end = 0
    for item in found:
        start, end = folded.span(item.start, item.end)
        # A sign that folds to several can be claimed from both sides; the first claim holds.
        if start >= last_end:
            raw = folded.original[start:end]
            entities.append(Entity(item.kind, item.value, start, end, raw, item.role))
            last_end = end
    return tuple(entities)


def _take(taken: Taken, found: list[Found]) -> list[Found]:
    for item in found:
        taken.take(item.start, item.end)
    return found


def _without_wide_thousands(folded: Folded) -> str:
    """The text with wide commas between figures restored: 500，300 are two numbers, 500,300 is one."""
    text = folded.text
    if "，" not in folded.original:
        return text
    signs = None
    for match in _WIDE_THOUSANDS.finditer(text):
        if folded.original[folded.starts[match.start()]] == "，":
            signs = signs or list(text)
            signs[match.start()] = "，"
    return "".join(signs) if signs else text
