"""Figures of the running service for Prometheus."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest


class Counters:
    """The metrics of one process, in a registry of their own so that tests can have several."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.messages = Counter(
            "jingzhong_messages", "Messages received", ["channel"], registry=self.registry
        )
        self.signals = Counter(
            "jingzhong_signals", "Signals written", ["code"], registry=self.registry
        )
        self.stopped = Counter(
            "jingzhong_replies_stopped", "Replies that the guard replaced", registry=self.registry
        )
        self.failures = Counter(
            "jingzhong_failures", "Messages answered with a failure reply", registry=self.registry
        )
        self.seconds = Histogram(
            "jingzhong_message_seconds",
            "Time from message to reply",
            ["channel"],
            registry=self.registry,
            buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5),
        )

    def exposition(self) -> bytes:
        """The metrics in Prometheus' text format."""
        return generate_latest(self.registry)
