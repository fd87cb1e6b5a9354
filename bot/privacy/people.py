"""Finds the keyed hashes of a person who asks for their data."""

from __future__ import annotations

import re
from typing import Final

from bot.hashing import Hasher, Pseudonym

_HASH: Final = re.compile(r"[0-9a-f]{32}")
_JOINED: Final = re.compile(r"[0-9a-f]{32}(?:-[0-9a-f]{32}){0,15}")


class PrivacyError(Exception):
    """A request of a person's data cannot be met; the message is one line."""


def person(text: str, hasher: Hasher) -> Pseudonym:
    """The hashes of whoever is named, as ``channel:id`` or by one keyed hash.

    A keyed hash finds what stands under itself alone; ``channel:id`` finds what stands under older keys too.

    Raises:
        PrivacyError: when it is neither.
    """
    given = text.strip()
    if _HASH.fullmatch(given):
        return Pseudonym(given)
    channel, colon, user = given.partition(":")
    if not (colon and channel and user):
        raise PrivacyError(
            f"{given[:40]!r} names nobody; write CHANNEL:ID, such as rest:u1, or a keyed hash of 32 digits"
        )
    return hasher.user(channel, user)


def joined(user: Pseudonym) -> str:
    """All hashes of a person in one word, fit for an address of a page; :func:`split` reads it back."""
    return "-".join(user.all)


def split(text: str) -> Pseudonym | None:
    """The person of :func:`joined`; ``None`` for anything else."""
    if not _JOINED.fullmatch(text):
        return None
    current, *former = text.split("-")
    return Pseudonym(current, tuple(former))
