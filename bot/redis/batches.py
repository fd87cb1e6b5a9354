"""Sends calls to Redis in groups: what gathers while one group is under way is the next one.

Like the writer of the ledger, this delays nothing to fill a group. Calls reach Redis in the order in
which they were made, and a busy process needs one round trip for many of them.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import NoScriptError, RedisError
from redis.exceptions import TimeoutError as RedisTimeout

from bot.exchanges.exchange import StoreUnavailable

_SCRIPTS = Path(__file__).resolve().parent / "scripts"
_MOST_AT_ONCE = 256


@dataclass(frozen=True)
class Script:
    """A Lua script that Redis knows by its hash."""

    source: str
    sha: str = field(init=False)

    def __post_init__(self) -> None:
        # Redis names scripts by SHA-1; nothing rests on its strength.
        digest = hashlib.sha1(self.source.encode(), usedforsecurity=False).hexdigest()
        object.__setattr__(self, "sha", digest)

    @classmethod
    def named(cls, name: str) -> Script:
        """The script ``scripts/NAME.lua``."""
        return cls((_SCRIPTS / f"{name}.lua").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class _Call:
    command: tuple[Any, ...]
    script: Script | None
    future: asyncio.Future[Any]


class Batches:
    """The calls of one process to one Redis server."""

    def __init__(self, client: Redis) -> None:
        self._client = client
        self._waiting: list[_Call] = []
        self._sending: asyncio.Task[None] | None = None

    def run(self, script: Script, keys: Sequence[str], *arguments: Any) -> asyncio.Future[Any]:
        """Runs a script; see :meth:`send`."""
        return self._add(("EVALSHA", script.sha, len(keys), *keys, *arguments), script)

    def send(self, *command: Any) -> asyncio.Future[Any]:
        """Sends a command; awaiting the future gives the answer, or raises ``StoreUnavailable``."""
        return self._add(command, None)

    async def close(self) -> None:
        """Waits for what is under way and closes the connection."""
        if self._sending is not None:
            await asyncio.wait({self._sending}, timeout=1)
            self._sending.cancel()
        await self._client.close(close_connection_pool=True)

    def _add(self, command: tuple[Any, ...], script: Script | None) -> asyncio.Future[Any]:
        future = asyncio.get_running_loop().create_future()
        self._waiting.append(_Call(command, script, future))
        if self._sending is None or self._sending.done():
            self._sending = asyncio.ensure_future(self._send_all())
        return future

    async def _send_all(self) -> None:
        while self._waiting:
            batch, self._waiting = (
                self._waiting[:_MOST_AT_ONCE],
                self._waiting[_MOST_AT_ONCE:],
            )
            try:
                await self._send_batch(batch)
            except (RedisError, OSError, asyncio.TimeoutError) as error:
                if isinstance(error, (RedisTimeout, asyncio.TimeoutError)):
                    # The server hangs. Who came meanwhile is not made to find that out once more.
                    batch, self._waiting = [*batch, *self._waiting], []
                _fail(batch, StoreUnavailable(f"Redis: {_line(error)}"))
            except BaseException:
                _fail([*batch, *self._waiting], StoreUnavailable("Redis: the service is stopping"))
                raise

    async def _send_batch(self, batch: list[_Call]) -> None:
        answers = await self._answers([call.command for call in batch])
        again = {
            place: ("EVAL", call.script.source, *call.command[2:])
            for place, (call, answer) in enumerate(zip(batch, answers))
            if call.script is not None and isinstance(answer, NoScriptError)
        }
        if again:
            # A server that has just started, or whose scripts were flushed; it knows them from now on.
            more = await self._answers(list(again.values()))
            for place, answer in zip(again, more):
                answers[place] = answer
        for call, answer in zip(batch, answers):
            if call.future.done():
                continue
            if isinstance(answer, Exception):
                call.future.set_exception(StoreUnavailable(f"Redis: {_line(answer)}"))
            else:
                call.future.set_result(answer)

    async def _answers(self, commands: Sequence[tuple[Any, ...]]) -> list[Any]:
        pipeline = self._client.pipeline(transaction=False)
        for command in commands:
            pipeline.execute_command(*command)
        answers: list[Any] = await pipeline.execute(raise_on_error=False)
        return answers


def unheeded(future: asyncio.Future[Any]) -> asyncio.Future[Any]:
    """The future of a call, whose failure nobody has to look at."""
    future.add_done_callback(lambda done: done.cancelled() or done.exception())
    return future


def _fail(calls: Sequence[_Call], error: StoreUnavailable) -> None:
    for call in calls:
        if not call.future.done():
            call.future.set_exception(StoreUnavailable(str(error)))
            call.future.exception()  # looked at: whoever waits gets it, and nobody has to


def _line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__
