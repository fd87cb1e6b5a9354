"""A Kafka cluster of librdkafka's own making, in a process that a test can freeze and kill; and what is in it."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from contextlib import closing
from typing import NamedTuple

from confluent_kafka import OFFSET_BEGINNING, Consumer, Producer, TopicPartition

PARTITIONS = 4  # of every topic that the cluster makes by itself


class Record(NamedTuple):
    """A message of a topic."""

    partition: int
    key: str
    value: str
    headers: dict[str, str]


class KafkaCluster:
    """Three brokers on the loopback interface, which forget everything when they end; started by the constructor."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.bot.sinks.kafka_cluster"],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.servers = self._process.stdout.readline().strip()
        assert self.servers

    def freeze(self) -> None:
        """Lets it hang: it takes connections and answers nothing."""
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Lets it go on."""
        self._process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """Ends it at once; may be called twice."""
        self._process.kill()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def records(self, topic: str, count: int, seconds: float = 20) -> list[Record]:
        """At least so many records of a topic, those of a partition in their order, and what comes a moment later."""
        settings = {
            "bootstrap.servers": self.servers,
            "group.id": "tests",
            "topic.metadata.refresh.interval.ms": 200,
        }
        places = [TopicPartition(topic, n, OFFSET_BEGINNING) for n in range(PARTITIONS)]
        records: list[Record] = []
        with closing(Consumer(settings)) as consumer:
            consumer.assign(places)  # to join a group would take seconds
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                message = consumer.poll(0.1)
                if message is None or message.error():
                    continue
                headers = {name: value.decode() for name, value in message.headers() or ()}
                key, value = message.key().decode(), message.value().decode()
                records.append(Record(message.partition(), key, value, headers))
                if len(records) == count:
                    end = min(end, time.monotonic() + 0.5)
        return records


def main() -> None:
    """Makes the cluster, prints its addresses and waits to be killed."""
    cluster = Producer({"bootstrap.servers": "", "test.mock.num.brokers": 3})
    brokers = cluster.list_topics(timeout=10).brokers.values()
    print(",".join(f"{broker.host}:{broker.port}" for broker in brokers), flush=True)
    signal.pause()


if __name__ == "__main__":
    main()
