"""Figures of the running service for Prometheus."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from pathlib import Path
from time import perf_counter
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Metric, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from bot.counters_folder import folder_of_this_process

STEPS: Final = ("begin", "understand", "decide", "reply", "commit")
_STEP_SECONDS = (0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5)
_PICTURE_SECONDS = (0.1, 0.5, 1, 2, 3, 5, 7.5, 10, 20, 40)
_MESSAGE_SECONDS = (0.0005, *_STEP_SECONDS[3:-1], 2, 5)


class Counters:
    """The metrics of one process, in a registry of their own so that tests can have several.

    They are named as Prometheus shows them; all but the three methods are its own metrics and are counted with
    ``inc``, ``set`` and ``observe``. Where processes serve side by side, :meth:`exposition` of any of them tells
    of all: what is counted is added up, also that of processes that have ended; how gauges are put together
    stands beside each. What another process last set is what is known of it, so gauges are set when they change.
    """

    def __init__(self) -> None:
        self._folder = folder_of_this_process()
        self._own = CollectorRegistry()
        self.messages = Counter(
            "jingzhong_messages", "Messages received", ["channel"], registry=self._own
        )
        self.conversations = Counter(
            "jingzhong_conversations",
            "Conversations begun: a message half an hour or more after the one before it",
            ["channel"],
            registry=self._own,
        )
        self.signals = Counter("jingzhong_signals", "Signals written", ["code"], registry=self._own)
        self.stopped = Counter(
            "jingzhong_replies_stopped",
            "Replies that the guard replaced, by what it found: number, url, contact or error",
            ["kind"],
            registry=self._own,
        )
        self.failures = Counter(
            "jingzhong_failures", "Messages answered with a failure reply", registry=self._own
        )
        self.limited = Counter(
            "jingzhong_limited",
            "Messages that were not taken, by what they exceeded: rate, queue or size, or ban",
            ["reason"],
            registry=self._own,
        )
        self.seconds = Histogram(
            "jingzhong_message_seconds",
            "Time from message to reply",
            ["channel"],
            registry=self._own,
            buckets=_MESSAGE_SECONDS,
        )
        self.step_seconds = Histogram(
            "jingzhong_step_seconds",
            "Time of one step of a message",
            ["step"],
            registry=self._own,
            buckets=_STEP_SECONDS,
        )
        self.picture_seconds = Histogram(
            "jingzhong_picture_seconds",
            "Time of reading a picture, by what became of it: read, or why it was refused",
            ["outcome"],
            registry=self._own,
            buckets=_PICTURE_SECONDS,
        )
        self._observe_step = {name: self.step_seconds.labels(name).observe for name in STEPS}
        self._add_gauges()

    def _add_gauges(self) -> None:
        # "live": without the processes that have ended. The outbox belongs to all; who looked last knows best.
        self.turns_in_progress = Gauge(
            "jingzhong_turns_in_progress",
            "Messages being answered now",
            registry=self._own,
            multiprocess_mode="livesum",
        )
        self.turns_waiting = Gauge(
            "jingzhong_turns_waiting",
            "Messages that wait for an earlier one of their conversation",
            registry=self._own,
            multiprocess_mode="livesum",
        )
        self.ledger_waiting = Gauge(
            "jingzhong_ledger_waiting",
            "Writes that wait for the ledger",
            registry=self._own,
            multiprocess_mode="livesum",
        )
        self.outbox_events = Gauge(
            "jingzhong_outbox_events",
            "Events not yet forwarded to a sink",
            ["sink"],
            registry=self._own,
            multiprocess_mode="mostrecent",
        )
        self.outbox_seconds = Gauge(
            "jingzhong_outbox_seconds",
            "Age of the oldest event not yet forwarded to a sink",
            ["sink"],
            registry=self._own,
            multiprocess_mode="mostrecent",
        )
        self.refused_events = Gauge(
            "jingzhong_sink_refused_events",
            "Events that wait since a sink refused them or one of their contact before them",
            ["sink"],
            registry=self._own,
            multiprocess_mode="mostrecent",
        )
        self.dead_letters = Gauge(
            "jingzhong_sink_dead_letters",
            "Events that a sink refused too often to be tried again by themselves",
            ["sink"],
            registry=self._own,
            multiprocess_mode="mostrecent",
        )

    @cached_property
    def deflection(self) -> Gauge:
        """The share of the last seven days' conversations without a hand-off; shown once there were any."""
        return Gauge(
            "jingzhong_deflection_ratio",
            "Share of the conversations of the last seven days that got by without a person",
            registry=self._own,
            multiprocess_mode="mostrecent",
        )

    @cached_property
    def redis_up(self) -> Gauge:
        """1 while every process reaches Redis, 0 otherwise; shown from its first use, since not all have one."""
        return Gauge(
            "jingzhong_redis_up",
            "Whether Redis answers",
            registry=self._own,
            multiprocess_mode="livemin",
        )

    def step(self, name: str) -> Step:
        """``with counters.step("decide"):`` times one of ``STEPS``, also if it fails; costs a microsecond or two."""
        return Step(self._observe_step[name])

    def picture(self, outcome: str, seconds: float) -> None:
        """Counts a picture, see :data:`bot.pictures.reader.OnRead`."""
        self.picture_seconds.labels(outcome).observe(seconds)

    def exposition(self) -> bytes:
        """The metrics in Prometheus' text format; with several processes those of all together."""
        if self._folder is None:
            return generate_latest(self._own)
        everybody = CollectorRegistry()
        everybody.register(_Everybody(self._folder))
        return generate_latest(everybody)


class Step:
    """Measures the time between its beginning and its end; one of it measures once."""

    __slots__ = ("_observe", "_started")

    def __init__(self, observe: Callable[[float], None]) -> None:
        self._observe = observe

    def __enter__(self) -> None:
        self._started = perf_counter()

    def __exit__(self, *_: object) -> None:
        self._observe(perf_counter() - self._started)


class _Everybody(Collector):
    """What all processes that count in one folder have counted together."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def collect(self) -> Iterable[Metric]:
        """All metrics; a process that is only just making its file, or died while it did, has none yet."""
        files = [str(file) for file in self._folder.glob("*.db") if _has_content(file)]
        merged: Iterable[Metric] = MultiProcessCollector.merge(files)  # type: ignore[no-untyped-call]
        return merged


def _has_content(file: Path) -> bool:
    try:
        return file.stat().st_size > 0
    except FileNotFoundError:  # its process has ended since
        return False
