"""What a partner lists, and what reading it from CSV and from STIX have in common."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from bot.cases.contacts import ContactKey
from bot.sharing.sender import HASH_NAME
from bot.sharing.tlp import Tlp
from nlu.analysis import THREAT_CODES

T = TypeVar("T")
_HASH = re.compile(rf"{HASH_NAME}:[0-9a-f]{{8}}:[0-9a-f]{{64}}")


@dataclass(frozen=True)
class Listed:
    """One entry of a partner's list: a contact in clear as ``key``, or its keyed hash as ``hash``.

    ``ref`` is the partner's own id of it, ``version`` grows with every change, ``listed_on`` is the day from
    which on the partner knows it. Codes that are not ours are
    left out; without a marking the entry is treated as ``amber+strict``.
    """

    ref: str
    key: ContactKey | None
    hash: str | None
    tlp: Tlp
    codes: tuple[str, ...]
    listed_on: date
    version: int
    disputed: bool = False
    retracted: bool = False
    valid_until: date | None = None


@dataclass(frozen=True)
class Reading:
    """What could be read, and one line for each entry that could not."""

    listed: tuple[Listed, ...]
    problems: tuple[str, ...]


def collect(rows: Iterable[tuple[str, T]], read: Callable[[T], Listed]) -> Reading:
    """Reads rows one by one; each comes with the words that say where it stands."""
    listed: list[Listed] = []
    problems: list[str] = []
    for where, row in rows:
        try:
            listed.append(read(row))
        except ValueError as error:
            problems.append(f"{where}: {error}")
    return Reading(tuple(listed), tuple(problems))


def contact(kind: str, text: str) -> ContactKey:
    """The key of a contact.

    Raises:
        ValueError: when it is none.
    """
    key = ContactKey.of(kind, text)
    if key is None:
        raise ValueError(f"{shown(text)} is no {kind or 'contact'}")
    return key


def keyed_hash(text: str) -> str | None:
    """The text if it is a keyed hash as :mod:`bot.sharing.sender` writes one."""
    return text if _HASH.fullmatch(text) else None


def known_codes(words: Iterable[str]) -> tuple[str, ...]:
    """Those of the words that are threat codes."""
    given = {word.strip() for word in words}
    return tuple(code for code in THREAT_CODES if code in given)


def shown(text: str) -> str:
    """A short, printable form of what a partner wrote, for a line about it."""
    safe = "".join(sign if sign.isprintable() else "\ufffd" for sign in text[:40])
    return repr(safe)
