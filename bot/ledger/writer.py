"""The one thread of a process that writes: all units that wait together share one commit.

A commit waits for the disk, so its price is nearly the same for one unit and for a hundred. While
one is under way the next units gather by themselves; nothing is ever delayed to fill a batch.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import sqlite3
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from bot.ledger.database import BUSY_SECONDS, open_database
from bot.ledger.errors import LedgerBusyError, LedgerError, explain, is_trouble
from bot.ledger.rows import Addition, Condition, Row, Table
from bot.ledger.schema import version_of

logger = logging.getLogger(__name__)

T = TypeVar("T")
Unit = Callable[[sqlite3.Connection], T]


@dataclass(frozen=True)
class _Waiting:
    unit: Unit[Any]
    rows: Sequence[Addition]
    future: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop


@dataclass(frozen=True)
class _Outcome:
    value: Any = None
    error: BaseException | None = None


class Writer:
    """Writes units into the database and tells when they are durable.

    ``commits`` and ``units`` count what was written; ``last_error`` is one line, or ``None`` when
    the last attempt went well. Each process opens its own writer, after any fork.
    """

    def __init__(
        self,
        path: Path,
        *,
        capacity: int = 4096,
        batch: int = 512,
        busy_seconds: float = BUSY_SECONDS,
        retry_seconds: float = 1.0,
    ) -> None:
        """Opens the database and starts the thread.

        ``capacity`` units may wait, ``batch`` of them share a commit at most; after an error the
        database is tried every ``retry_seconds`` even if nobody writes, so that :attr:`healthy`
        comes back by itself.

        Raises:
            LedgerError: when the database cannot be opened.
        """
        self.commits = 0
        self.units = 0
        self.last_error: str | None = None
        self._path = path
        self._batch = batch
        self._busy_seconds = busy_seconds
        self._retry_seconds = retry_seconds
        self._waiting: queue.Queue[_Waiting | None] = queue.Queue(capacity)
        self._gate = threading.Lock()
        self._closed = False
        self._connection: sqlite3.Connection | None = open_database(path, busy_seconds=busy_seconds)
        # A daemon, since a process that ends without close() must end: what was awaited is on disk.
        self._thread = threading.Thread(target=self._run, name="ledger-writer", daemon=True)
        self._thread.start()

    @property
    def healthy(self) -> bool:
        """Whether writes can be expected to succeed now."""
        return self.last_error is None and not self._closed and self._thread.is_alive()

    @property
    def waiting(self) -> int:
        """How many units wait for the thread to take them."""
        return self._waiting.qsize()

    async def commit(self, unit: Unit[T], rows: Sequence[Addition] = ()) -> T:
        """Runs ``unit(connection)`` in the writer's thread, then adds ``rows``; returns once all is durable.

        What is only added should come as rows, which cost far less; a table that refers to another comes
        after it.

        The unit sees a transaction it must not end, and may be run a second time when a unit beside it
        failed. If it raises, its own changes are undone and the error is raised here; other units of the
        same commit are not touched. A caller that is
        cancelled no longer waits, and the unit is written all the same.

        Raises:
            LedgerBusyError: when too many units wait already.
            LedgerError: when the database fails or the writer is closed; nothing was written then.
        """
        loop = asyncio.get_running_loop()
        waiting = _Waiting(unit, rows, loop.create_future(), loop)
        with self._gate:
            if self._closed or not self._thread.is_alive():
                raise LedgerError(
                    f"{self._path}: the ledger is closed in this process; open one after any fork"
                )
            try:
                self._waiting.put_nowait(waiting)
            except queue.Full:
                raise LedgerBusyError(
                    f"{self._path}: {self._waiting.maxsize} writes are waiting; "
                    "the disk is too slow for this load"
                ) from None
        result: T = await waiting.future
        return result

    def close(self) -> None:
        """Writes what waits and closes the database; blocks until then, may be called twice."""
        with self._gate:
            first, self._closed = not self._closed, True
        if first:
            self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        closing = False
        while not closing:
            batch, closing = self._take()
            if batch:
                self._write(batch)
            elif not closing:
                self._probe()
        self._disconnect()

    def _take(self) -> tuple[list[_Waiting], bool]:
        """The units that wait now, and whether the writer is to end after them."""
        batch: list[_Waiting] = []
        try:
            found = self._waiting.get(timeout=self._retry_seconds if self.last_error else None)
            while found is not None:
                batch.append(found)
                if len(batch) == self._batch:
                    return batch, False
                found = self._waiting.get_nowait()
        except queue.Empty:
            return batch, False
        return batch, True

    def _write(self, batch: list[_Waiting]) -> None:
        trouble = None
        try:
            outcomes = self._write_all(batch) or self._write_each(batch)
        except Exception as error:
            # SQLite may have undone the whole transaction: no unit of the batch can be relied on.
            trouble = explain(error, self._path)
            outcomes = [_Outcome(error=type(trouble)(str(trouble))) for _ in batch]
            self._disconnect()
        else:
            self.commits += 1
            self.units += len(batch)
            trouble = next((o.error for o in outcomes if isinstance(o.error, LedgerError)), None)
        self._report(trouble)
        _settle_all(batch, outcomes)

    def _write_all(self, batch: list[_Waiting]) -> list[_Outcome] | None:
        """Writes units that all succeed, as nearly all do; undoes everything if one does not."""
        connection = self._connect()
        connection.execute("BEGIN IMMEDIATE")
        try:
            outcomes = [_Outcome(waiting.unit(connection)) for waiting in batch]
            _add(connection, [addition for waiting in batch for addition in waiting.rows])
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            return None
        connection.execute("COMMIT")
        return outcomes

    def _write_each(self, batch: list[_Waiting]) -> list[_Outcome]:
        """Writes the units apart from each other, so that the error of one is undone alone."""
        connection = self._connect()
        connection.execute("BEGIN IMMEDIATE")
        outcomes = [self._apply(connection, waiting) for waiting in batch]
        connection.execute("COMMIT")
        return outcomes

    def _apply(self, connection: sqlite3.Connection, waiting: _Waiting) -> _Outcome:
        connection.execute("SAVEPOINT unit")
        try:
            outcome = _Outcome(waiting.unit(connection))
            _add(connection, waiting.rows)
        except BaseException as error:
            if not connection.in_transaction:
                raise LedgerError(str(explain(error, self._path))) from error
            connection.execute("ROLLBACK TO unit")
            outcome = _Outcome(error=explain(error, self._path) if is_trouble(error) else error)
        connection.execute("RELEASE unit")
        return outcome

    def _probe(self) -> None:
        """Writes the schema version over itself: the smallest change that reaches the disk."""
        trouble = None
        try:
            connection = self._connect()
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(f"PRAGMA user_version = {version_of(connection)}")
            connection.execute("COMMIT")
        except Exception as error:
            trouble = explain(error, self._path)
            self._disconnect()
        self._report(trouble)

    def _report(self, trouble: BaseException | None) -> None:
        line = str(trouble) if trouble else None
        if line != self.last_error:
            if line:
                logger.error("ledger: %s", line)
            else:
                logger.info("ledger: writing again")
        self.last_error = line

    def _connect(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = open_database(self._path, busy_seconds=self._busy_seconds)
        return self._connection

    def _disconnect(self) -> None:
        """Closes the connection, which undoes whatever was not committed."""
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.close()
            except sqlite3.Error as error:
                logger.warning("ledger: %s", explain(error, self._path))


def _add(connection: sqlite3.Connection, additions: Sequence[Addition]) -> None:
    rows: dict[Table | Condition, list[Row]] = {}
    for table, row in additions:
        rows.setdefault(table, []).append(row)
    for table, own in rows.items():
        table.add(connection, own)


def _settle_all(batch: list[_Waiting], outcomes: list[_Outcome]) -> None:
    settled: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Any], _Outcome]]] = {}
    for waiting, outcome in zip(batch, outcomes, strict=True):
        settled.setdefault(waiting.loop, []).append((waiting.future, outcome))
    for loop, results in settled.items():
        try:
            loop.call_soon_threadsafe(_settle, results)
        except RuntimeError:
            logger.debug("ledger: an event loop ended before its writes did")


def _settle(results: list[tuple[asyncio.Future[Any], _Outcome]]) -> None:
    for future, outcome in results:
        if future.done():
            continue
        if outcome.error is None:
            future.set_result(outcome.value)
        elif isinstance(outcome.error, StopIteration):  # which a future refuses to carry
            future.set_exception(RuntimeError("the unit raised StopIteration"))
        else:
            future.set_exception(outcome.error)
