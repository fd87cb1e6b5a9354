"""Kafka: every event at least once, those of one contact in one partition and in order."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Any

import pytest

from bot.ledger.reading import StoredEvent
from bot.sinks.backoff import Backoff, Retries
from bot.sinks.base import lane_of
from bot.sinks.cursor import Refusals
from bot.sinks.forwarder import Forwarder
from bot.sinks.kafka import KafkaSink
from tests.bot.sinks.conftest import Outbox, until
from tests.bot.sinks.kafka_cluster import PARTITIONS, KafkaCluster, Record

Run = Callable[..., Forwarder]
Make = Callable[..., KafkaSink]
TOPIC = "signals"


@pytest.fixture
def cluster() -> Iterator[KafkaCluster]:
    cluster = KafkaCluster()
    yield cluster
    cluster.kill()


@pytest.fixture
async def sink_to(cluster: KafkaCluster) -> AsyncIterator[Make]:
    """``sink_to(topic, seconds=..., **options)``: a sink that is closed in the end."""
    made: list[KafkaSink] = []

    def make(topic: str = TOPIC, seconds: float = 20.0, **options: Any) -> KafkaSink:
        told = {"bootstrap.servers": cluster.servers}
        told |= {name.replace("_", "."): value for name, value in options.items()}
        made.append(KafkaSink("kafka", topic, told, seconds=seconds))
        return made[-1]

    yield make
    for sink in made:
        await sink.close()


def by_contact(records: Sequence[Record]) -> dict[str, list[str]]:
    """The ids of each key in their order, repeated ones left out as a consumer does."""
    lanes: dict[str, dict[str, None]] = defaultdict(dict)
    for record in records:
        lanes[record.key][record.headers["ce_id"]] = None
    return {key: list(ids) for key, ids in lanes.items()}


def expected(events: Sequence[StoredEvent]) -> dict[str, list[str]]:
    lanes = defaultdict(list)
    for event in events:
        lanes[lane_of(event)].append(event.id)
    return dict(lanes)


async def fill(outbox: Outbox, label: str = "m") -> None:
    await asyncio.gather(
        *(outbox.tell(f"wxid{n % 17}", f"{label}{n}") for n in range(100)),
        *(outbox.add(f"{label}-none{n}") for n in range(20)),
    )


async def test_each_contact_has_its_events_in_one_partition_and_in_order(
    outbox: Outbox, cluster: KafkaCluster, sink_to: Make, run: Run
) -> None:
    await fill(outbox)
    forwarder = run(sink_to())
    records = await asyncio.to_thread(cluster.records, TOPIC, 120)
    assert by_contact(records) == expected(outbox.view.events())
    partitions = defaultdict(set)
    for record in records:
        partitions[record.key].add(record.partition)
    assert {len(places) for places in partitions.values()} == {1}
    assert len(set.union(*partitions.values())) == PARTITIONS
    assert len(records) == 120
    await until(lambda: forwarder.lag() == (0, 0.0))


async def test_a_record_is_a_cloud_event_that_can_be_recognised_without_reading_it(
    outbox: Outbox, cluster: KafkaCluster, sink_to: Make
) -> None:
    await outbox.tell("wxid", "m1")
    (event,) = outbox.view.events()
    assert not (await sink_to().deliver([event])).left
    (record,) = await asyncio.to_thread(cluster.records, TOPIC, 1)
    assert record.value == event.line
    assert record.key == json.loads(event.line)["subject"]
    assert record.headers == {
        "content-type": "application/cloudevents+json; charset=utf-8",
        "ce_id": event.id,
        "ce_source": event.source,
        "ce_type": event.type,
    }


async def test_an_event_that_is_too_large_is_refused_and_holds_up_its_contact_alone(
    outbox: Outbox, cluster: KafkaCluster, sink_to: Make, run: Run
) -> None:
    await outbox.tell("wxid" + "x" * 3000, "large", "behind")
    good = await outbox.tell("wxid1", "m1", "m2")
    retries = Retries(2, Backoff(0.1, 1))
    forwarder = run(sink_to(message_max_bytes=2500), retries=retries, look_seconds=0.2)
    records = await asyncio.to_thread(cluster.records, TOPIC, 2)
    assert [record.headers["ce_id"] for record in records] == good
    await until(lambda: forwarder.refusals() == Refusals(0, 2), 20)
    assert forwarder.healthy


async def test_while_the_brokers_hang_everything_waits_and_comes_in_order_after(
    outbox: Outbox, cluster: KafkaCluster, sink_to: Make, run: Run
) -> None:
    await fill(outbox, "before")
    forwarder = run(sink_to(seconds=1, socket_timeout_ms=1000), first_pause=0.05, longest_pause=0.2)
    await until(lambda: forwarder.lag().events == 0, 20)
    cluster.freeze()
    await fill(outbox, "while")
    forwarder.poke()
    await until(lambda: not forwarder.healthy, 20)
    assert str(forwarder.last_error).startswith("Kafka: ")
    assert forwarder.refusals() == (0, 0)
    assert forwarder.lag().events == 120
    cluster.thaw()
    await until(lambda: forwarder.lag() == (0, 0.0), 30)
    records = await asyncio.to_thread(cluster.records, TOPIC, 240)
    assert by_contact(records) == expected(outbox.view.events())


async def test_brokers_that_are_not_there_are_told_of_and_stop_ends_in_time(
    outbox: Outbox, cluster: KafkaCluster, sink_to: Make, run: Run
) -> None:
    sink = sink_to(seconds=1)
    cluster.kill()
    await outbox.add("m1")
    forwarder = run(sink)
    await until(lambda: not forwarder.healthy, 20)
    started = time.monotonic()
    await forwarder.stop()
    assert time.monotonic() - started < 5
    assert outbox.cursor("kafka") == 0
    assert "kafka reports" not in {thread.name for thread in threading.enumerate()}


async def test_the_event_loop_goes_on_while_many_events_are_written(
    outbox: Outbox, cluster: KafkaCluster, sink_to: Make, run: Run
) -> None:
    await asyncio.gather(*(fill(outbox, f"x{n}") for n in range(5)))
    slowest, waited = 0.0, time.monotonic()
    forwarder = run(sink_to())
    await until(lambda: forwarder.forwards)
    while forwarder.lag().events:
        await asyncio.sleep(0.001)
        slowest, waited = max(slowest, time.monotonic() - waited), time.monotonic()
    assert slowest < 0.5


def test_an_option_that_librdkafka_does_not_know_is_told_at_once() -> None:
    with pytest.raises(ValueError, match=r'Kafka: .*"no\.such\.option"'):
        KafkaSink("kafka", TOPIC, {"no.such.option": 1})
