"""Conversations at once over HTTP, each in order, and what came of them."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, TypeVar

import uvloop

from bot.bench.client import Address, Connection, ConnectionLost, connect, post
from bot.bench.workload import Conversation, Message

WEBHOOK = "/webhooks/rest/webhook"
PATIENCE = 180  # seconds that all answers may take beyond the time of the measurement

_Result = TypeVar("_Result")


@dataclass
class Record:
    """What was said and answered in one run.

    ``times`` holds for each message when its answer came (``perf_counter``) and the seconds that it took;
    ``problems`` counts the answers that were none, by what was wrong.
    """

    said: list[Message] = field(default_factory=list)
    times: list[tuple[float, float]] = field(default_factory=list)
    problems: Counter[str] = field(default_factory=Counter)
    started: float = field(default_factory=perf_counter)

    @property
    def seconds(self) -> list[float]:
        """How long each message took."""
        return [seconds for _, seconds in self.times]

    def rate(self, within: float) -> float:
        """Messages a second that were answered in the first ``within`` seconds."""
        end = self.started + within
        return sum(ended <= end for ended, _ in self.times) / within


class Speaker:
    """Says one message after the other on one connection and keeps the record."""

    def __init__(self, connection: Connection, record: Record) -> None:
        self._connection = connection
        self._record = record

    async def say(self, message: Message) -> float:
        """Says one message; returns the seconds until its answer was there.

        Raises:
            ConnectionLost: when no answer comes.
        """
        body = {
            "sender": message.sender,
            "message": message.text,
            "message_id": message.message_id,
        }
        request = post(WEBHOOK, json.dumps(body).encode())
        self._record.said.append(message)
        started = perf_counter()
        answer = await self._connection.ask(request)
        ended = perf_counter()
        self._record.times.append((ended, ended - started))
        problem = _problem(answer.status, answer.body)
        if problem:
            self._record.problems[problem] += 1
        return ended - started


def _problem(status: int, body: bytes) -> str | None:
    if status != 200:
        return f"status {status}"
    try:
        bubbles = json.loads(body)
    except ValueError:
        return "no JSON"
    if not isinstance(bubbles, list) or not any(_says_something(bubble) for bubble in bubbles):
        return "empty reply"
    return None


def _says_something(bubble: Any) -> bool:
    return isinstance(bubble, dict) and bool(str(bubble.get("text") or "").strip())


async def drive(
    address: Address,
    conversations: Iterator[Conversation],
    concurrency: int,
    seconds: float | None = None,
) -> Record:
    """Leads ``concurrency`` conversations at once until there are none, or none begins after ``seconds``.

    What began is led to its end, so that what is expected of it is known.
    """
    record = Record()
    try:
        connections = [await connect(address) for _ in range(concurrency)]
    except ConnectionLost as error:
        record.problems[str(error)] += 1
        return record
    record.started = perf_counter()
    deadline = None if seconds is None else record.started + seconds

    async def lead(connection: Connection) -> None:
        speaker = Speaker(connection, record)
        while deadline is None or perf_counter() < deadline:
            conversation = next(conversations, None)
            if conversation is None:
                break
            for message in conversation:
                await speaker.say(message)

    try:
        leading = asyncio.gather(*map(lead, connections))
        await asyncio.wait_for(leading, None if seconds is None else seconds + PATIENCE)
    except ConnectionLost as error:
        record.problems[str(error)] += 1
    except asyncio.TimeoutError:
        record.problems[f"no answer in {PATIENCE} seconds"] += 1
    finally:
        for connection in connections:
            connection.close()
    return record


def run(coroutine: Coroutine[Any, Any, _Result]) -> _Result:
    """Runs a coroutine on a loop of its own, the quickest there is."""
    loop = uvloop.new_event_loop()
    try:
        return loop.run_until_complete(coroutine)
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()
