"""What a forwarder promises, whatever the sink."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta, timezone
from itertools import pairwise
from pathlib import Path

import pytest

from bot.ledger.database import database_path
from bot.ledger.reading import LedgerView
from bot.sinks.forwarder import ROUND_SECONDS, Forwarder
from tests.bot.sinks.conftest import REFUSED, Listening, Outbox, until

Run = Callable[..., Forwarder]


@pytest.fixture
def sink() -> Listening:
    return Listening()


async def test_a_new_sink_gets_everything_from_the_beginning_in_order(
    outbox: Outbox, sink: Listening, run: Run
) -> None:
    await outbox.add_many(45)
    run(sink, batch=10)
    await until(lambda: len(sink.ids) >= 45)
    assert sink.ids == outbox.ids()
    assert [len(batch) for batch in sink.batches] == [10, 10, 10, 10, 5]


async def test_an_event_is_forwarded_at_once_when_poked(
    outbox: Outbox, sink: Listening, run: Run
) -> None:
    forwarder = run(sink, look_seconds=60)
    await until(lambda: forwarder.forwards)
    await asyncio.sleep(0.1)
    await outbox.add("m1")
    started = time.monotonic()
    forwarder.poke()
    await until(lambda: sink.ids)
    assert time.monotonic() - started < 5


async def test_what_another_process_wrote_is_found_without_a_poke(
    outbox: Outbox, sink: Listening, run: Run
) -> None:
    forwarder = run(sink, look_seconds=0.2)
    await until(lambda: forwarder.forwards)
    other = Outbox(outbox.home)
    await other.add("m1")
    other.close()
    await until(lambda: sink.ids == outbox.ids())


async def test_events_that_come_thick_are_delivered_in_groups(
    outbox: Outbox, sink: Listening, run: Run
) -> None:
    forwarder = run(sink)
    await until(lambda: forwarder.forwards)
    started = time.monotonic()
    for n in range(100):
        await outbox.add(f"m{n}")
        forwarder.poke()
    await until(lambda: len(sink.ids) == 100)
    rounds = (time.monotonic() - started) / ROUND_SECONDS
    assert len(sink.batches) <= rounds + 1
    assert sink.ids == outbox.ids()


async def test_a_forwarder_with_the_old_cursor_delivers_again_what_was_not_written_down(
    outbox: Outbox, sink: Listening, run: Run
) -> None:
    await outbox.add("m1", "m2")
    first = run(sink)
    await until(lambda: len(sink.ids) == 2)
    await first.stop()
    with closing(sqlite3.connect(database_path(outbox.home))) as database:
        database.execute("UPDATE sinks SET seq = 1")
        database.commit()
    run(sink)
    await until(lambda: len(sink.ids) == 3)
    assert sink.ids == [*outbox.ids(), outbox.ids()[1]]


async def test_the_cursor_is_written_while_it_runs_but_not_for_each_event(
    outbox: Outbox, sink: Listening, run: Run
) -> None:
    forwarder = run(sink)
    await until(lambda: forwarder.forwards)
    commits, started = outbox.writer.commits, time.monotonic()
    for n in range(10):
        await outbox.add(f"m{n}")
        forwarder.poke()
        await asyncio.sleep(2 * ROUND_SECONDS)
    await until(lambda: outbox.cursor("listening") == 10)
    assert len(sink.batches) >= 5
    assert outbox.writer.commits - commits <= 10 + 1 + (time.monotonic() - started)


async def test_stop_delivers_what_is_left_writes_the_cursor_and_closes_the_sink(
    outbox: Outbox, sink: Listening, run: Run
) -> None:
    forwarder = run(sink, look_seconds=60, batch=2)
    await until(lambda: forwarder.forwards)
    await asyncio.sleep(0.1)
    await outbox.add_many(5)  # no poke
    await forwarder.stop()
    assert sink.ids == outbox.ids()
    assert outbox.cursor("listening") == 5
    assert sink.closed
    assert not forwarder.forwards


async def test_stop_ends_in_time_while_the_sink_hangs(
    outbox: Outbox, sink: Listening, run: Run
) -> None:
    await outbox.add("m1")
    sink.seconds = 60
    forwarder = run(sink)
    await until(lambda: sink.attempts)
    started = time.monotonic()
    await forwarder.stop()
    assert time.monotonic() - started < 3
    assert outbox.cursor("listening") == 0


async def test_stop_ends_in_time_while_the_sink_fails(
    outbox: Outbox, sink: Listening, run: Run
) -> None:
    await outbox.add("m1")
    sink.error = REFUSED
    forwarder = run(sink, first_pause=60)
    await until(lambda: sink.attempts)
    await forwarder.stop()
    assert len(sink.attempts) == 2  # one last time
    assert outbox.cursor("listening") == 0


async def test_one_that_is_stopped_before_it_ran_forwards_nothing(
    outbox: Outbox, sink: Listening
) -> None:
    await outbox.add("m1")
    forwarder = Forwarder(outbox.view, outbox.writer, sink, outbox.home)
    await forwarder.stop()
    await asyncio.wait_for(forwarder.run(), 5)
    assert sink.closed
    assert not sink.ids


async def test_one_that_is_cancelled_writes_the_cursor_and_leaves_the_lead(
    outbox: Outbox, sink: Listening, run: Run
) -> None:
    await outbox.add("m1")
    forwarder = Forwarder(outbox.view, outbox.writer, sink, outbox.home)
    task = asyncio.ensure_future(forwarder.run())
    await until(lambda: sink.ids)
    task.cancel()
    await asyncio.wait({task})
    assert task.cancelled()
    assert outbox.cursor("listening") == 1
    successor = run(Listening())
    await until(lambda: successor.forwards)


async def test_it_tries_again_ever_more_rarely_and_loses_nothing(
    outbox: Outbox, sink: Listening, run: Run
) -> None:
    await outbox.add("m1", "m2")
    sink.error = REFUSED
    forwarder = run(sink, first_pause=0.05, longest_pause=0.4)
    await until(lambda: len(sink.attempts) == 6)
    pauses = [later - earlier for earlier, later in pairwise(sink.attempts)]
    for pause, least in zip(pauses, (0.05, 0.1, 0.2, 0.4, 0.4)):
        assert pause >= least * 0.9
    assert max(pauses) < 2
    assert not forwarder.healthy
    assert forwarder.last_error == str(REFUSED)
    await outbox.add("m3")
    sink.error = None
    await until(lambda: sink.ids == outbox.ids())
    assert forwarder.healthy


async def test_commits_do_not_hasten_a_sink_that_fails(
    outbox: Outbox, sink: Listening, run: Run
) -> None:
    await outbox.add("m1")
    sink.error = REFUSED
    forwarder = run(sink, first_pause=60)
    await until(lambda: sink.attempts)
    for _ in range(10):
        forwarder.poke()
        await asyncio.sleep(0.02)
    assert len(sink.attempts) == 1


async def test_a_failure_is_one_line_in_the_log_and_its_end_another(
    outbox: Outbox, sink: Listening, run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    await outbox.add("m1")
    sink.error = REFUSED
    run(sink, first_pause=0.01, longest_pause=0.02)
    await until(lambda: len(sink.attempts) == 5)
    sink.error = None
    await until(lambda: sink.ids)
    await outbox.add("m2")
    await until(lambda: len(sink.ids) == 2)
    assert [record.getMessage() for record in caplog.records] == [
        "sink listening: the receiver is not there; signals wait in the ledger",
        "sink listening: works again",
    ]
    assert {record.levelno >= logging.WARNING for record in caplog.records} == {True}


async def test_a_mistake_in_a_sink_ends_nothing_and_its_words_are_not_logged(
    outbox: Outbox, sink: Listening, run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    await outbox.add("m1")
    sink.error = ValueError("交三千就能停息挂账")
    run(sink, first_pause=0.01)
    await until(lambda: len(sink.attempts) == 3)
    sink.error = None
    await until(lambda: sink.ids)
    assert "停息挂账" not in caplog.text
    assert "ValueError in conftest.py, line " in caplog.text


async def test_a_ledger_that_cannot_be_read_is_tried_again(
    outbox: Outbox, sink: Listening, run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    await outbox.add("m1")
    elsewhere = outbox.home / "later"
    elsewhere.mkdir()
    database_path(elsewhere).write_bytes(b"no database" * 100)
    forwarder = Forwarder(
        LedgerView.at(elsewhere), outbox.writer, sink, elsewhere, first_pause=0.05
    )
    task = asyncio.ensure_future(forwarder.run())
    await until(lambda: not forwarder.healthy)
    assert "not a database" in caplog.text
    database_path(elsewhere).unlink()
    other = Outbox(elsewhere)
    await other.add("m1")
    await until(lambda: sink.ids)
    assert forwarder.healthy
    await forwarder.stop()
    assert task.done()
    other.close()


async def test_one_of_two_forwards_and_the_other_takes_over(
    outbox: Outbox, sink: Listening, run: Run
) -> None:
    first, other_sink = run(sink, look_seconds=0.1), Listening()
    await until(lambda: first.forwards)
    second = run(other_sink, look_seconds=0.1)
    await outbox.add("m1")
    await until(lambda: sink.ids)
    await asyncio.sleep(0.3)
    assert not second.forwards
    assert second.healthy
    assert not other_sink.ids

    await first.stop()
    await outbox.add("m2")
    await until(lambda: other_sink.ids)
    assert second.forwards
    assert sink.ids + other_sink.ids == outbox.ids()


async def test_two_sinks_of_one_ledger_do_not_wait_for_each_other(
    outbox: Outbox, sink: Listening, run: Run
) -> None:
    other = Listening()
    other.name = "other"
    sink.error = REFUSED
    run(sink)
    run(other)
    await outbox.add("m1")
    await until(lambda: other.ids)
    assert not sink.ids


async def test_a_folder_in_which_no_lock_can_be_made_is_reported_and_tried_again(
    outbox: Outbox, sink: Listening, caplog: pytest.LogCaptureFixture
) -> None:
    await outbox.add("m1")
    later = outbox.home / "later"
    forwarder = Forwarder(outbox.view, outbox.writer, sink, later, look_seconds=0.05)
    task = asyncio.ensure_future(forwarder.run())
    await until(lambda: not forwarder.healthy)
    assert "make the folder of JINGZHONG_HOME writable" in caplog.text
    later.mkdir()
    await until(lambda: sink.ids)
    await forwarder.stop()
    assert task.done()


async def test_lag_is_the_number_of_events_left_and_the_age_of_the_next(
    outbox: Outbox, sink: Listening, run: Run
) -> None:
    assert outbox.view.count() == 0
    sink.error = REFUSED
    forwarder = run(sink, first_pause=0.05, longest_pause=0.05)
    assert forwarder.lag() == (0, 0.0)
    now = datetime.now(timezone.utc)
    await outbox.add("m1", received_at=now - timedelta(hours=2))
    await outbox.add("m2", received_at=now - timedelta(hours=1))
    await outbox.add("m2", received_at=now)  # told again: no event
    await outbox.add("m3", received_at=now)
    events, seconds = forwarder.lag()
    assert events == 3
    assert 7200 <= seconds < 7200 + 60
    sink.error = None
    await until(lambda: len(sink.ids) == 3)
    assert forwarder.lag() == (0, 0.0)


async def test_lag_is_told_by_a_process_that_does_not_forward(
    outbox: Outbox, sink: Listening, run: Run
) -> None:
    first = run(sink, look_seconds=0.1)
    await until(lambda: first.forwards)
    second = run(Listening(), look_seconds=0.1)
    await outbox.add("m1", "m2")
    await until(lambda: second.lag() == (0, 0.0))
    sink.error = REFUSED
    await outbox.add("m3")
    await until(lambda: not first.healthy)
    assert second.lag().events == first.lag().events == 1


async def test_lag_is_told_at_once_however_large_it_is(outbox: Outbox, sink: Listening) -> None:
    with closing(sqlite3.connect(database_path(outbox.home))) as database:
        database.execute(
            "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 200000) "
            "INSERT INTO events (source, id, code, time, user, body) SELECT 's', n, 'c', "
            "'2026-11-23T04:00:00.000000Z', 'u', '{}' FROM n"
        )
        database.commit()
    forwarder = Forwarder(outbox.view, outbox.writer, sink, outbox.home)
    assert forwarder.lag().events == 200000
    started = time.perf_counter()
    for _ in range(10):
        forwarder.lag()
    few = time.perf_counter() - started
    started = time.perf_counter()
    outbox.view.count()
    assert few < 10 * (time.perf_counter() - started)


async def test_lag_of_a_ledger_that_does_not_exist_yet_is_none(
    outbox: Outbox, sink: Listening, tmp_path: Path
) -> None:
    forwarder = Forwarder(LedgerView.at(tmp_path / "none"), outbox.writer, sink, tmp_path)
    assert forwarder.lag() == (0, 0.0)


async def test_the_service_goes_on_while_events_are_caught_up_with(
    outbox: Outbox, sink: Listening, run: Run
) -> None:
    await outbox.add_many(600)
    slowest, waited = 0.0, time.monotonic()
    run(sink, batch=50)
    while len(sink.ids) < 600:
        await asyncio.sleep(0.001)
        slowest, waited = max(slowest, time.monotonic() - waited), time.monotonic()
    assert slowest < 0.5
    assert sink.ids == outbox.ids()
