"""Moves events from the ledger to a sink, beside the service and never in its way."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from pathlib import Path
from typing import Final

from bot.error_line import error_line
from bot.ledger.encoding import utc_now
from bot.ledger.errors import LedgerError
from bot.ledger.reading import LedgerView
from bot.ledger.writer import Writer
from bot.sinks.backoff import Backoff, Retries
from bot.sinks.base import Sink, SinkError
from bot.sinks.cursor import Cursor, Lag, Refusals, lag_after, refusals_of
from bot.sinks.lead import Lead
from bot.sinks.rounds import Rounds

logger = logging.getLogger(__name__)

ROUND_SECONDS: Final = 0.02  # from one look into the ledger to the next, at the least
CURSOR_SECONDS: Final = 1.0
STOP_SECONDS: Final = 1.0


class Forwarder:
    """Delivers every event of a ledger to one sink from where its cursor stands, those of each contact in order.

    Of all processes that share a ledger one forwards, and another goes on when that ends. What was delivered since
    the cursor was last written, about a second at most, is delivered again after a crash; the sink's receiver
    recognises it. While the receiver cannot be reached everything waits in the ledger. What it refuses, and what is
    behind that, waits apart and others go on; see :class:`bot.sinks.rounds.Rounds`. ``last_error`` is one line, or
    ``None`` while all goes well.
    """

    def __init__(
        self,
        view: LedgerView,
        writer: Writer,
        sink: Sink,
        home: Path,
        *,
        types: frozenset[str] | None = None,
        retries: Retries = Retries(),  # noqa: B008 - it is frozen
        batch: int = 200,
        look_seconds: float = 1.0,
        first_pause: float = 0.1,
        longest_pause: float = 30.0,
    ) -> None:
        """Puts the parts together; ``home`` is the data directory of the ledger.

        ``view`` should be one of its own, since whoever asks waits while a page is read. ``types`` are those of the
        events that the sink gets, all where there are none named. ``batch`` events are delivered at once at the
        most. Every ``look_seconds`` it looks for events of other processes, for orders, and whether others still
        forward. After an error it pauses for ``first_pause`` seconds, then for twice as long each time up to
        ``longest_pause``; ``retries`` are for events that were refused.
        """
        self.last_error: str | None = None
        self._view = view
        self._sink = sink
        self._types = types
        self._cursor = Cursor(view, writer, sink.name)
        self._rounds = Rounds(
            view, writer, sink, types=types, retries=retries, batch=batch, look_seconds=look_seconds
        )
        self._lead = Lead(home, sink.name)
        self._look_seconds = look_seconds
        self._backoff = Backoff(first_pause, longest_pause)
        self._task: asyncio.Task[None] | None = None
        self._woken = asyncio.Event()
        self._stopping = asyncio.Event()
        self._saved: tuple[int, str | None] | None = None
        self._saved_at = 0.0

    @property
    def name(self) -> str:
        """The name of its sink."""
        return self._sink.name

    @property
    def healthy(self) -> bool:
        """Whether the last attempt went well; a process that does not forward makes none."""
        return self.last_error is None

    @property
    def forwards(self) -> bool:
        """Whether this process is the one that forwards."""
        return self._lead.held

    def poke(self) -> None:
        """Says that something was committed; cheap, and to be called in the event loop."""
        self._woken.set()

    def lag(self) -> Lag:
        """What is not delivered yet; a short blocking read.

        Where another process forwards, what that delivered since it last wrote the cursor counts too.

        Raises:
            LedgerError: when the ledger cannot be read.
        """
        position = self._rounds.position
        seq = position if position is not None else self._cursor.read()
        return lag_after(self._view, seq, utc_now(), self.name, self._types)

    def refusals(self) -> Refusals:
        """How many events its receiver has refused; a short blocking read.

        Raises:
            LedgerError: when the ledger cannot be read.
        """
        return refusals_of(self._view.reader, self.name)

    async def run(self) -> None:
        """Forwards until it is stopped or cancelled; no error ends it."""
        self._task = asyncio.current_task()
        try:
            if await self._take_lead():
                await self._forward()
        finally:
            try:
                await self._save_last()
            finally:
                self._lead.release()
                self._rounds.forget()

    async def stop(self) -> None:
        """Delivers what it can within a second, writes the cursor and closes the sink.

        To be called after the last commit and before the ledger and the sink's client are closed.
        """
        self._stopping.set()
        self._woken.set()
        if self._task is not None and not self._task.done():
            await asyncio.wait({self._task}, timeout=STOP_SECONDS)
            self._task.cancel()
            await asyncio.wait({self._task})
        await self._sink.close()

    async def _take_lead(self) -> bool:
        while not self._stopping.is_set():
            try:
                if self._lead.take():
                    return True
                self._succeeded()
            except SinkError as error:
                self._failed(error)
            await self._pause(self._look_seconds)
        return False

    async def _forward(self) -> None:
        loop = asyncio.get_running_loop()
        self._saved_at = loop.time()
        failures = 0
        while True:
            started = loop.time()
            # Asked before the look: what was committed before stop() is still seen by it.
            last = self._stopping.is_set()
            self._woken.clear()
            try:
                if self._rounds.position is None:
                    self._rounds.begin(await asyncio.to_thread(self._cursor.read))
                more = await self._rounds.next()
            except Exception as error:
                self._failed(error)
                if last:
                    return
                await self._save()
                failures += 1
                await self._pause(self._backoff.pause(failures, self.name))
                continue
            self._succeeded()
            failures = 0
            if last and not more:
                return
            if loop.time() - self._saved_at >= CURSOR_SECONDS:
                await self._save()
            await self._rest(started, more=more)

    async def _rest(self, started: float, *, more: bool) -> None:
        """Waits for events; those that come thick are left to gather, which makes each of them cheap."""
        loop = asyncio.get_running_loop()
        if not more and not self._woken.is_set():
            timer = loop.call_later(
                min(self._look_seconds, self._rounds.seconds_to_next_try()), self._woken.set
            )
            try:
                await self._woken.wait()
            finally:
                timer.cancel()
        early = started + ROUND_SECONDS - loop.time()
        if early > 0:
            await asyncio.sleep(early)

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    async def _save(self) -> None:
        self._saved_at = asyncio.get_running_loop().time()
        # The writer tells of its own errors, and a cursor that is behind does no harm.
        with contextlib.suppress(LedgerError):
            await self._rounds.save_replay()
            state = (self._rounds.position or 0, self.last_error)
            if state != self._saved:
                await self._cursor.write(*state, utc_now())
                self._saved = state

    async def _save_last(self) -> None:
        with contextlib.suppress(asyncio.TimeoutError):
            if self._lead.held:
                await asyncio.wait_for(self._save(), STOP_SECONDS)

    def _failed(self, error: Exception) -> None:
        line = error_line(error)
        if self.last_error is None:
            logger.error("sink %s: %s; signals wait in the ledger", self._sink.name, line)
        self.last_error = line

    def _succeeded(self) -> None:
        if self.last_error is not None:
            # No error, yet whoever saw the one must see this.
            logger.warning("sink %s: works again", self._sink.name)
        self.last_error = None
