"""Several processes that do the same work: a parent that starts, watches, replaces and ends them.

The children are forked from a parent that has imported everything and made nothing: what has threads, files or
connections is made by each child, and the only threads that importing Rasa leaves behind, OpenBLAS's, end before a fork
and come back after it. Against fresh interpreters (two processes, two cores): 155 MB of each child's own at its start
and 200 MB under load instead of 460 and 500, a replacement that serves in 0.9 s instead of 6, and the same
time until all are ready, which with eight processes is 15 s instead of four times 6.
"""

from __future__ import annotations

import contextlib
import signal
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import wait

from bot.children import STOP_SIGNALS, Child, Parent, fork

Work = Callable[[int, Parent], object]


class GaveUp(Exception):
    """A child ended again and again; the message is one line."""


@dataclass(frozen=True)
class Patience:
    """How long the parent waits for what; all in seconds but ``deaths``."""

    quick: float = 3.0  # who ends earlier after being ready, or before, died a quick death
    first_pause: float = 0.1  # before the start after a second quick death in a row; doubles
    longest_pause: float = 5.0
    deaths: int = 20  # quick deaths in a row in one place after which the parent gives up
    end: float = 5.0  # for children to end when they are asked to; then they are killed


PATIENCE = Patience()


@dataclass
class _Place:
    """One of the processes, and those that replaced it."""

    number: int
    child: Child | None = None
    told: bool = False  # the child has said whether it is ready
    ready_at: float | None = None
    quick_deaths: int = 0
    start_at: float = 0.0


class Supervisor:
    """Does the same work in several child processes until this process is asked to stop.

    ``work`` is called in each child with its place (from 0; a replacement has the same) and its parent. It tells
    the parent when it is ready and goes on until SIGTERM or SIGINT, for which it sets its own handlers; before it has,
    they end it at once. ``on_ready`` is called once, when all are ready for the first time; ``on_end`` with the process
    id of each child that has ended. When this process is killed, the children get SIGTERM.
    """

    def __init__(
        self,
        work: Work,
        count: int,
        *,
        say: Callable[[str], None],
        on_ready: Callable[[], object],
        on_end: Callable[[int], object],
        patience: Patience = PATIENCE,
    ) -> None:
        self._work = work
        self._places = [_Place(number) for number in range(count)]
        self._say = say
        self._on_ready = on_ready
        self._on_end = on_end
        self._patience = patience
        self._announced = False

    def run(self) -> None:
        """Returns when all children have ended after a SIGTERM or SIGINT to this process.

        Raises:
            GaveUp: when a child ends soon after its start too many times in a row.
            Exception: what a child raised before all were ready for the first time.
        """
        with _stop_asked() as asked:
            try:
                while not self._watch(asked):
                    pass
            finally:
                self._end()

    def _watch(self, asked: socket.socket) -> bool:
        """Starts whoever is due and waits for what happens next; true when it is to stop."""
        now = time.monotonic()
        for place in self._places:
            if place.child is None and place.start_at <= now:
                self._start(place)
        pauses = [place.start_at - now for place in self._places if place.child is None]
        children = [(place, place.child) for place in self._places if place.child is not None]
        silent = [child.news for place, child in children if not place.told]
        ends = [child.process.sentinel for _, child in children]
        happened = wait([asked, *silent, *ends], min(pauses, default=None))
        for place, child in children:
            if not place.told and child.news in happened:
                self._hear(place, child)
            if child.process.sentinel in happened:
                self._replace(place, child)
        return asked in happened

    def _start(self, place: _Place) -> None:
        number = place.number
        place.told, place.ready_at = False, None
        place.child = fork(
            lambda parent: self._work(number, parent), end_with_parent=signal.SIGTERM
        )

    def _hear(self, place: _Place, child: Child) -> None:
        place.told = True
        try:
            ready = child.hear()
        except Exception as error:
            if not self._announced:
                raise
            self._say(f"process {child.pid} could not start: {error}")
            return
        if ready:
            place.ready_at = time.monotonic()
        if not self._announced and all(each.ready_at for each in self._places):
            self._announced = True
            self._on_ready()

    def _replace(self, place: _Place, child: Child) -> None:
        patience, now = self._patience, time.monotonic()
        self._bury(child)
        place.child = None
        lived = 0.0 if place.ready_at is None else now - place.ready_at
        place.quick_deaths = place.quick_deaths + 1 if lived < patience.quick else 0
        if place.quick_deaths > patience.deaths:
            raise GaveUp(
                f"a process ended soon after its start {place.quick_deaths} times in a row "
                f"(at last: {child.how()}); the lines above say why"
            )
        place.start_at = now
        if place.quick_deaths > 1:
            pause = patience.first_pause * 2.0 ** (place.quick_deaths - 2)
            place.start_at += min(pause, patience.longest_pause)
        self._say(f"process {child.pid} ended ({child.how()}); starting another")

    def _end(self) -> None:
        """Asks all to end, kills those who do not, and waits until none is left."""
        children = [place.child for place in self._places if place.child is not None]
        alive = {child.process.sentinel: child for child in children}
        for child in children:
            child.process.terminate()
        last = time.monotonic() + self._patience.end
        while alive and (left := last - time.monotonic()) > 0:
            for sentinel in wait([*alive], left):
                assert isinstance(sentinel, int)
                self._bury(alive.pop(sentinel))
        for child in alive.values():
            child.process.kill()
            self._bury(child)

    def _bury(self, child: Child) -> None:
        child.process.join()
        child.news.close()
        self._on_end(child.pid)


@contextlib.contextmanager
def _stop_asked() -> Iterator[socket.socket]:
    """A socket with something to read as soon as this process gets a stop signal."""
    receiving, sending = socket.socketpair()
    sending.setblocking(False)
    before = {number: signal.signal(number, lambda *_: None) for number in STOP_SIGNALS}
    signal.set_wakeup_fd(sending.fileno())
    try:
        with receiving, sending:
            yield receiving
    finally:
        signal.set_wakeup_fd(-1)
        for number, handler in before.items():
            signal.signal(number, handler)
