"""Work that is done again and again beside the service, and never in its way."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from bot.error_line import error_line
from bot.sinks.lead import Lead

logger = logging.getLogger(__name__)

STOP_SECONDS: Final = 1.0
LONGEST_PAUSE: Final = 30.0


class Periodic:
    """Does a piece of work every so many seconds until it is stopped; no error ends it.

    With a ``lead``, of all processes that share a ledger the one that holds it works, and another goes on when that
    ends. ``last_error`` is one line, or ``None`` while all goes well.
    """

    def __init__(
        self,
        name: str,
        work: Callable[[], Awaitable[object]],
        seconds: float,
        lead: Lead | None = None,
    ) -> None:
        """``work`` must end by itself and never block the event loop; after errors it is done ever more seldom."""
        self.name = name
        self.last_error: str | None = None
        self._work = work
        self._seconds = seconds
        self._lead = lead
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def works(self) -> bool:
        """Whether the work falls to this process."""
        return self._lead is None or self._lead.held

    async def run(self) -> None:
        """Works until it is stopped or cancelled."""
        self._task = asyncio.current_task()
        pause = self._seconds
        try:
            while not self._stopping.is_set():
                try:
                    if self._lead is None or self._lead.take():
                        await self._work()
                except Exception as error:
                    self._failed(error)
                    pause = max(self._seconds, min(2 * pause, LONGEST_PAUSE))
                else:
                    self._succeeded()
                    pause = self._seconds
                with contextlib.suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(self._stopping.wait(), pause)
        finally:
            if self._lead is not None:
                self._lead.release()

    async def stop(self) -> None:
        """Ends within a second; what is not done by then is done at the next start."""
        self._stopping.set()
        if self._task is not None and not self._task.done():
            await asyncio.wait({self._task}, timeout=STOP_SECONDS)
            self._task.cancel()
            await asyncio.wait({self._task})

    def _failed(self, error: Exception) -> None:
        line = error_line(error)
        if self.last_error is None:
            logger.error("%s: %s; tried again", self.name, line)
        self.last_error = line

    def _succeeded(self) -> None:
        if self.last_error is not None:
            # No error, yet whoever saw the one must see this.
            logger.warning("%s: works again", self.name)
        self.last_error = None
