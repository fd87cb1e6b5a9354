"""What every service under load has in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from bot.bench.client import Address
from bot.bench.load import Record


class Service(ABC):
    """A running assistant with a REST channel.

    ``first_answer`` tells the seconds from its start to its first answer.
    """

    address: Address
    first_answer: float

    @abstractmethod
    def check(self, records: Sequence[Record]) -> str | None:
        """Why what was said since the last check does not count; ``None`` if it does.

        Must be given all that was said, each message once, and only when all is answered.
        """

    @abstractmethod
    def memory(self) -> float:
        """Resident memory in MB, children included."""

    @abstractmethod
    def cpu(self) -> float:
        """Processor seconds used so far, children included."""

    @abstractmethod
    def stop(self) -> None:
        """Ends it."""


def unanswered(records: Sequence[Record]) -> str | None:
    """What was wrong with replies, in one line; ``None`` if every message got one."""
    said = sum(len(record.said) for record in records)
    for record in records:
        for problem, count in record.problems.most_common(1):
            return f"{problem} ({count} times of {said} messages)"
    if not said:
        return "nothing was said"
    return None
