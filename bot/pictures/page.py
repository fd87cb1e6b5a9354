"""What was found on a picture: words and where they stand."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Word:
    """A stretch of text in a row, as it was found; the picture's own pixels, as if it stood upright."""

    text: str
    left: float
    top: float
    right: float
    bottom: float

    @property
    def height(self) -> float:
        """How high its characters are."""
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        """Where it stands from top to bottom."""
        return (self.top + self.bottom) / 2


@dataclass(frozen=True)
class Page:
    """All words of a picture; ``complete`` is false where only its beginning was read."""

    words: tuple[Word, ...]
    width: float
    height: float
    complete: bool = True
