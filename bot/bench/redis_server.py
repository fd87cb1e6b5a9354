"""A Redis server of the benchmark's own, as durable as one in production."""

from __future__ import annotations

import shutil
from pathlib import Path

from bot.bench.client import Address
from bot.bench.processes import LOOPBACK, NotStarted, Process, free_port

START_SECONDS = 20


class RedisServer:
    """One server with an append-only file that is flushed every second, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        """Starts it.

        Raises:
            NotStarted: when Redis is not installed or does not start.
        """
        program = shutil.which("redis-server")
        if program is None:
            raise NotStarted("redis-server is not installed; install it or use --without-redis")
        folder.mkdir(parents=True)
        port = free_port()
        options = {
            "port": str(port),
            "bind": LOOPBACK,
            "dir": str(folder),
            "save": "",
            "appendonly": "yes",
            "appendfsync": "everysec",
        }
        command = [
            program,
            *(part for name, value in options.items() for part in (f"--{name}", value)),
        ]
        self._process = Process("redis-server", command, folder / "redis.log", {}, folder)
        self.url = f"redis://{LOOPBACK}:{port}/0"
        try:
            self._process.wait_for_port(Address(LOOPBACK, port), START_SECONDS)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Ends it."""
        self._process.stop()
