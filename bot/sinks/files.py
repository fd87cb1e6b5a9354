"""Events as lines in files that are rotated: JSON lines, or CSV for a spreadsheet."""

from __future__ import annotations

import asyncio
import json
import os
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from bot.ledger.encoding import utc_now
from bot.ledger.reading import StoredEvent
from bot.sinks.base import TAKEN, Delivery, Sink, SinkError

_REMEMBERED: Final = 50_000  # lines at the end of the files that are looked through after a start
_BLOCK: Final = 1 << 20

Key = tuple[str, str]


class LineFormat(ABC):
    """How an event becomes a line; no line holds a line break."""

    suffix: str
    heading: bytes
    """What stands at the beginning of every file, with its line break."""

    @abstractmethod
    def line(self, event: StoredEvent) -> str:
        """The line of an event, without the line break."""

    @abstractmethod
    def key(self, line: str) -> Key | None:
        """``source`` and ``id`` of the event in a line, or ``None`` where it holds none."""


class JsonLines(LineFormat):
    """One CloudEvent a line."""

    suffix = "jsonl"
    heading = b""

    def line(self, event: StoredEvent) -> str:
        """The event as it is."""
        return event.line

    def key(self, line: str) -> Key | None:
        """Reads the line; what is no event has none."""
        try:
            event = json.loads(line)
            return event["source"], event["id"]
        except (ValueError, KeyError, TypeError):
            return None


class FilesSink(Sink):
    """Appends to ``FOLDER/NAME-YYYYMMDD-NNNN.SUFFIX`` and begins another file each UTC day and when one is full.

    Lines are on the disk before they count as delivered. After a crash a line that is not complete is cut off, and
    what comes again is recognised by what stands in the last files, so that no event stands there twice unless it
    is repeated on purpose. Files but the newest are never touched again: they can be compressed or taken away.
    """

    def __init__(
        self,
        name: str,
        folder: Path,
        form: LineFormat,
        *,
        most_bytes: int = 64 << 20,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """Writes into ``folder``, which is made when needed; a file that has ``most_bytes`` is full."""
        self.name = name
        self._folder = folder
        self._form = form
        self._most_bytes = most_bytes
        self._clock = clock
        self._handle: int | None = None
        self._path: Path | None = None
        self._size = 0
        self._known: set[Key] | None = None
        # A writing thread outlives a delivery that is cancelled, and must not lose its file to close().
        self._lock = threading.Lock()

    async def deliver(self, events: Sequence[StoredEvent], *, again: bool = False) -> Delivery:
        """Appends those that are not there yet, or ``again`` all; never refuses one.

        Raises:
            SinkError: when the files cannot be written.
        """
        try:
            await asyncio.to_thread(self._write, events, again)
        except OSError as error:
            await asyncio.to_thread(self._close)
            reason = error.strerror or type(error).__name__
            raise SinkError(f"{self._folder}: {reason}; free space or make it writable") from error
        return TAKEN

    async def close(self) -> None:
        """Closes the file."""
        await asyncio.to_thread(self._close)

    def _write(self, events: Sequence[StoredEvent], again: bool) -> None:
        with self._lock:
            self._append(events, again)

    def _append(self, events: Sequence[StoredEvent], again: bool) -> None:
        if self._known is None:
            self._known = self._look_back()
        wanted = events if again else [e for e in events if (e.source, e.id) not in self._known]
        if not again and wanted:
            # Events come in the order of the ledger: after the first new one no old one comes.
            self._known = set()
        lines = [self._form.line(event).encode() + b"\n" for event in wanted]
        while lines:
            handle = self._current()
            taken = self._fitting(lines)
            piece = b"".join(lines[:taken])
            _write_all(handle, piece)
            os.fsync(handle)
            self._size += len(piece)
            del lines[:taken]

    def _fitting(self, lines: Sequence[bytes]) -> int:
        """How many lines still go into the file, one at the least."""
        size = self._size
        for count, line in enumerate(lines):
            size += len(line)
            if size > self._most_bytes:
                return max(1, count)
        return len(lines)

    def _current(self) -> int:
        """The file to append to: the one that is open, the newest that there is, or a new one."""
        if self._handle is None:
            for newest in self._files()[-1:]:
                self._open(newest)
        # A clock that is set back does not begin an older day again.
        last = self._path
        day = max(f"{self._clock():%Y%m%d}", _day(last) if last else "")
        if last is None or _day(last) < day or self._size >= self._most_bytes:
            number = _number(last) + 1 if last is not None and _day(last) == day else 1
            self._let_go()
            self._open(self._folder / f"{self.name}-{day}-{number:04d}.{self._form.suffix}")
        assert self._handle is not None
        return self._handle

    def _open(self, path: Path) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            size = _cut_to_lines(handle)
            if size == 0 and self._form.heading:
                _write_all(handle, self._form.heading)
                size = len(self._form.heading)
            os.lseek(handle, size, os.SEEK_SET)
            _sync_folder(self._folder)
        except BaseException:
            os.close(handle)
            raise
        self._handle, self._path, self._size = handle, path, size

    def _close(self) -> None:
        with self._lock:
            self._known = None
            self._let_go()

    def _let_go(self) -> None:
        handle, self._handle, self._path = self._handle, None, None
        if handle is not None:
            os.close(handle)

    def _look_back(self) -> set[Key]:
        known: set[Key] = set()
        for path in reversed(self._files()):
            lines = path.read_text(encoding="utf-8-sig", errors="replace").split("\n")[:-1]
            known.update(filter(None, map(self._form.key, lines[-(_REMEMBERED - len(known)) :])))
            if len(known) >= _REMEMBERED:
                break
        return known

    def _files(self) -> list[Path]:
        pattern = f"{self.name}-{'[0-9]' * 8}-*.{self._form.suffix}"
        return sorted(self._folder.glob(pattern), key=lambda path: (_day(path), _number(path)))


def _number(path: Path) -> int:
    digits = path.stem.rpartition("-")[2]
    return int(digits) if digits.isdecimal() else 0


def _day(path: Path) -> str:
    return path.stem.rsplit("-", 2)[-2]


def _write_all(handle: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


def _cut_to_lines(handle: int) -> int:
    """Cuts off what follows the last line break, and says how long the file is then."""
    end = os.fstat(handle).st_size
    size = end
    while size:
        begin = max(0, size - _BLOCK)
        found = os.pread(handle, size - begin, begin).rfind(b"\n")
        if found >= 0:
            size = begin + found + 1
            break
        size = begin
    if size < end:
        os.ftruncate(handle, size)
        os.fsync(handle)
    return size


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
