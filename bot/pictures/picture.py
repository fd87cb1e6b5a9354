"""What reading a picture comes to: its text, or the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Literal, Optional

Side = Optional[Literal["left", "right"]]
"""Where a line of a chat stands: ``left`` the other side's, ``right`` one's own; ``None`` where it cannot be told."""


@dataclass(frozen=True)
class PictureLine:
    """What one bubble or paragraph says, its wrapped lines put together again."""

    text: str
    side: Side = None


@dataclass(frozen=True)
class PictureText:
    """What is written on a picture, in the order in which people read it.

    ``sha256`` is the hash of the file as it came. ``codes`` are the contents of QR codes. ``complete`` is false where
    only the beginning of a long picture was read. ``edited`` tells that its metadata names a program that edits
    pictures: reason enough for a person to look at it, and never a proof that it is false.
    """

    sha256: str
    lines: tuple[PictureLine, ...]
    codes: tuple[str, ...] = ()
    complete: bool = True
    edited: bool = False

    @property
    def text(self) -> str:
        """All that was read, as if it had been typed: a line each."""
        return "\n".join((*(line.text for line in self.lines), *self.codes))


class Refused(Enum):
    """Why a picture was not read; every value has a reply ``utter_picture_<value>`` but for ``OFF``."""

    OFF = "off"
    TOO_LARGE = "too_large"
    TOO_MANY_PIXELS = "too_many_pixels"
    WRONG_TYPE = "wrong_type"
    BROKEN = "broken"
    NO_TEXT = "no_text"
    TOO_SLOW = "too_slow"
    BUSY = "busy"


@dataclass(frozen=True)
class PictureRefusal:
    """A picture that was not read; ``detail`` is one line for a developer and quotes nothing of it."""

    reason: Refused
    detail: str
