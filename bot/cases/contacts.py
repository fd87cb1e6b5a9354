"""Contact keys: one name for a contact in whatever way it is written, so that its mentions meet."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import phonenumbers

from bot.cases.addresses import address_key
from bot.cases.agency_names import agency_key
from bot.cases.steady import steady_fold

LONGEST: Final = 120  # characters of a value; what is longer is no contact
FEWEST_DIGITS: Final = 3  # as in 110
AGENCY: Final = "agency"

_MOBILE = re.compile(r"(?:86|0)?(1[3-9][0-9]{9})\Z")
_LANDLINE = re.compile(r"0((?:10|2[0-9])[0-9]{8}|(?![48]00)[3-9][0-9]{2}[0-9]{7,8})\Z")
_SERVICE_ABROAD = re.compile(r"86([48]00[0-9]{7})\Z")
_NOT_A_SIGN = re.compile(r"[\s\u200b-\u200f]")


@dataclass(frozen=True, order=True)
class ContactKey:
    """A contact in its one canonical form; ``str(key)`` is such as ``phone:+8613800001234``.

    ``kind`` is phone, wechat, qq, telegram, url, bank_account, agency or other. Make keys with :meth:`of` or
    :meth:`parse`; the plain constructor takes a value that is canonical already.
    """

    kind: str
    value: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.value}"

    @classmethod
    def of(cls, kind: str, text: str) -> ContactKey | None:
        """The key of a contact in any writing; ``None`` where nothing is left of it or the kind is unknown."""
        canonical = _CANONICAL.get(kind)
        value = canonical(text) if canonical is not None else ""
        return cls(kind, value) if 0 < len(value) <= LONGEST else None

    @classmethod
    def parse(cls, text: str) -> ContactKey:
        """Reads ``kind:value``, the value in any writing.

        Raises:
            ValueError: with one line, for an unknown kind or an empty value.
        """
        kind, _, value = text.partition(":")
        key = cls.of(kind.strip().lower(), value)
        if key is None:
            raise ValueError(f"{text!r} is no contact; write KIND:VALUE with {', '.join(KINDS)}")
        return key


def contact_keys(event_data: Mapping[str, Any]) -> tuple[ContactKey, ...]:
    """The keys of all contacts of a signal's ``data`` and of its agency, the main one first, each once.

    Never raises: what is no contact is left out.
    """
    named = [
        ContactKey.of(str(contact.get("kind")), str(contact.get("value") or ""))
        for contact in event_data.get("contacts") or ()
        if isinstance(contact, Mapping)
    ]
    agency = event_data.get("agency")
    if isinstance(agency, str):
        named.append(ContactKey.of(AGENCY, agency))
    return tuple(dict.fromkeys(key for key in named if key is not None))


def _phone(text: str) -> str:
    """E.164, or digits alone for service numbers and for whatever has no known form."""
    folded = steady_fold(text)
    digits = "".join(sign for sign in folded if sign.isascii() and sign.isdigit())
    abroad = folded.lstrip(" (").startswith("+")
    if abroad or (digits.startswith("00") and len(digits) > 6):
        digits, abroad = digits.lstrip("0"), True
    if match := _MOBILE.match(digits):
        return f"+86{match.group(1)}"
    if abroad:
        return _international(digits)
    if match := _LANDLINE.match(digits):
        return f"+86{match.group(1)}"
    return digits if len(digits) >= FEWEST_DIGITS else ""


def _international(digits: str) -> str:
    """The number behind ``+`` or ``00``, without the zero that some write between country and area."""
    if match := _SERVICE_ABROAD.match(digits):
        return match.group(1)
    if digits.startswith("860") and len(digits) > 12:
        return f"+86{digits[3:]}"
    if len(digits) < FEWEST_DIGITS:
        return ""
    if digits.startswith("86"):
        return f"+{digits}"
    try:
        number = phonenumbers.parse(f"+{digits}")
    except phonenumbers.NumberParseException:
        return f"+{digits}"
    if not phonenumbers.is_valid_number(number):
        return f"+{digits}"
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _account_name(text: str) -> str:
    """An id of a messenger or platform: folded, without spaces and without the sign before it."""
    return _NOT_A_SIGN.sub("", steady_fold(text)).lstrip("@")


def _figures(text: str) -> str:
    return "".join(sign for sign in steady_fold(text) if sign.isascii() and sign.isdigit())


_CANONICAL: Final[Mapping[str, Callable[[str], str]]] = {
    "phone": _phone,
    "wechat": _account_name,
    "qq": _account_name,
    "telegram": _account_name,
    "url": address_key,
    "bank_account": _figures,
    AGENCY: agency_key,
    "other": _account_name,
}
KINDS: Final = tuple(_CANONICAL)
