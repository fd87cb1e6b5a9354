"""Receipts of tip-offs: numbers of letters only, since replies carry no digits of their own."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from bot.hashing import Hasher

# No vowels, so that no words come out; of letters that look or sound alike only one stands here.
ALPHABET = "CFHJKMPQRTWXYZ"
RECEIVED = "received"

_LETTERS = 8
_PREFIX = "JZ"


@dataclass(frozen=True)
class Receipt:
    """What became of a tip-off: ``state`` is ``received`` until somebody has looked at it."""

    number: str
    state: str
    received_at: datetime
    codes: tuple[str, ...]


def receipt_number(hasher: Hasher, event_id: str) -> str:
    """The number of the tip-off whose first signal has this id, such as ``JZ-KXWP-QMRT``.

    The same id gives the same number, and nobody without the key can tell which numbers exist.
    """
    rest = int.from_bytes(hasher.mac("receipt", event_id)[:16], "big")
    letters = ""
    for _ in range(_LETTERS):
        rest, digit = divmod(rest, len(ALPHABET))
        letters += ALPHABET[digit]
    return _written(letters)


def normalise_receipt(text: str) -> str | None:
    """Any writing of a number as :func:`receipt_number` writes it; ``None`` if it is none."""
    letters = re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", text)).upper()
    if len(letters) == _LETTERS + len(_PREFIX):
        letters = letters.removeprefix(_PREFIX)
    if len(letters) != _LETTERS or not set(letters) <= set(ALPHABET):
        return None
    return _written(letters)


def _written(letters: str) -> str:
    return f"{_PREFIX}-{letters[:4]}-{letters[4:]}"
