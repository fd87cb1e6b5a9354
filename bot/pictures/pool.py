"""The few processes that read pictures, and who may wait for them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from bot.pictures.limits import MOST_WAITING, READING_SECONDS
from bot.pictures.process import PictureProcess


class PoolBusy(Exception):
    """Too many pictures are waiting already."""


class PicturePool:
    """Up to ``size`` processes, each started when it is first needed and kept for the next picture."""

    def __init__(self, size: int, seconds: float = READING_SECONDS) -> None:
        """``seconds`` is how long one picture may take before its process is killed."""
        self._size = size
        self._seconds = seconds
        self._idle: list[PictureProcess] = []
        self._asked = 0
        self._places = asyncio.Semaphore(size)

    @property
    def idle(self) -> tuple[PictureProcess, ...]:
        """The processes that wait for a picture."""
        return tuple(self._idle)

    async def read(self, data: bytes) -> Mapping[str, Any]:
        """The answer for a picture, see :func:`bot.pictures.seeing.see`.

        Raises:
            PoolBusy: when as many wait as may.
            asyncio.TimeoutError: when it took too long; its process was killed.
            CannotStart: when there is no process and none can be started.
            ProcessDied: when its process ended over it.
        """
        if self._asked >= self._size * (1 + MOST_WAITING):
            raise PoolBusy
        self._asked += 1
        try:
            async with self._places:
                return await self._read(data)
        finally:
            self._asked -= 1

    async def _read(self, data: bytes) -> Mapping[str, Any]:
        process = self._idle.pop() if self._idle else await PictureProcess.start()
        try:
            answer = await asyncio.wait_for(process.read(data), self._seconds)
        except BaseException:
            await process.kill()
            raise
        if process.used_up:
            await process.kill()
        else:
            self._idle.append(process)
        return answer

    async def stop(self) -> None:
        """Ends the processes that are idle; one that reads ends with the task that waits for it."""
        while self._idle:
            await self._idle.pop().kill()
