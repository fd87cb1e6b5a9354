"""Forked processes: how one starts, what it must not inherit, and how its parent hears what became of it."""

from __future__ import annotations

import contextlib
import ctypes
import logging
import multiprocessing
import os
import pickle
import signal
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection, Pipe
from multiprocessing.context import ForkProcess
from typing import Final

logger = logging.getLogger(__name__)

STOP_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)
_PR_SET_PDEATHSIG = 1


class ChildTraceback(Exception):
    """Where an error was raised in a child; the cause of the same error when its parent raises it."""


@dataclass(frozen=True)
class Child:
    """A forked process and the end of the pipe on which it tells one thing, if it comes to it."""

    process: ForkProcess
    news: Connection

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self.process.pid is not None
        return self.process.pid

    def hear(self) -> bool:
        """Reads what it told, waiting for it: true if all went well, false if it ended without a word.

        Raises:
            Exception: what it raised.
        """
        with self.news:
            try:
                told = self.news.recv()
            except EOFError:
                return False
        if told is not None:
            error, place = told
            raise error from ChildTraceback(f"\n{place}")
        return True

    def how(self) -> str:
        """How it ended, once it has."""
        code = self.process.exitcode or 0
        return f"exit code {code}" if code >= 0 else signal.Signals(-code).name


class Parent:
    """A child's side: how it tells its parent that all went well."""

    def __init__(self, pid: int, news: Connection) -> None:
        self._pid = pid
        self._news = news
        self._told = False

    def tell(self) -> None:
        """Says that all went well, or that this process is ready; to be called once."""
        self._news.send(None)
        self._told = True

    def has_ended(self) -> bool:
        """Whether it is gone; this process is then being ended too."""
        return os.getppid() != self._pid

    def fail(self, error: Exception) -> None:
        """Tells of an error; logs it where the parent has stopped listening."""
        if self._told:
            logger.error("a process failed", exc_info=error)
            return
        place = "".join(traceback.format_exception(error))
        with contextlib.suppress(BrokenPipeError):
            self._news.send((_portable(error), place))


def fork(work: Callable[[Parent], object], *, end_with_parent: signal.Signals) -> Child:
    """Starts a process that does ``work`` and ends; what it raises is told to this one.

    A stop signal ends it at once unless ``work`` sets handlers of its own; when this process ends, however that
    comes, it gets ``end_with_parent``.
    """
    receiving, sending = Pipe(duplex=False)
    parent = Parent(os.getpid(), sending)
    process = multiprocessing.get_context("fork").Process(
        target=_live, args=(work, parent, end_with_parent)
    )
    # One that came between the fork and the child's own handlers would be taken for one to the parent.
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    try:
        process.start()
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
        sending.close()
    return Child(process, receiving)


def apart(work: Callable[[], object]) -> None:
    """Does ``work`` in a child and waits, so that no thread and no open file of it stays in this process.

    Raises:
        Exception: what ``work`` raised.
        ChildProcessError: when the child was ended from without.
    """

    def do(parent: Parent) -> None:
        work()
        parent.tell()

    child = fork(do, end_with_parent=signal.SIGKILL)
    try:
        done = child.hear()
    finally:
        child.process.join()
    if not done:
        raise ChildProcessError(f"a process ended before its work was done ({child.how()})")


def _live(
    work: Callable[[Parent], object], parent: Parent, end_with_parent: signal.Signals
) -> None:
    signal.set_wakeup_fd(-1)  # it is the parent's
    for number in STOP_SIGNALS:
        signal.signal(number, lambda *_: os._exit(0))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, end_with_parent)
    if parent.has_ended():  # before the line above could tell
        os._exit(1)
    try:
        work(parent)
    except Exception as error:
        parent.fail(error)
        os._exit(1)
    # Tearing down what was imported would take seconds.
    os._exit(0)


def _portable(error: Exception) -> Exception:
    """The error itself if it survives the way through a pipe, otherwise one with its words."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error
