"""Signals on a Redis stream, for any number of consumer groups."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.ledger.reading import StoredEvent
from bot.sinks.base import TAKEN, Delivery, Sink, SinkError

STREAM_LENGTH: Final = 1_000_000  # entries, about; the oldest leave
MARK_SECONDS: Final = 7 * 24 * 3600
_SCRIPT: Final = Path(__file__).with_name("redis_stream.lua").read_text(encoding="utf-8")


class RedisStreamSink(Sink):
    """Adds each event once to the stream ``PREFIX:{signals}``.

    An entry has the fields ``id``, ``source``, ``type``, ``time``, ``code`` and ``event``, which is the CloudEvent
    as one line of JSON. What was added leaves a mark for seven days, by which an event that comes again within
    them is recognised, unless it is repeated on purpose. Redis must persist (``appendonly yes``) and must not evict
    keys. Several members of one consumer group share the entries: who needs the order of a contact reads with one
    member, or gives all entries of a contact to one.
    """

    def __init__(
        self,
        redis: Redis,
        prefix: str = "jz",
        *,
        name: str = "redis",
        seconds: float = 5.0,
        owns_client: bool = False,
    ) -> None:
        """Takes a client and the ``seconds`` that a delivery may take.

        The client stays the caller's to close unless the sink ``owns_client``.
        """
        self.name = name
        self.stream = f"{prefix}:{{signals}}"
        self._redis = redis
        self._seconds = seconds
        self._owns_client = owns_client
        self._script = redis.register_script(_SCRIPT)

    async def deliver(self, events: Sequence[StoredEvent], *, again: bool = False) -> Delivery:
        """Adds those that are not in the stream yet, or ``again`` all of them, in one call; never refuses one.

        Raises:
            SinkError: when Redis does not answer in time, or answers with an error.
        """
        keys = [self.stream, *(self._mark(event) for event in events)]
        arguments: list[str | int] = [STREAM_LENGTH, MARK_SECONDS, int(again)]
        for event in events:
            told = event.event
            arguments += (
                event.id,
                event.source,
                told["type"],
                told["time"],
                event.code,
                event.line,
            )
        try:
            # A call that is cut off closes its connection, so that no later one reads its answer.
            await asyncio.wait_for(self._script(keys, arguments), self._seconds)
        except asyncio.TimeoutError:
            raise SinkError(f"Redis did not answer within {self._seconds:g} s") from None
        except (RedisError, OSError) as error:
            raise SinkError(_line(error)) from error
        return TAKEN

    async def close(self) -> None:
        """Closes the client if it is the sink's own."""
        if self._owns_client:
            await self._redis.close(close_connection_pool=True)

    def _mark(self, event: StoredEvent) -> str:
        # A source is a URI and holds no space, so that two events never make one text.
        told = hashlib.sha256(f"{event.source} {event.id}".encode()).hexdigest()[:32]
        return f"{self.stream}:seen:{told}"


def _line(error: Exception) -> str:
    # Redis quotes the arguments of a command that it does not know, and names the place in a script.
    reason = re.split(", with args| script: ", str(error))[0]
    return f"Redis: {' '.join(reason.split()).rstrip('.') or type(error).__name__}"
