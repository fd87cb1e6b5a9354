from __future__ import annotations

import asyncio
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.ledger.database import Reader, database_path, open_database
from bot.ledger.errors import LedgerBusyError, LedgerError
from bot.ledger.writer import Unit, Writer


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return database_path(tmp_path)


@pytest.fixture
def writer(path: Path) -> Iterator[Writer]:
    writer = Writer(path, busy_seconds=0.05, retry_seconds=0.05)
    yield writer
    writer.close()


def add(user: str) -> Unit[str]:
    def unit(connection: sqlite3.Connection) -> str:
        connection.execute("INSERT INTO users (user) VALUES (?)", (user,))
        return user

    return unit


def users(path: Path) -> list[str]:
    reader = Reader(path)
    found = [name for (name,) in reader.rows("SELECT user FROM users ORDER BY rowid")]
    reader.close()
    return found


async def hold(writer: Writer) -> tuple[asyncio.Task[None], Callable[[], None]]:
    """Keeps the thread busy with one unit until the returned function is called."""
    entered, release = threading.Event(), threading.Event()

    def unit(_: sqlite3.Connection) -> None:
        entered.set()
        assert release.wait(10)

    task = asyncio.ensure_future(writer.commit(unit))
    await until(entered.is_set)
    return task, release.set


async def until(condition: Callable[[], bool], seconds: float = 5) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        await asyncio.sleep(0.01)


async def test_a_unit_returns_its_value_and_is_seen_by_everyone(writer: Writer, path: Path) -> None:
    assert await writer.commit(add("a")) == "a"
    assert users(path) == ["a"]


async def test_nobody_is_told_before_the_commit_has_returned(writer: Writer, path: Path) -> None:
    def slow(connection: sqlite3.Connection) -> None:
        # Called as each statement begins: the commit takes long now.
        connection.set_trace_callback(lambda sql: time.sleep(0.3) if sql == "COMMIT" else None)
        add("a")(connection)

    started = time.monotonic()
    await writer.commit(slow)
    assert time.monotonic() - started >= 0.3
    assert users(path) == ["a"]


async def test_units_that_wait_together_share_one_commit(writer: Writer, path: Path) -> None:
    held, release = await hold(writer)
    tasks = [asyncio.ensure_future(writer.commit(add(f"{n:03}"))) for n in range(300)]
    await until(lambda: writer.waiting == 300)
    release()
    await asyncio.gather(held, *tasks)
    assert writer.commits == 2
    assert writer.units == 301
    assert users(path) == [f"{n:03}" for n in range(300)]


async def test_a_commit_takes_no_more_units_than_the_batch(path: Path) -> None:
    writer = Writer(path, batch=10)
    held, release = await hold(writer)
    tasks = [asyncio.ensure_future(writer.commit(add(str(n)))) for n in range(25)]
    await until(lambda: writer.waiting == 25)
    release()
    await asyncio.gather(held, *tasks)
    assert writer.commits == 1 + 3
    writer.close()


async def test_a_unit_that_fails_harms_no_other_unit_of_its_commit(
    writer: Writer, path: Path
) -> None:
    def fails(connection: sqlite3.Connection) -> None:
        add("half")(connection)
        raise LookupError("the unit's own error")

    held, release = await hold(writer)
    units = [add("a"), fails, add("a"), add("b")]
    tasks = [asyncio.ensure_future(writer.commit(unit)) for unit in units]
    await until(lambda: writer.waiting == 4)
    release()
    await held
    first, second, third, fourth = await asyncio.gather(*tasks, return_exceptions=True)

    assert (first, fourth) == ("a", "b")
    assert isinstance(second, LookupError)
    assert isinstance(third, sqlite3.IntegrityError)  # "a" twice
    assert users(path) == ["a", "b"]
    assert writer.commits == 2
    assert writer.healthy


async def test_a_unit_that_ends_the_transaction_is_an_error_and_the_writer_goes_on(
    writer: Writer, path: Path
) -> None:
    with pytest.raises(LedgerError):
        await writer.commit(lambda connection: connection.execute("COMMIT") and None)
    with pytest.raises(LedgerError):
        await writer.commit(lambda connection: connection.execute("ROLLBACK") and None)
    await writer.commit(add("a"))
    assert users(path) == ["a"]


async def test_a_unit_that_raises_stop_iteration_does_not_hang_its_caller(writer: Writer) -> None:
    with pytest.raises(RuntimeError, match="StopIteration"):
        await asyncio.wait_for(writer.commit(lambda _: next(iter(()))), 5)


