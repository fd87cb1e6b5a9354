"""What happened lately, remembered in this process, for a time and within bounds."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable


class Lately:
    """Remembers keys for a number of seconds; of more than ``most`` keys the oldest are forgotten."""

    def __init__(
        self, seconds: float, most: int = 10_000, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._seconds = seconds
        self._most = most
        self._clock = clock
        self._at: OrderedDict[Hashable, float] = OrderedDict()

    def __contains__(self, key: Hashable) -> bool:
        at = self._at.get(key)
        return at is not None and self._clock() - at < self._seconds

    def add(self, key: Hashable) -> None:
        """Remembers the key from now on."""
        self._at.pop(key, None)
        self._at[key] = self._clock()
        if len(self._at) > self._most:
            self._at.popitem(last=False)

    def first(self, key: Hashable) -> bool:
        """Whether the key is new; it is remembered from now on."""
        if key in self:
            return False
        self.add(key)
        return True
