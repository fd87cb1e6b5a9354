"""A platform that people are written to at, as a process of its own: its limit, its faults, and what it delivered.

``SOCKET LIMIT SEED`` serves until its standard input ends, and then tells what it saw.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.outbound.message import Delivery, OutboundMessage, Sender

BUSY, LOST, BLOCKED = 3, 1, 2
"""Of a hundred messages so many find the platform busy or lose their answer; so many people have blocked us."""

PATIENCE = 5.0


@dataclass
class Seen:
    """What the platform saw: messages by the second it was asked, what it refused for its limit, who got how many."""

    asked: Counter[int] = field(default_factory=Counter)
    too_many: int = 0
    arrived: Counter[str] = field(default_factory=Counter)


class Platform:
    """Takes at most ``limit`` bubbles within any second of its clock, and asks to wait beyond that."""

    def __init__(self, limit: int, seed: int) -> None:
        self.seen = Seen()
        self._limit = limit
        self._chance = random.Random(seed)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answers one connection, a line each; a lost answer closes it."""
        # Whoever was killed has closed it too.
        with contextlib.suppress(ConnectionError):
            while line := await reader.readline():
                answer = self._answer(json.loads(line))
                if answer is None:
                    break
                writer.write(json.dumps(answer).encode() + b"\n")
                await writer.drain()
        writer.close()

    def _answer(self, asked: dict[str, Any]) -> dict[str, Any] | None:
        now = asyncio.get_running_loop().time()
        self.seen.asked[int(now)] += asked["bubbles"]
        if self.seen.asked[int(now)] > self._limit:
            self.seen.too_many += 1
            return {"fate": "failed", "retry_after": 1 - now % 1}
        if random.Random(asked["to"]).randrange(100) < BLOCKED:
            return {"fate": "refused"}
        drawn = self._chance.randrange(100)
        if drawn < BUSY:
            return {"fate": "failed"}
        self.seen.arrived[asked["to"]] += 1
        return None if drawn < BUSY + LOST else {"fate": "sent"}


class PlatformSender(Sender):
    """Sends to a platform behind a socket, over as many connections as are wanted at a time."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket
        self._free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    @property
    def channel(self) -> str:
        return "test"

    async def send(self, address: str, message: OutboundMessage) -> Delivery:
        try:
            reader, writer = (
                self._free.pop()
                if self._free
                else await asyncio.open_unix_connection(str(self._socket))
            )
        except OSError:
            return Delivery("failed", "not reached")
        asked = {"to": address, "id": message.id, "bubbles": len(message.bubbles)}
        writer.write(json.dumps(asked).encode() + b"\n")
        line = await asyncio.wait_for(reader.readline(), PATIENCE)
        if not line:
            writer.close()
            return Delivery("unknown", "no answer")
        self._free.append((reader, writer))
        return Delivery(**json.loads(line))


async def main(socket: str, limit: int, seed: int) -> None:
    platform = Platform(limit, seed)
    server = await asyncio.start_unix_server(platform.talk, socket)
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    server.close()
    print(json.dumps(vars(platform.seen)), flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], *map(int, sys.argv[2:4])))
