"""Why a message waits or was not sent: a code for programs, a line for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

LINES: Final[Mapping[str, str]] = {
    "opted_out": "the borrower asked not to be written to",
    "no_consent": "the borrower has not agreed, or took it back",
    "minor": "the borrower is a minor",
    "crisis": "the borrower showed signs of a crisis not long ago; only a person may write",
    "blocked": "the borrower has blocked us on this channel",
    "unknown_user": "no address of this borrower on a channel that is switched on",
    "cap": "waits: the borrower had as many messages as one person may get",
    "quiet_hours": "waits for the end of the quiet hours",
    "late": "too late: it would no longer make sense",
    "wording": "the wording holds something that may not leave; see: jingzhong content check",
    "store": "waits: the record of the borrower cannot be read now",
    "platform_failed": "the platform could not be reached or did not take it",
    "platform_blocked": "the borrower has blocked us on this channel",
    "platform_window_closed": "the channel allows no message to the borrower now",
    "platform_refused": "the platform will never take it, or knows no such address",
    "answered": "the borrower said before that it is over",
    "by_person": "taken back by a person",
    "erased": "the borrower had everything erased",
}


def line_of(reason: str | None) -> str | None:
    """The line of a reason, ``None`` where there is none."""
    return None if reason is None else LINES.get(reason, reason)
