"""The pace of a channel, which all processes keep together: within any second little more than its rate."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import Final

BURST: Final = 5
"""What was not used of a rate is lost, but for this part of a second: whoever sends comes by only so often."""

_READ: Final = "SELECT second, taken FROM campaign_pace WHERE channel = ? ORDER BY second LIMIT 1"
_CLEAR: Final = "DELETE FROM campaign_pace WHERE channel = ?"
_WRITE: Final = "INSERT INTO campaign_pace (channel, second, taken) VALUES (?, ?, ?)"


@dataclass(frozen=True)
class Pace:
    """How far the time of a channel is used up, in messages since the epoch: ``used`` of ``now``.

    Counting by the seconds of the clock would let two seconds' worth go out around their border.
    """

    channel: str
    rate: int
    used: int
    now: int

    @classmethod
    def read(
        cls, connection: sqlite3.Connection, channel: str, rate: int, size: int, now: datetime
    ) -> Pace:
        """As of ``now``, within the writer's transaction; people take ``size`` messages each, and one finds room at least."""
        reached = int(now.timestamp() * rate)
        row = connection.execute(_READ, (channel,)).fetchone()
        used, least = row[0] * rate + row[1] if row else 0, reached - max(rate // BURST, size)
        if used > reached + rate:
            # The clock was put back, which must not stop a campaign until it has caught up.
            used = least
        return cls(channel, rate, max(used, least), reached)

    @property
    def room(self) -> int:
        """How many messages may go out now."""
        return self.now - self.used

    def take(self, connection: sqlite3.Connection, messages: int) -> None:
        """Uses up time for these, within the same transaction."""
        second, taken = divmod(self.used + messages, self.rate)
        connection.execute(_CLEAR, (self.channel,))
        connection.execute(_WRITE, (self.channel, second, taken))
