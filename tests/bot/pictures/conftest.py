"""One process that reads pictures for all tests, and messages with pictures."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from bot.pictures.reader import Outcome, PictureReader

PATIENCE = 120.0  # seconds: the machine that runs tests may be busy with others


class Reading:
    """A reader with a loop of its own; its process lives as long as the tests of a session."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.told: list[tuple[str, float]] = []
        self.reader = PictureReader(1, lambda *told: self.told.append(told), seconds=PATIENCE)

    def read(self, data: bytes) -> Outcome:
        """What is written on a picture."""
        return self.loop.run_until_complete(self.reader.read(data))

    def close(self) -> None:
        """Ends the process."""
        self.loop.run_until_complete(self.reader.stop())
        self.loop.close()


@pytest.fixture(scope="session")
def reading() -> Iterator[Reading]:
    """A real process with the real models."""
    reading = Reading()
    yield reading
    reading.close()
