"""Conversations that were spoken in lately, in memory, so that the next message need not read them."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from rasa.shared.core.trackers import DialogueStateTracker

MOST_BYTES = 8 * 1024 * 1024
# What a tracker takes in memory, by the length of its events as JSON, and what it takes without any.
# Measured with tracemalloc on trackers of 1 to 40 turns, with short messages and with long ones.
_GROWTH = 5.5
_OVERHEAD = 2 * 1024


@dataclass(frozen=True)
class Live:
    """A conversation in memory: ``size`` is the length of its events as JSON, in characters."""

    version: int
    tracker: DialogueStateTracker
    size: int

    @property
    def bytes(self) -> int:
        """About what it takes in memory."""
        return _OVERHEAD + int(self.size * _GROWTH)


class LiveConversations:
    """The conversations of the last messages, as many as fit into ``most_bytes``."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._kept: OrderedDict[str, Live] = OrderedDict()
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._kept)

    def take(self, conversation: str) -> Live | None:
        """Takes a conversation out; whoever changes it puts it back or lets it go."""
        live = self._kept.pop(conversation, None)
        if live is not None:
            self.bytes -= live.bytes
        return live

    def keep(self, conversation: str, live: Live) -> None:
        """Puts a conversation in, and out those that were spoken in longest ago if there are too many."""
        self.take(conversation)
        self._kept[conversation] = live
        self.bytes += live.bytes
        while self.bytes > self._most_bytes and self._kept:
            _, oldest = self._kept.popitem(last=False)
            self.bytes -= oldest.bytes

    def clear(self) -> None:
        """Lets all of them go."""
        self._kept.clear()
        self.bytes = 0
