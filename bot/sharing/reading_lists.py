"""Reads the lists that partners send: our own CSV and the Global Signal Exchange's, and STIX 2.1."""

from __future__ import annotations

import json
from datetime import date
from typing import Final

from bot.sharing.errors import SharingError
from bot.sharing.partner_csv import read_csv
from bot.sharing.partner_lists import Reading
from bot.sharing.partner_stix import read_stix

LARGEST: Final = 32 * 1024 * 1024  # bytes


def text_of(data: bytes) -> str:
    """The text of a file, which a Chinese spreadsheet writes in GB 18030.

    Raises:
        SharingError: when it is too large, or neither that nor UTF-8.
    """
    if len(data) > LARGEST:
        raise SharingError(f"the list is larger than {LARGEST // 2**20} MiB; ask for it in parts")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SharingError("the list is no text in UTF-8 or GB 18030; ask the partner for CSV or STIX")


def read_list(data: bytes, today: date) -> Reading:
    """Reads a list of either form; ``today`` stands in for a date that is not told.

    Raises:
        SharingError: when it is neither.
    """
    text = text_of(data)
    if not text.lstrip().startswith("{"):
        return read_csv(text, today)
    try:
        bundle = json.loads(text)
    except ValueError:
        raise SharingError(
            "the list begins like JSON and is none; ask for the file again"
        ) from None
    if not isinstance(bundle, dict) or bundle.get("type") != "bundle":
        raise SharingError("the JSON is no STIX bundle; CSV and STIX 2.1 can be imported")
    return read_stix(bundle, today)
