"""Partners' lists as CSV: the columns that we export, or those of the Global Signal Exchange alone."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from bot.sharing.entries import DISPUTED, RETRACTED
from bot.sharing.errors import SharingError
from bot.sharing.partner_lists import (
    Listed,
    Reading,
    collect,
    contact,
    keyed_hash,
    known_codes,
    shown,
)
from bot.sharing.signal_list import unguarded
from bot.sharing.tlp import Tlp

_KINDS: Final = {
    "domain name": "url",
    "domain": "url",
    "hostname": "url",
    "url": "url",
    "phone": "phone",
    "phone number": "phone",
    "telephone number": "phone",
    "bank account": "bank_account",
    "bank account number": "bank_account",
}
_MARKINGS: Final = {"white": "clear"}


def read_csv(text: str, today: date) -> Reading:
    """Reads a list with a header; only the column ``signal`` must be there.

    Raises:
        SharingError: without that column.
    """
    lines = csv.DictReader(io.StringIO(text))
    try:
        header = [name.strip().lower() for name in lines.fieldnames or ()]
    except csv.Error as error:
        raise SharingError(f"the list is no CSV ({error})") from None
    if "signal" not in header:
        raise SharingError(
            "the list has no column named signal; its first line should name the columns, "
            "such as signal,kind,tlp,status"
        )
    lines.fieldnames = header
    return collect(_rows(lines), lambda row: _listed(row, today))


def _rows(lines: csv.DictReader[str]) -> Iterator[tuple[str, Mapping[str, str]]]:
    while True:
        try:
            row = next(lines)
        except StopIteration:
            return
        except csv.Error as error:
            yield f"line {lines.line_num}", {"": str(error)}
            continue
        cells = {
            name: value.strip() for name, value in row.items() if name and isinstance(value, str)
        }
        if any(cells.values()):
            yield f"line {lines.line_num}", cells


def _listed(row: Mapping[str, str], today: date) -> Listed:
    if "" in row:
        raise ValueError(row[""])
    signal = unguarded(row.get("signal", ""))
    if not signal:
        raise ValueError("the signal is empty")
    hashed = keyed_hash(signal)
    key = None if hashed else contact(_kind(row, signal), _value(row, signal))
    status = row.get("status", "").lower()
    return Listed(
        ref=row.get("entry_id") or hashed or str(key),
        key=key,
        hash=hashed,
        tlp=_tlp(row.get("tlp", "")),
        codes=known_codes(row.get("codes", "").split("|")),
        listed_on=_day(row.get("first_seen") or row.get("report_date"), "report_date") or today,
        version=_version(row.get("version", "")),
        disputed=status == DISPUTED,
        retracted=status == RETRACTED,
        valid_until=_day(row.get("valid_until"), "valid_until"),
    )


def _kind(row: Mapping[str, str], signal: str) -> str:
    given = (
        row.get("kind") or _KINDS.get(row.get("signal_type", "").lower()) or row.get("signal_type")
    )
    if given:
        return given.lower()
    return signal.partition(":")[0].lower()


def _value(row: Mapping[str, str], signal: str) -> str:
    return signal if row.get("kind") or row.get("signal_type") else signal.partition(":")[2]


def _tlp(text: str) -> Tlp:
    word = text.lower().removeprefix("tlp:").strip()
    if not word:
        return Tlp.AMBER_STRICT
    try:
        return Tlp(_MARKINGS.get(word, word))
    except ValueError:
        raise ValueError(
            f"{shown(text)} is no marking; use clear, green, amber, amber+strict or red"
        ) from None


def _day(text: str | None, column: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text[:10].replace("/", "-"))
    except ValueError:
        raise ValueError(f"{column}: {shown(text)} is no date; write 2026-11-29") from None


def _version(text: str) -> int:
    if not text:
        return 1
    if not text.isdecimal() or len(text) > 15:
        raise ValueError(f"version: {shown(text)} is no number")
    return int(text)
