"""Who is to get a campaign: a list of the institution's own, or a segment of those who agreed here."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from bot.hashing import Hasher, Pseudonym
from bot.ledger.database import Reader
from bot.ledger.encoding import rfc3339
from nlu.analysis import THREAT_CODES

COLUMNS: Final = ("channel", "user")
SEGMENTS: Final = ("all", "channel:NAME", "warned:CODE")
_LONGEST: Final = 200
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
    """One person to write to; ``address`` is that of the channel, ``consent_ref`` a consent that the institution holds."""

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
    """Reads a list with the columns ``channel``, ``user``, and ``segment`` and ``consent_ref`` where there are any.

    ``user`` is the id of the person within the channel. A row that cannot be used is left out and told with its line.

    Raises:
        AudienceError: when the file cannot be read, or lacks a column.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                raise AudienceError(f"{path}: the column {missing[0]} is missing in line 1")
            return _gathered(_rows(reader, path, hasher))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        why = getattr(error, "strerror", None) or "is no CSV file in UTF-8"
        raise AudienceError(f"{path}: {why}") from None


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


def _rows(
    reader: csv.DictReader[str], path: Path, hasher: Hasher
) -> Iterator[tuple[Recipient | None, str]]:
    for row in reader:
        line = reader.line_num
        channel, user = ((row.get(name) or "").strip() for name in COLUMNS)
        if not channel or not user:
            yield None, f"{path}, line {line}: channel or user is empty"
        elif len(channel) > _LONGEST or len(user) > _LONGEST:
            yield None, f"{path}, line {line}: channel or user is longer than {_LONGEST} characters"
        else:
            yield (
                Recipient(
                    hasher.user(channel, user),
                    channel,
                    user,
                    (row.get("segment") or "").strip()[:_LONGEST],
                    (row.get("consent_ref") or "").strip()[:_LONGEST] or None,
                ),
                f"{path}, line {line}: stands there twice",
            )


def _gathered(rows: Iterator[tuple[Recipient | None, str]]) -> Audience:
    found: dict[str, Recipient] = {}
    problems = []
    for recipient, problem in rows:
        if recipient is None or recipient.user.current in found:
            problems.append(problem)
        else:
            found[recipient.user.current] = recipient
    return Audience(list(found.values()), problems)
