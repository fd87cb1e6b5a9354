"""Keeps the cases up to date beside the running service, and never in its way."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from pathlib import Path
from typing import Final

from bot.cases.builder import CaseBuilder
from bot.cases.reports import ReportCounts
from bot.ledger.errors import LedgerError
from bot.sinks.base import SinkError
from bot.sinks.lead import Lead

logger = logging.getLogger(__name__)

NAME: Final = "cases"
LOOK_SECONDS: Final = 1.0
LONGEST_PAUSE: Final = 30.0
STOP_SECONDS: Final = 1.0


class CaseFollower:
    """Builds cases while the service runs, and keeps the counts that warnings speak of.

    Of all processes that share a ledger one builds; each has its own counts. ``last_error`` is one line, or ``None`` while all goes well.
    """

    def __init__(
        self,
        builder: CaseBuilder,
        counts: ReportCounts,
        home: Path,
        *,
        look_seconds: float = LOOK_SECONDS,
    ) -> None:
        """Puts the parts together; ``home`` is the data directory of the ledger.

        Signals gather for ``look_seconds``, which makes each of them cheap.
        """
        self.last_error: str | None = None
        self._builder = builder
        self._counts = counts
        self._lead = Lead(home, NAME)
        self._look_seconds = look_seconds
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def builds(self) -> bool:
        """Whether this process is the one that builds."""
        return self._lead.held

    async def run(self) -> None:
        """Builds until it is stopped or cancelled; no error ends it."""
        self._task = asyncio.current_task()
        pause = self._look_seconds
        try:
            while not self._stopping.is_set():
                try:
                    if self._lead.take():
                        await self._builder.build()
                    await self._counts.refresh()
                except Exception as error:
                    self._failed(error)
                    pause = min(2 * pause, LONGEST_PAUSE)
                else:
                    self._succeeded()
                    pause = self._look_seconds
                with contextlib.suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(self._stopping.wait(), pause)
        finally:
            self._lead.release()

    async def stop(self) -> None:
        """Ends within a second; what was not taken yet is taken at the next start."""
        self._stopping.set()
        if self._task is not None and not self._task.done():
            await asyncio.wait({self._task}, timeout=STOP_SECONDS)
            self._task.cancel()
            await asyncio.wait({self._task})

    def _failed(self, error: Exception) -> None:
        known = isinstance(error, (LedgerError, SinkError))
        # The words of a mistake in the program could quote a user.
        line = " ".join(str(error).split()) if known else type(error).__name__
        if self.last_error is None:
            logger.error("cases: %s; signals wait in the ledger", line)
        self.last_error = line

    def _succeeded(self) -> None:
        if self.last_error is not None:
            logger.warning("cases: built again")
        self.last_error = None
