"""Long numbers: the other side's bank account is a contact, every other card or identity number is not."""

from __future__ import annotations

import re

from nlu.entities.found import Found, Taken
from nlu.entities.numerals import SPOKEN_DIGITS, digits_of
from nlu.lexicon import alternatives, load

_WORDS = load("contacts")["account"]
_DIGIT = f"[0-9{SPOKEN_DIGITS}]"
_LONG = re.compile(rf"(?<![0-9a-z_*+]){_DIGIT}(?:[ -]?{_DIGIT}){{13,18}}x?(?![0-9*x])")
_LEAST, _MOST = 16, 19
_IDENTITY_CARD = re.compile(
    r"[1-9][0-9]{5}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])[0-3][0-9][0-9]{3}[0-9x]\Z"
)
_THEIRS = re.compile(alternatives(_WORDS["theirs"]))
_OWN = re.compile(rf"(?:{alternatives(_WORDS['own'])})[^,。;!?\n]{{0,8}}\Z")


def find_accounts(text: str, taken: Taken) -> list[Found]:
    """The other side's bank accounts, with role ``bank_account`` and digits only as value.

    All long numbers are marked as taken, also those that are nobody's contact: no phone number and no
    amount is torn out of them.
    """
    found = []
    for match in _LONG.finditer(text):
        start, end = match.span()
        digits = digits_of(match.group())
        if _is_several(match.group(), digits) or not taken.is_free(start, end):
            continue
        taken.take(start, end)
        card = match.group().endswith("x") or _IDENTITY_CARD.match(digits)
        if _LEAST <= len(digits) <= _MOST and not card and _is_theirs(text, start, end):
            found.append(Found("contact_id", digits, start, end, "bank_account"))
    return found


def _is_several(written: str, digits: str) -> bool:
    """Whether the digits are phone numbers in a row, a number abroad, or the sender of a short message."""
    parts = re.split("[ -]", written)
    if len(parts) > 1 and (len(parts[0]) > 6 or max(map(len, parts)) > 8):
        return True
    return digits.startswith(("00", "106"))


def _is_theirs(text: str, start: int, end: int) -> bool:
    """Whether the words around a long number make it the other side's account."""
    before = text[max(0, start - 20) : start]
    if _OWN.search(before):
        return False
    return bool(_THEIRS.search(before) or _THEIRS.search(text, end, end + 12))
