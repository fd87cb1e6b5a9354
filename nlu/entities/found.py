"""What the finders of this package hand to each other."""

from __future__ import annotations

from typing import NamedTuple


class Found(NamedTuple):
    """A find in the folded text: ``start`` and ``end`` count folded characters, ``value`` is normalised."""

    kind: str
    value: str
    start: int
    end: int
    role: str | None = None


class Taken:
    """Stretches of a text that belong to an entity, or must not become one."""

    def __init__(self, length: int) -> None:
        self._signs = bytearray(length)

    def take(self, start: int, end: int) -> None:
        """Marks a stretch as used."""
        self._signs[start:end] = b"\1" * (end - start)

    def is_free(self, start: int, end: int) -> bool:
        """Whether nothing in the stretch is used yet."""
        return self._signs.find(1, start, end) < 0
