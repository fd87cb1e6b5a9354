"""Processes that the benchmark starts: their output, their end, their memory and processor time."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from bot.bench.client import Address

LOOPBACK = "127.0.0.1"
END_SECONDS = 15  # that a process may take to end before it is killed
_TICKS = os.sysconf("SC_CLK_TCK")
# The product's own settings and what bot.quiet has set for this process concern nobody we start.
_NOT_INHERITED = re.compile("JINGZHONG_.*|LOG_LEVEL|PYTHONWARNINGS")


class NotStarted(Exception):
    """A process does not serve; the message is one line with the cause."""


class Process:
    """One process with its children; its output goes into a file."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        log: Path,
        environment: Mapping[str, str],
        folder: Path,
    ) -> None:
        """Starts it in ``folder``.

        Raises:
            NotStarted: when there is no such program.
        """
        self.name = name
        self.log = log
        self.started = time.perf_counter()
        try:
            with log.open("wb") as output:
                self._process = subprocess.Popen(  # noqa: S603 - our own commands
                    command,
                    env={**_inherited(), **environment},
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    cwd=folder,
                    start_new_session=True,  # Ctrl-C reaches the benchmark alone, which then ends it
                )
        except OSError as error:
            raise NotStarted(f"{name}: cannot run {command[0]} ({error.strerror})") from None

    def wait_for(self, pattern: str, seconds: float) -> str:
        """The first group of ``pattern`` in the output, as soon as it is there.

        Raises:
            NotStarted: when the process ends or takes too long.
        """
        deadline = time.perf_counter() + seconds
        while time.perf_counter() < deadline:
            found = re.search(pattern, self.output())
            if found:
                return found.group(1)
            self.check()
            time.sleep(0.01)
        raise NotStarted(f"{self.name} was not ready in {seconds:g} seconds")

    def wait_for_port(self, address: Address, seconds: float) -> None:
        """Waits until it accepts connections.

        Raises:
            NotStarted: when the process ends or takes too long.
        """
        deadline = time.perf_counter() + seconds
        while time.perf_counter() < deadline:
            try:
                socket.create_connection((address.host, address.port), 1).close()
                return
            except OSError:
                self.check()
                time.sleep(0.02)
        raise NotStarted(f"{self.name} was not ready in {seconds:g} seconds")

    def ended(self) -> bool:
        """Whether it has ended."""
        return self._process.poll() is not None

    def check(self) -> None:
        """Raises NotStarted if it has ended."""
        code = self._process.poll()
        if code is not None:
            lines = [line for line in self.output().splitlines() if line.strip()]
            last = lines[-1][:200] if lines else "no output"
            raise NotStarted(f"{self.name} ended with {code}: {last}")

    def output(self) -> str:
        """All that it has written so far."""
        return self.log.read_text(errors="replace")

    def memory(self) -> float:
        """Resident memory in MB, its children included."""
        return sum(map(_resident, self._family()))

    def cpu(self) -> float:
        """Processor seconds used so far, its children included."""
        return sum(map(_cpu, self._family()))

    def stop(self, patience: float = END_SECONDS) -> None:
        """Ends it and what it left; kills it when it takes longer than ``patience`` seconds."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(patience)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return  # it left nobody

    def _family(self) -> list[int]:
        self.check()
        return list(_family(self._process.pid))


def free_port() -> int:
    """A port of the loopback interface that nobody uses now."""
    with socket.socket() as asking:
        asking.bind((LOOPBACK, 0))
        return int(asking.getsockname()[1])


def _inherited() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not _NOT_INHERITED.fullmatch(name)}


def _family(pid: int) -> Iterator[int]:
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in _read(children).split():
            yield from _family(int(child))


def _resident(pid: int) -> float:
    found = re.search(r"VmRSS:\s+(\d+) kB", _read(Path(f"/proc/{pid}/status")))
    return int(found.group(1)) / 1024 if found else 0.0


def _cpu(pid: int) -> float:
    # The name of the program stands in brackets and may hold blanks; user and system time are the 12th
    # and 13th field behind it, those of its ended children the next two.
    fields = _read(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / _TICKS if fields else 0.0


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""  # it has just ended
