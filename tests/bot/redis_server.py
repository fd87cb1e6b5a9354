"""A real redis-server in a folder of its own, which a test can stop, kill, freeze and start again."""

from __future__ import annotations

import signal
import socket
import subprocess
import time
from pathlib import Path

START_SECONDS = 20


class RedisServer:
    """A server on a free port of the loopback interface that keeps its data across its ends.

    It is started by the constructor; ``stop`` ends whatever state it is in, and may be called twice.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._folder.mkdir(parents=True, exist_ok=True)
        self.port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def url(self) -> str:
        """Its address, also while it is down."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Starts it on its port with the data of its folder; returns once it answers."""
        assert self._process is None, "it runs already"
        self._process = subprocess.Popen(
            [
                "redis-server",
                *("--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self._folder)),
                *("--appendonly", "yes", "--appendfsync", "everysec", "--save", ""),
                *("--logfile", str(self._folder / "redis.log"), "--loglevel", "warning"),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                log = self._folder / "redis.log"
                raise RuntimeError(f"redis-server did not start: {log.read_text()[-600:]}")
            time.sleep(0.01)

    def stop(self) -> None:
        """Ends it orderly."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Ends it at once, as a crash does."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """Ends it orderly and starts it again."""
        self.stop()
        self.start()

    def freeze(self) -> None:
        """Lets it hang: it takes connections and answers nothing."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Lets it go on."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(signal.SIGCONT)
        process.send_signal(how)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(64) == b"+PONG\r\n"  # an error while it is loading
        except OSError:
            return False


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port
