"""Sinks that hand over one event at a time: many contacts side by side, those of one contact in their order."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from typing import Final

from bot.ledger.reading import StoredEvent
from bot.sinks.base import Delivery, Sink, SinkError, lane_of

_ENOUGH_FAILURES: Final = 8  # in a row, before a delivery is broken off


class Refused(Exception):
    """The receiver does not take this one event; the message is one line and holds no text of a user."""


class LaneSink(Sink):
    """A sink that sends each event by itself, ``parallel`` contacts at a time.

    An event at which the receiver hangs or breaks cannot be told from a receiver that is gone, unless the receiver
    takes another that was sent after it. So such an event counts as refused if that happened, and as a sign that
    the receiver is gone if not: one bad event never stops the others, and none is blamed for a receiver that is
    down. (One that was under way when the receiver went may be, once.)
    """

    def __init__(self, name: str, parallel: int) -> None:
        self.name = name
        self._parallel = parallel

    @abstractmethod
    async def send(self, event: StoredEvent) -> None:
        """Hands over one event and returns once the receiver has it; ends by itself within a time limit.

        Raises:
            Refused: when the receiver answered that it does not take this event.
            SinkError: when there was no answer, or one that says nothing about the event.
        """

    async def deliver(self, events: Sequence[StoredEvent], *, again: bool = False) -> Delivery:
        """Sends the events; see :class:`LaneSink`."""
        lanes: dict[str, list[StoredEvent]] = {}
        for event in events:
            lanes.setdefault(lane_of(event), []).append(event)
        sending = _Sending(self, lanes)
        workers = [
            asyncio.ensure_future(sending.work()) for _ in range(min(self._parallel, len(lanes)))
        ]
        try:
            await asyncio.gather(*workers)
        finally:
            for worker in workers:
                worker.cancel()
        return sending.result(events)


class _Sending:
    """One delivery under way."""

    def __init__(self, sink: LaneSink, lanes: dict[str, list[StoredEvent]]) -> None:
        self._sink = sink
        self._lanes: Iterator[list[StoredEvent]] = iter(lanes.values())
        self._started = 0
        self._last_taken = 0  # the highest start of what was taken
        self._failures_in_a_row = 0
        self._taken: set[int] = set()
        self._refused: dict[int, str] = {}
        self._failed: dict[int, tuple[int, str]] = {}  # start and reason by seq

    async def work(self) -> None:
        """Takes lanes and sends what is in them, until there are none or nothing gets through."""
        for lane in self._lanes:
            if self._failures_in_a_row >= _ENOUGH_FAILURES:
                return
            for event in lane:
                if not await self._send(event):
                    break

    async def _send(self, event: StoredEvent) -> bool:
        self._started += 1
        start = self._started
        try:
            await self._sink.send(event)
        except Refused as refusal:
            self._refused[event.seq] = str(refusal)
        except SinkError as error:
            self._failed[event.seq] = (start, str(error))
            self._failures_in_a_row += 1
            return False
        else:
            self._taken.add(event.seq)
            self._last_taken = max(self._last_taken, start)
        self._failures_in_a_row = 0
        return event.seq in self._taken

    def result(self, events: Sequence[StoredEvent]) -> Delivery:
        """What became of the events, now that it has ended."""
        trouble = None
        for seq, (start, reason) in self._failed.items():
            if start < self._last_taken:
                self._refused[seq] = reason
            else:
                trouble = reason
        done = self._taken | self._refused.keys()
        left = frozenset(event.seq for event in events if event.seq not in done)
        return Delivery(self._refused, left, trouble)
