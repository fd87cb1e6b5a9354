"""Who is to get a campaign: a list of the institution's own, or a segment of those who agreed here."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from bot.hashing import Hasher, Pseudonym
from bot.ledger.database import Reader
from bot.ledger.encoding import rfc3339
from nlu.analysis import THREAT_CODES

COLUMNS: Final = ("channel", "user", "hash", "segment", "consent_ref")
SEGMENTS: Final = ("all", "channel:NAME", "warned:CODE")
_LONGEST: Final = 200
_HASH: Final = re.compile("[0-9a-f]{32}")
_AGO: Final = timedelta(days=30)
_ADDRESSES: Final = (
    "SELECT users.user, channel, min(address) FROM users JOIN addresses USING (user) "
    "WHERE consent = 1 AND opted_out = 0 {more} GROUP BY users.user ORDER BY users.user"
)
# A signal serves to protect the person who told of it and nothing else; who gave or paid something is left in peace.
_WARNED: Final = (
    "AND users.user IN (SELECT user FROM events WHERE code = :code AND time < :before) "
    "AND users.user NOT IN (SELECT user FROM events WHERE "
    "json_extract(body, '$.data.stage') IN ('engaged', 'paid') AND user != '')"
)


class AudienceError(Exception):
    """The list or segment cannot be used; the message is one line."""


@dataclass(frozen=True)
class Recipient:
    """One person to write to; ``consent_ref`` names a consent that the institution holds.

    ``address`` is that of the channel, empty where only the user's record has it.
    """

    user: Pseudonym
    channel: str
    address: str = field(repr=False)
    segment: str = ""
    consent_ref: str | None = None


@dataclass(frozen=True)
class Audience:
    """The recipients, each once, and a line for every row that was left out."""

    recipients: Sequence[Recipient]
    problems: Sequence[str] = ()


def from_csv(path: Path, hasher: Hasher) -> Audience:
    """Reads a list with the columns ``channel``, ``user`` or ``hash``, and ``segment`` and ``consent_ref`` if there are any.

    ``user`` is the id of the person within the channel; where it is empty ``hash`` counts, the keyed hash of the
    signals. A row that cannot be used is left out and told with its line, whatever is wrong with it.

    Raises:
        AudienceError: when the file cannot be read, or lacks a column.
    """
    try:
        with path.open("rb") as file:
            lines = enumerate(file, 1)
            names = [name.strip().lower() for name in _fields(next(lines, (1, b""))[1])]
            _check_header(path, names)
            return _gathered(_row(f"{path}, line {at}", names, line, hasher) for at, line in lines)
    except OSError as error:
        raise AudienceError(f"{path}: {error.strerror}") from None
    except ValueError as error:
        raise AudienceError(f"{path}: line 1 {error}") from None


def from_segment(reader: Reader, segment: str, now: datetime) -> Audience:
    """Those who agreed to be written to: ``all``, of a ``channel:NAME``, or once ``warned:CODE``.

    A segment of the warned begins 30 days after the warning, and has nobody who gave or paid something.

    Raises:
        AudienceError: when there is no such segment.
        LedgerError: when the ledger cannot be read.
    """
    kind, _, value = segment.partition(":")
    values = {"code": value, "before": rfc3339(now - _AGO), "channel": value}
    if segment == "all":
        more = ""
    elif kind == "channel" and value:
        more = "AND channel = :channel"
    elif kind == "warned" and value in THREAT_CODES:
        more = _WARNED
    else:
        raise AudienceError(f"{segment!r} is no segment; there are {', '.join(SEGMENTS)}")
    rows = reader.rows(_ADDRESSES.format(more=more), values)
    return Audience(
        [Recipient(Pseudonym(user), channel, address, segment) for user, channel, address in rows]
    )


def _check_header(path: Path, names: Sequence[str]) -> None:
    if "channel" not in names:
        raise AudienceError(f"{path}: the column channel is missing in line 1")
    if "user" not in names and "hash" not in names:
        raise AudienceError(f"{path}: a column user or hash is missing in line 1")


def _fields(line: bytes) -> list[str]:
    """The fields of one line by itself, so that a quotation mark left open swallows nobody of the lines below."""
    try:
        text = line.decode("utf-8-sig").rstrip("\r\n")
        return next(csv.reader([text], strict=True), [])
    except UnicodeDecodeError:
        raise ValueError("is no UTF-8; save the list as CSV UTF-8") from None
    except csv.Error:
        raise ValueError(
            "is no CSV: a quotation mark is not closed, or stands in a field"
        ) from None


def _row(
    place: str, names: Sequence[str], line: bytes, hasher: Hasher
) -> tuple[Recipient | None, str]:
    """A person, or ``None`` and why not; of an empty line neither."""
    try:
        fields = [field.strip() for field in _fields(line)]
        if not any(fields):
            return None, ""
        if len(fields) > len(names):
            raise ValueError("has more fields than line 1")
        return _recipient(dict(zip(names, fields)), hasher), f"{place}: stands there twice"
    except ValueError as error:
        return None, f"{place}: {error}"


def _recipient(row: Mapping[str, str], hasher: Hasher) -> Recipient:
    channel, user, hash, segment, consent = (row.get(name, "") for name in COLUMNS)
    if not channel or not (user or hash):
        raise ValueError("channel or user is empty")
    if max(map(len, (channel, user, segment, consent))) > _LONGEST:
        raise ValueError(f"a field is longer than {_LONGEST} characters")
    if not user and not _HASH.fullmatch(hash):
        raise ValueError("hash should be the 32 hexadecimal digits of data.user in the signals")
    person = hasher.user(channel, user) if user else Pseudonym(hash)
    return Recipient(person, channel, user, segment, consent or None)


def _gathered(rows: Iterator[tuple[Recipient | None, str]]) -> Audience:
    found: dict[str, Recipient] = {}
    problems = []
    for recipient, problem in rows:
        if recipient is not None and recipient.user.current not in found:
            found[recipient.user.current] = recipient
        elif problem:
            problems.append(problem)
    return Audience(list(found.values()), problems)
