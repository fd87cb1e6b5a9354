"""How much is let in: per person, per conversation, and altogether."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bot.inbound import InboundMessage

_ROUNDING = 1e-9  # seconds


@dataclass(frozen=True)
class Limit:
    """The figures. A person may send ``burst`` messages at once and ``per_minute`` in the long run.

    ``in_conversation`` messages of one conversation and ``altogether`` of all may be under way in a process;
    what comes on top is refused at once, so that nobody waits longer than it takes to answer these.
    """

    burst: int = 600
    per_minute: float = 60.0
    in_conversation: int = 64
    altogether: int = 1024


class LimitExceeded(Exception):
    """A message is not taken now; ``reason`` is ``rate`` or ``queue``, ``retry_after`` is in seconds."""

    def __init__(self, reason: str, retry_after: int) -> None:
        super().__init__(f"refused for its {reason}")
        self.reason = reason
        self.retry_after = retry_after


class Limits:
    """Counts what one process has under way and what each person has sent; bounded in memory."""

    _MOST_PEOPLE = 50_000

    def __init__(
        self, limit: Limit | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.limit = limit or Limit()
        self._clock = clock
        # When the tokens of a person will be all there again: one number a person (the GCRA form of a
        # token bucket), in the order of their last messages.
        self._full_at: OrderedDict[tuple[str, str], float] = OrderedDict()
        self._under_way: dict[str, int] = {}
        self._altogether = 0

    @property
    def remembered(self) -> int:
        """How many people it has in memory."""
        return len(self._full_at)

    @contextmanager
    def admit(self, message: InboundMessage) -> Iterator[None]:
        """Lets a message in for the time of the ``with`` block.

        Raises:
            LimitExceeded: when it is not let in.
        """
        own = self._under_way.get(message.key, 0)
        if own >= self.limit.in_conversation or self._altogether >= self.limit.altogether:
            raise LimitExceeded("queue", 2)
        self._count((message.channel, message.user))
        self._under_way[message.key] = own + 1
        self._altogether += 1
        try:
            yield
        finally:
            self._altogether -= 1
            left = self._under_way[message.key] - 1
            if left:
                self._under_way[message.key] = left
            else:
                del self._under_way[message.key]

    def _count(self, person: tuple[str, str]) -> None:
        interval = 60.0 / self.limit.per_minute
        now = self._clock()
        full_at = max(self._full_at.pop(person, now), now) + interval
        excess = full_at - now - interval * self.limit.burst
        if excess > _ROUNDING:
            self._full_at[person] = full_at - interval
            raise LimitExceeded("rate", math.ceil(excess - _ROUNDING))
        self._full_at[person] = full_at
        self._forget(now)

    def _forget(self, now: float) -> None:
        """Drops whose tokens are all there again, which says no more than to know nothing of them."""
        while len(self._full_at) > self._MOST_PEOPLE or next(iter(self._full_at.values())) <= now:
            self._full_at.popitem(last=False)