async def test_a_locked_database_rejects_the_waiting_and_the_writer_goes_on(
    writer: Writer, path: Path
) -> None:
    other = open_database(path)
    other.execute("BEGIN IMMEDIATE")
    results = await asyncio.gather(
        *(writer.commit(add(str(n))) for n in range(5)), return_exceptions=True
    )
    assert [type(result) for result in results] == [LedgerError] * 5
    assert "locked; another process holds it" in str(results[0])
    assert not writer.healthy
    assert writer.last_error == str(results[0])

    other.execute("ROLLBACK")
    other.close()
    await until(lambda: writer.healthy)  # without anybody writing
    assert writer.last_error is None
    await writer.commit(add("after"))
    assert users(path) == ["after"]


async def test_a_full_disk_rejects_the_waiting_and_the_writer_goes_on(path: Path) -> None:
    writer = Writer(path, retry_seconds=60)
    await writer.commit(add("before"))

    def fills_the_disk(connection: sqlite3.Connection) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")
        connection.execute("INSERT INTO users (user) VALUES (hex(zeroblob(100000)))")

    with pytest.raises(LedgerError, match="full; free space") as full:
        await writer.commit(fills_the_disk)
    assert "\n" not in str(full.value)
    assert not writer.healthy

    await writer.commit(lambda connection: connection.execute("PRAGMA max_page_count = 1000000"))
    await writer.commit(add("after"))
    assert users(path) == ["before", "after"]
    assert writer.healthy
    writer.close()


async def test_a_writer_that_lost_its_folder_says_so_and_comes_back_with_it(
    writer: Writer, path: Path
) -> None:
    await writer.commit(add("before"))
    other = open_database(path)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(LedgerError):
        await writer.commit(add("rejected"))  # the connection is given up here
    other.execute("ROLLBACK")
    other.close()
    away = path.parent.with_name("away")
    os.rename(path.parent, away)
    await until(lambda: "No such file" in (writer.last_error or ""))
    os.rename(away, path.parent)
    await until(lambda: writer.healthy)
    await writer.commit(add("after"))
    assert users(path) == ["before", "after"]


async def test_a_full_queue_refuses_at_once(path: Path) -> None:
    writer = Writer(path, capacity=3)
    held, release = await hold(writer)
    tasks = [asyncio.ensure_future(writer.commit(add(str(n)))) for n in range(3)]
    await until(lambda: writer.waiting == 3)
    with pytest.raises(LedgerBusyError, match="3 writes are waiting"):
        await writer.commit(add("one too many"))
    release()
    await asyncio.gather(held, *tasks)
    assert users(path) == ["0", "1", "2"]
    writer.close()


async def test_a_caller_that_is_cancelled_does_not_lose_its_unit(
    writer: Writer, path: Path
) -> None:
    held, release = await hold(writer)
    task = asyncio.ensure_future(writer.commit(add("a")))
    await until(lambda: writer.waiting == 1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    release()
    await held
    await writer.commit(add("b"))
    assert users(path) == ["a", "b"]


def test_one_writer_serves_several_event_loops(writer: Writer, path: Path) -> None:
    async def write(name: str) -> list[str]:
        return await asyncio.gather(*(writer.commit(add(f"{name}{n}")) for n in range(50)))

    results: dict[str, list[str]] = {}
    threads = [
        threading.Thread(target=lambda name=name: results.update({name: asyncio.run(write(name))}))
        for name in "abc"
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert results == {name: [f"{name}{n}" for n in range(50)] for name in "abc"}
    assert len(users(path)) == 150


def test_a_loop_that_ends_early_harms_nobody(writer: Writer, path: Path) -> None:
    release = threading.Event()

    def unit(connection: sqlite3.Connection) -> None:
        release.wait(10)
        add("a")(connection)

    async def leaves() -> None:
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(writer.commit(unit), 0.05)

    asyncio.run(leaves())
    release.set()
    asyncio.run(writer.commit(add("b")))
    assert users(path) == ["a", "b"]


async def test_closing_writes_what_waits_and_refuses_what_comes_later(
    writer: Writer, path: Path
) -> None:
    held, release = await hold(writer)
    tasks = [asyncio.ensure_future(writer.commit(add(str(n)))) for n in range(20)]
    await until(lambda: writer.waiting == 20)
    threading.Timer(0.05, release).start()
    writer.close()
    assert await asyncio.gather(*tasks) == [str(n) for n in range(20)]
    await held
    assert not path.with_name(path.name + "-wal").exists()
    with pytest.raises(LedgerError, match="closed"):
        await writer.commit(add("late"))
    assert not writer.healthy
    writer.close()


def test_a_forked_process_is_refused_instead_of_left_waiting(writer: Writer) -> None:
    child = os.fork()
    if child == 0:
        try:
            asyncio.run(asyncio.wait_for(writer.commit(add("child")), 5))
            status = 1
        except LedgerError:
            status = 0
        except BaseException:
            status = 2
        os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
