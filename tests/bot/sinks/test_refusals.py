"""What becomes of events that a receiver refuses, and of those behind them."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field

import pytest

from bot.audit import Actor, AuditLog
from bot.ledger.database import Reader, database_path
from bot.ledger.reading import StoredEvent
from bot.sinks import rounds
from bot.sinks.backoff import Backoff, Retries
from bot.sinks.base import Delivery, Sink, lane_of
from bot.sinks.cursor import Refusals
from bot.sinks.deliveries import Deliveries, DeliveryError
from bot.sinks.forwarder import Forwarder
from tests.bot.sinks.conftest import Outbox, until

Run = Callable[..., Forwarder]
QUICK = Retries(3, Backoff(0.05, 1.0))
SLOW = Retries(8, Backoff(60, 600))
STAFF = Actor("wang")


@dataclass
class Choosy(Sink):
    """Takes events one after the other and refuses those of the contacts that it is told."""

    name: str = "choosy"
    refuses: set[str] = field(default_factory=set)
    got: list[StoredEvent] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    async def deliver(self, events: Sequence[StoredEvent], *, again: bool = False) -> Delivery:
        refused: dict[int, str] = {}
        left: set[int] = set()
        stuck: set[str] = set()
        for event in events:
            lane = lane_of(event)
            if lane in stuck:
                left.add(event.seq)
            elif lane in self.refuses:
                self.refused.append(event.id)
                refused[event.seq] = "HTTP 422"
                stuck.add(lane)
            else:
                self.got.append(event)
        return Delivery(refused, frozenset(left))

    async def close(self) -> None:
        """Has nothing."""

    @property
    def ids(self) -> list[str]:
        return [event.id for event in self.got]


@pytest.fixture
def sink() -> Choosy:
    return Choosy()


def waiting(outbox: Outbox) -> dict[str, int]:
    """The tries of all events that wait, by id."""
    with closing(sqlite3.connect(database_path(outbox.home))) as database:
        rows = database.execute(
            "SELECT id, tries FROM deliveries JOIN events USING (seq) WHERE dead_at IS NULL ORDER BY seq"
        )
        return dict(rows.fetchall())


def deliveries(outbox: Outbox) -> Deliveries:
    return Deliveries(outbox.view.reader, outbox.writer)


async def test_events_of_other_contacts_go_on_while_those_of_a_refused_one_wait(
    outbox: Outbox, sink: Choosy, run: Run
) -> None:
    sink.refuses = {"bad"}
    bad = await outbox.tell("bad", "b1", "b2")
    forwarder = run(sink, retries=SLOW)
    await until(lambda: sink.refused)
    good = await outbox.tell("good", "g1", "g2")
    bad += await outbox.tell("bad", "b3")
    forwarder.poke()
    await until(lambda: sink.ids == good and len(waiting(outbox)) == 3)
    assert waiting(outbox) == {bad[0]: 1, bad[1]: 0, bad[2]: 0}
    assert sink.refused == bad[:1]
    assert forwarder.refusals() == Refusals(waiting=3, dead=0)
    await until(lambda: forwarder.lag().events == 3)
    assert forwarder.healthy
    await until(lambda: outbox.cursor("choosy") == 5)


async def test_a_contact_goes_on_in_order_once_its_receiver_takes_it(
    outbox: Outbox, sink: Choosy, run: Run
) -> None:
    sink.refuses = {"bad"}
    ids = await outbox.tell("bad", "b1", "b2", "b3")
    forwarder = run(sink, retries=Retries(50, Backoff(0.05, 0.1)), look_seconds=0.2)
    await until(lambda: len(sink.refused) == 3)
    sink.refuses.clear()
    await until(lambda: len(sink.ids) == 3)
    ids += await outbox.tell("bad", "b4")
    forwarder.poke()
    await until(lambda: sink.ids == ids)
    await until(lambda: forwarder.refusals() == (0, 0))
    await until(lambda: forwarder.lag() == (0, 0.0))


async def test_after_the_last_try_an_event_is_a_dead_letter_and_the_next_of_its_contact_goes_on(
    outbox: Outbox, sink: Choosy, run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    sink.refuses = {"bad"}
    ids = await outbox.tell("bad", "b1", "b2")
    forwarder = run(sink, retries=QUICK, look_seconds=0.2)
    await until(lambda: forwarder.refusals().dead == 1)
    sink.refuses.clear()
    await until(lambda: sink.ids == ids[1:])
    (letter,) = deliveries(outbox).dead()
    assert (letter.id, letter.tries, letter.reason) == (ids[0], 3, "HTTP 422")
    assert sink.refused[:3] == [ids[0]] * 3
    assert f"event {ids[0]} was refused 3 times (HTTP 422)" in caplog.text
    await until(lambda: forwarder.lag() == (0, 0.0))  # nothing waits any more


async def test_tries_come_ever_more_rarely(outbox: Outbox, sink: Choosy, run: Run) -> None:
    sink.refuses = {"bad"}
    await outbox.tell("bad", "b1")
    started = time.monotonic()
    forwarder = run(sink, retries=Retries(5, Backoff(0.1, 10, 2)))
    await until(lambda: forwarder.refusals().dead == 1)
    assert 1.5 < time.monotonic() - started < 4  # 0.1 + 0.2 + 0.4 + 0.8 s and the shares by chance
    assert len(sink.refused) == 5


async def test_a_dead_letter_is_tried_again_when_somebody_asks_for_it_and_the_audit_says_who(
    outbox: Outbox, sink: Choosy, run: Run
) -> None:
    sink.refuses = {"bad"}
    ids = await outbox.tell("bad", "b1")
    forwarder = run(sink, retries=Retries(1), look_seconds=0.1)
    await until(lambda: forwarder.refusals().dead == 1)
    sink.refuses.clear()
    assert await deliveries(outbox).retry(STAFF, ids=ids) == 1
    await until(lambda: sink.ids == ids)
    await until(lambda: forwarder.refusals() == (0, 0))
    assert await deliveries(outbox).retry(STAFF, sink="choosy") == 0
    (entry,) = AuditLog(outbox.view.reader).latest(action="sink.")
    assert (entry.actor, entry.action, entry.detail) == (
        "wang",
        "sink.retry",
        {"events": 1, "ids": ids},
    )


async def test_a_retry_needs_a_sink_or_ids(outbox: Outbox) -> None:
    with pytest.raises(DeliveryError, match="name a sink or the ids"):
        await deliveries(outbox).retry(STAFF)


async def test_dead_letters_of_another_sink_stay_when_one_is_retried(
    outbox: Outbox, run: Run
) -> None:
    first, second = Choosy("first", {"bad"}), Choosy("second", {"bad"})
    await outbox.tell("bad", "b1")
    forwarders = [run(sink, retries=Retries(1)) for sink in (first, second)]
    await until(lambda: all(forwarder.refusals().dead for forwarder in forwarders))
    assert await deliveries(outbox).retry(STAFF, sink="first") == 1
    assert [letter.sink for letter in deliveries(outbox).dead()] == ["second"]


async def test_what_waits_and_what_is_dead_survives_the_end_of_the_process(
    outbox: Outbox, sink: Choosy, run: Run
) -> None:
    sink.refuses = {"bad", "worse"}
    await outbox.tell("worse", "w1")
    first = run(sink, retries=Retries(1))
    await until(lambda: first.refusals().dead == 1)
    await first.stop()
    ids = await outbox.tell("bad", "b1", "b2")
    second = run(sink, retries=SLOW)
    await until(lambda: len(waiting(outbox)) == 2)
    await second.stop()
    tried = len(sink.refused)
    third = run(sink, retries=SLOW)
    await outbox.tell("bad", "b3")
    third.poke()
    await until(lambda: len(waiting(outbox)) == 3)
    assert waiting(outbox)[ids[0]] == 1  # its pause is not over
    assert len(sink.refused) == tried
    assert third.refusals() == Refusals(3, 1)


async def test_a_refusal_that_cannot_be_written_down_keeps_the_cursor_where_it_is(
    outbox: Outbox, sink: Choosy, run: Run
) -> None:
    sink.refuses = {"bad"}
    await outbox.tell("bad", "b1")
    with closing(sqlite3.connect(database_path(outbox.home))) as database:
        database.execute(
            "CREATE TRIGGER full BEFORE INSERT ON deliveries BEGIN SELECT RAISE(ABORT, 'no'); END"
        )
        forwarder = run(sink, retries=SLOW, first_pause=0.05)
        await until(lambda: not forwarder.healthy)
        await asyncio.sleep(0.2)
        assert outbox.cursor("choosy") == 0
        database.execute("DROP TRIGGER full")
    await until(lambda: len(waiting(outbox)) == 1)


async def test_a_removed_event_no_longer_waits_and_its_contact_goes_on(
    outbox: Outbox, sink: Choosy, run: Run
) -> None:
    sink.refuses = {"bad"}
    ids = await outbox.tell("bad", "b1", "b2")
    run(sink, retries=SLOW, look_seconds=0.1)
    await until(lambda: len(waiting(outbox)) == 2)
    sink.refuses.clear()
    await outbox.writer.commit(
        lambda c: c.execute("DELETE FROM events WHERE id = ?", ids[:1]).rowcount
    )
    await until(lambda: sink.ids == ids[1:])


async def test_a_receiver_that_refuses_everything_gets_nothing_new_after_many_contacts(
    outbox: Outbox, sink: Choosy, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "MOST_LANES", 20)
    contacts = [f"c{n}" for n in range(60)]
    sink.refuses = set(contacts)
    for contact in contacts:
        await outbox.tell(contact, f"m-{contact}")
    forwarder = run(
        sink, retries=Retries(8, Backoff(0.2, 1)), batch=10, first_pause=0.05, longest_pause=0.1
    )
    await until(lambda: not forwarder.healthy)
    assert forwarder.last_error == "the receiver refuses events of 20 contacts"
    assert forwarder.lag().events == 60
    assert len(waiting(outbox)) == 20
    sink.refuses.clear()
    await until(lambda: len(sink.ids) == 60)
    await until(lambda: forwarder.healthy and forwarder.lag().events == 0)
    assert forwarder.refusals() == (0, 0)


async def test_what_is_logged_of_a_refusal_is_one_warning_while_any_wait(
    outbox: Outbox, sink: Choosy, run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    sink.refuses = {"bad", "worse"}
    await outbox.tell("bad", "b1")
    forwarder = run(sink, retries=SLOW)
    await until(lambda: waiting(outbox))
    await outbox.tell("worse", "w1")
    forwarder.poke()
    await until(lambda: len(waiting(outbox)) == 2)
    assert [(record.levelno, record.getMessage()) for record in caplog.records] == [
        (logging.WARNING, "sink choosy: HTTP 422; refused events are tried again, others go on")
    ]


async def test_a_sink_gets_only_events_of_the_types_that_it_chose(
    outbox: Outbox, sink: Choosy, run: Run
) -> None:
    signals = await outbox.tell("a", "m1")
    alert = await outbox.alert()
    signals += await outbox.tell("a", "m2")
    everything = Choosy("everything")
    chosen = run(sink, types=frozenset({"jingzhong.threat.detected.v1"}))
    run(everything)
    await until(lambda: everything.ids == [signals[0], alert, signals[1]])
    await until(lambda: sink.ids == signals)
    assert chosen.lag() == (0, 0.0)
    last = await outbox.alert("ffff")
    await until(lambda: everything.ids[-1] == last)
    assert chosen.lag() == (0, 0.0)
    assert Reader(database_path(outbox.home)).rows("SELECT count(*) FROM deliveries") == [(0,)]
