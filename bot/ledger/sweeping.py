"""When what has grown too old is removed: now and then, since looking for it costs something each time."""

from __future__ import annotations

from datetime import datetime, timedelta

EVERY = timedelta(minutes=1)


class Sweeping:
    """Tells whoever writes anyway whether it is time to remove what is too old."""

    def __init__(self, every: timedelta = EVERY) -> None:
        self._every = every
        self._last: datetime | None = None

    def is_due(self, now: datetime) -> bool:
        """Whether the last time is long ago; then this is the next."""
        if self._last is not None and now - self._last < self._every:
            return False
        self._last = now
        return True
