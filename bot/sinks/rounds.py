"""The rounds of a forwarder: what is handed over next, and what becomes of what the receiver does not take."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from bot.ledger.encoding import utc_now
from bot.ledger.reading import LedgerView, StoredEvent
from bot.ledger.writer import Writer
from bot.sinks.backoff import Retries
from bot.sinks.base import TAKEN, Delivery, Sink, SinkError, lane_of
from bot.sinks.parking import Parked, Parking, Refusal
from bot.sinks.replays import Order, Replays
from bot.sinks.window import Window

logger = logging.getLogger(__name__)

MOST_LANES: Final = 1000  # contacts that may wait before nothing new is handed over


class Rounds:
    """One delivery after the other to one sink; who calls has the lead.

    A delivery holds the refused events whose time has come and, of the contacts that do not wait, the next events of
    the ledger, or of a replay as long as there is one. Nothing new goes past a replay, so that the receiver gets the
    events of a contact in their order, only those that are repeated twice.
    """

    def __init__(
        self,
        view: LedgerView,
        writer: Writer,
        sink: Sink,
        *,
        types: frozenset[str] | None,
        retries: Retries,
        batch: int,
        look_seconds: float,
    ) -> None:
        self._view = view
        self._sink = sink
        self._types = types
        self._batch = batch
        self._look_seconds = look_seconds
        self._parking = Parking(view.reader, writer, sink.name, retries)
        self._replays = Replays(view.reader, writer, sink.name)
        self._live: Window | None = None
        self._replay: tuple[Order, Window] | None = None
        self._look_at = 0.0

    @property
    def position(self) -> int | None:
        """The ``seq`` up to which everything is delivered or waits apart; ``None`` before :meth:`begin`."""
        return self._live.position if self._live is not None else None

    def begin(self, after: int) -> None:
        """Starts behind the cursor."""
        self._live = Window(self._view, after, types=self._types)
        self._look_at = 0.0

    def forget(self) -> None:
        """Ends it: the next to begin may be another process."""
        self._live = self._replay = None

    def seconds_to_next_try(self) -> float:
        """How long until a refused event is tried again; infinite if none waits."""
        due_at = self._parking.next_due
        return max(0.0, (due_at - utc_now()).total_seconds()) if due_at else float("inf")

    async def next(self) -> bool:
        """Makes one delivery, and says whether the next could follow at once.

        Raises:
            SinkError: when the receiver cannot be reached, or refuses so much that nothing new is handed over.
            LedgerError: when the ledger fails.
        """
        window, due = await asyncio.to_thread(self._collect)
        lanes = self._parking.lanes
        behind = [(e, lane) for e in window.open if (lane := lane_of(e)) in lanes] if lanes else []
        waiting = {event.seq for event, _ in behind}
        fresh = [event for event in window.open if event.seq not in waiting]
        delivery = TAKEN
        if due or fresh:
            again = window is not self._live
            batch = [parked.event for parked in due] + fresh
            delivery = await self._sink.deliver(batch, again=again)
        await self._settle(window, due, fresh, behind, delivery)
        if delivery.trouble is not None:
            raise SinkError(delivery.trouble)
        if len(lanes) >= MOST_LANES:
            raise SinkError(f"the receiver refuses events of {len(lanes)} contacts")
        return window.more or bool(due)

    async def save_replay(self) -> None:
        """Writes down how far a replay has got, if there is one.

        Raises:
            LedgerError: when it cannot be written.
        """
        if self._replay is not None:
            order, window = self._replay
            await self._replays.advance(order, window.position, None)

    def _collect(self) -> tuple[Window, list[Parked]]:
        """Reads what the next delivery is made of; blocking, and so in a thread."""
        assert self._live is not None, "begin() comes first"
        if time.monotonic() >= self._look_at:
            self._parking.look()
            self._take_order(self._live)
            self._look_at = time.monotonic() + self._look_seconds
        window = self._replay[1] if self._replay else self._live
        if len(self._parking.lanes) < MOST_LANES:
            window.fill(self._batch)
        return window, self._parking.due(utc_now(), self._batch)

    def _take_order(self, live: Window) -> None:
        if self._replay is not None:
            return
        order = self._replays.first()
        if order is not None:
            # What lies above comes by itself.
            last = live.position if order.last is None else min(order.last, live.position)
            window = Window(self._view, order.next - 1, last=last, types=self._types)
            self._replay = (order, window)

    async def _settle(
        self,
        window: Window,
        due: Sequence[Parked],
        fresh: Sequence[StoredEvent],
        behind: Sequence[tuple[StoredEvent, str]],
        delivery: Delivery,
    ) -> None:
        now = utc_now()
        tries = {parked.event.seq: parked.tries for parked in due}
        handed_over = [parked.event for parked in due] + list(fresh)
        refused = [
            Refusal(e, lane_of(e), tries.get(e.seq, 0) + 1, delivery.refused[e.seq])
            for e in handed_over
            if e.seq in delivery.refused
        ]
        stuck = {refusal.lane for refusal in refused}
        behind = [
            *behind,
            *((e, lane) for e in fresh if e.seq in delivery.left and (lane := lane_of(e)) in stuck),
        ]
        taken = {event.seq for event in handed_over if delivery.took(event)}
        # What is repeated may be a dead letter too, and is none any more once it is taken.
        known = taken if window is not self._live else taken & tries.keys()
        await self._parking.settle(now, taken=known, refused=refused, behind=behind)
        window.settle(taken | delivery.refused.keys() | {event.seq for event, _ in behind})
        if known or refused or behind:
            self._look_at = 0.0
        self._tell(refused)
        await self._end_replay(now)

    async def _end_replay(self, now: datetime) -> None:
        if self._replay is None or not self._replay[1].ended:
            return
        order, window = self._replay
        await self._replays.advance(order, window.position, now)
        self._replay = None
        self._look_at = 0.0
        logger.warning("sink %s: replayed up to %d", self._sink.name, window.position)

    def _tell(self, refused: Sequence[Refusal]) -> None:
        for refusal in refused:
            if self._parking.is_dead(refusal):
                logger.error(
                    "sink %s: event %s was refused %d times (%s); see: jingzhong signals dead",
                    *(self._sink.name, refusal.event.id, refusal.tries, refusal.reason),
                )
        if refused and not self._parking.lanes:
            logger.warning(
                "sink %s: %s; refused events are tried again, others go on",
                *(self._sink.name, refused[0].reason),
            )
