"""Events on a Kafka topic, those of one contact in one partition."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections import deque
from collections.abc import Mapping
from typing import Any, Final, Optional

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from bot.ledger.reading import StoredEvent
from bot.sinks.base import SinkError, lane_of
from bot.sinks.lanes import LaneSink, Refused

# Errors of one message, whatever becomes of others.
_REFUSALS: Final = frozenset(
    {
        KafkaError.MSG_SIZE_TOO_LARGE,
        KafkaError.INVALID_MSG,
        KafkaError.INVALID_MSG_SIZE,
        KafkaError.INVALID_RECORD,
        KafkaError.POLICY_VIOLATION,
    }
)
_PARALLEL: Final = 1000
_POLL_SECONDS: Final = 0.1
_FLUSH_SECONDS: Final = 0.5
# Takes the place of librdkafka's log on standard error; what matters comes in the reports.
_SILENT: Final = logging.getLogger("librdkafka")
_SILENT.setLevel(logging.CRITICAL + 1)

_Report = tuple["asyncio.Future[Optional[KafkaError]]", Optional[KafkaError]]

FIXED: Final[Mapping[str, str | bool]] = {
    "acks": "all",
    "enable.idempotence": True,
    "partitioner": "murmur2_random",  # that of Java, so that all producers agree
}
"""What the promises of the sink rest on."""


class KafkaSink(LaneSink):
    """Writes each event as one message and waits for its delivery report.

    The key is the contact, and the id where an event names none; the value is the CloudEvent as JSON; the headers
    are ``content-type``, ``ce_id``, ``ce_source`` and ``ce_type``.
    """

    def __init__(
        self,
        name: str,
        topic: str,
        options: Mapping[str, Any],
        *,
        seconds: float = 30.0,
    ) -> None:
        """Writes to ``topic``; ``options`` are librdkafka's, of which those in ``FIXED`` cannot be changed.

        A message that the brokers have not confirmed within ``seconds`` counts as not delivered.

        Raises:
            ValueError: when librdkafka does not take an option; one line.
        """
        super().__init__(name, _PARALLEL)
        self._topic = topic
        self._options = {**options, **FIXED, "message.timeout.ms": int(seconds * 1000)}
        self._connection: _Connection | None = None
        try:
            # It connects in the background only, and says at once what it does not understand.
            Producer({**self._options, "bootstrap.servers": "", "logger": _SILENT})
        except KafkaException as error:
            raise ValueError(_line(error.args[0])) from None

    async def send(self, event: StoredEvent) -> None:
        """Writes one event; see :class:`LaneSink`."""
        if self._connection is None:
            self._connection = _Connection(self._options)
        error = await self._connection.write(self._topic, event)
        if error is None:
            return
        if error.fatal():
            await self.close()
        if error.code() in _REFUSALS:
            raise Refused(_line(error))
        raise SinkError(_line(error))

    async def close(self) -> None:
        """Gives what is under way a second and closes the connections."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await asyncio.to_thread(connection.close)


class _Connection:
    """A producer and the thread that collects its delivery reports."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._loop = asyncio.get_running_loop()
        self._producer = Producer({**options, "logger": _SILENT})
        self._reports: deque[_Report] = deque()
        self._closing = False
        self._thread = threading.Thread(target=self._poll, name="kafka reports", daemon=True)
        self._thread.start()

    async def write(self, topic: str, event: StoredEvent) -> KafkaError | None:
        """Writes one event and waits for its report: ``None`` if the brokers have it."""
        reported: asyncio.Future[KafkaError | None] = self._loop.create_future()

        def report(error: KafkaError | None, message: Message) -> None:
            self._reports.append((reported, error))

        try:
            self._producer.produce(
                topic,
                value=event.line.encode(),
                key=lane_of(event).encode(),
                headers={
                    "content-type": "application/cloudevents+json; charset=utf-8",
                    "ce_id": event.id,
                    "ce_source": event.source,
                    "ce_type": event.type,
                },
                on_delivery=report,
            )
        except KafkaException as error:
            refusal: KafkaError = error.args[0]
            return refusal
        except BufferError:
            return KafkaError(KafkaError._QUEUE_FULL)
        return await reported

    def close(self) -> None:
        """Gives up what is not delivered within a second and ends the thread; whoever waits gets his report."""
        self._producer.flush(_FLUSH_SECONDS)
        self._producer.purge()
        self._producer.flush(_FLUSH_SECONDS)
        self._closing = True
        self._thread.join()
        self._hand_on()

    def _poll(self) -> None:
        while not self._closing:
            # The reports of all messages that are due come within this call, in this thread.
            self._producer.poll(_POLL_SECONDS)
            self._hand_on()

    def _hand_on(self) -> None:
        if self._reports:
            with contextlib.suppress(RuntimeError):  # the loop has ended, and who waited with it
                self._loop.call_soon_threadsafe(self._tell)

    def _tell(self) -> None:
        while self._reports:
            reported, error = self._reports.popleft()
            if not reported.done():
                reported.set_result(error)


def _line(error: KafkaError) -> str:
    return f"Kafka: {' '.join(error.str().split())}"
