"""One process that reads pictures, as the service sees it."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping
from typing import Any, Final

from bot.pictures.limits import PICTURES_OF_A_PROCESS, STARTING_SECONDS
from bot.pictures.worker import LENGTH

_WORKER: Final = (sys.executable, "-I", "-m", "bot.pictures.worker")


class ProcessDied(Exception):
    """The process ended while it was asked; the message is one line."""


class CannotStart(Exception):
    """Pictures cannot be read on this machine; the message is one line."""


class PictureProcess:
    """Reads one picture at a time; whoever waits no longer must :meth:`kill` it."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._read = 0

    @classmethod
    async def start(cls) -> PictureProcess:
        """Starts a process and waits until its models are loaded.

        Raises:
            CannotStart: when it does not come up.
        """
        # Decoders of pictures are where attackers look for holes: no secret is in their environment.
        environment = {"PATH": os.defpath, "LANG": "C.UTF-8", "OMP_NUM_THREADS": "1"}
        started = cls(
            await asyncio.create_subprocess_exec(
                *_WORKER,
                stdin=PIPE,
                stdout=PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env=environment,
            )
        )
        try:
            greeting = await asyncio.wait_for(started._answer(), STARTING_SECONDS)
            if "failed" in greeting:
                raise CannotStart(str(greeting["failed"]))
        except asyncio.TimeoutError:
            await started.kill()
            raise CannotStart(f"not ready in {STARTING_SECONDS:.0f} seconds") from None
        except ProcessDied:
            await started.kill()
            raise CannotStart("it ended before it was ready") from None
        except BaseException:
            await started.kill()
            raise
        return started

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def used_up(self) -> bool:
        """Whether a fresh one should take its place."""
        return self._read >= PICTURES_OF_A_PROCESS or self._process.returncode is not None

    async def read(self, data: bytes) -> Mapping[str, Any]:
        """The answer for a picture, see :func:`bot.pictures.seeing.see`.

        Raises:
            ProcessDied: when the process ended over it.
        """
        self._read += 1
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(LENGTH.pack(len(data)) + data)
            await self._process.stdin.drain()
        except ConnectionError:
            raise ProcessDied("the reader of pictures was gone") from None
        return await self._answer()

    async def kill(self) -> None:
        """Ends it at once."""
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()

    async def _answer(self) -> Mapping[str, Any]:
        assert self._process.stdout is not None
        try:
            (length,) = LENGTH.unpack(await self._process.stdout.readexactly(LENGTH.size))
            body = await self._process.stdout.readexactly(length)
        except (asyncio.IncompleteReadError, ConnectionError):
            raise ProcessDied("the reader of pictures ended over a picture") from None
        answer: Mapping[str, Any] = json.loads(body)
        return answer
