"""The history is the same whichever store keeps the conversation."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.channels.app.history import Entry, history
from bot.ledger.encoding import utc_now
from tests.bot.redis_server import RedisServer
from tests.conftest import Desk, make_services


@pytest.fixture(params=["embedded", "redis"])
def desk(request: pytest.FixtureRequest, tmp_path: Path, model: Path) -> Iterator[Desk]:
    """An assistant on the storage of either kind."""
    server = RedisServer(tmp_path / "redis") if request.param == "redis" else None
    url = server.url if server else None
    desk = Desk(make_services(tmp_path / "home", redis_url=url), model, "app")
    yield desk
    desk.loop.run_until_complete(desk.services.stop())
    desk.loop.close()
    if server is not None:
        server.stop()


def entries(desk: Desk, user: str) -> list[Entry]:
    talk = desk.loop.run_until_complete(desk.services.exchanges.talk(f"app:{user}"))
    return history(talk.turns, (), utc_now())


def test_both_sides_are_found_and_the_next_message_goes_on_as_before(desk: Desk) -> None:
    first = desk.say("u1", "有家公司说能帮我停息挂账，要先收两千定金", "m1")
    found = entries(desk, "u1")
    assert [(entry.role, entry.id) for entry in found] == [("user", "m1"), ("assistant", "m1")]
    assert list(found[1].bubbles) == first.bubbles
    # Reading did not make the process forget what was talked about.
    assert desk.say("u1", "我已经转了两千给他们", "m2").signals[0]["data"]["follows"]
    assert [entry.id for entry in entries(desk, "u1")] == ["m1", "m1", "m2", "m2"]
    assert entries(desk, "u2") == []


def test_the_last_ten_turns_are_found(desk: Desk) -> None:
    for number in range(12):
        desk.say("u1", "你好", f"m{number}")
    assert [entry.id for entry in entries(desk, "u1") if entry.role == "user"] == [
        f"m{number}" for number in range(2, 12)
    ]


def test_when_the_conversation_was_last_spoken_in_is_known_with_the_next_message(
    desk: Desk,
) -> None:
    exchanges = desk.services.exchanges

    async def spoken_at() -> float | None:
        exchange = await exchanges.open("app:u1")
        at = exchange.spoken_at
        await exchanges.abandon(exchange)
        return at

    assert desk.loop.run_until_complete(spoken_at()) is None
    before = time.time()
    desk.say("u1", "你好")
    # From the memory of this process, and once it has let go of that, from the store.
    for _ in range(2):
        at = desk.loop.run_until_complete(spoken_at())
        assert at is not None
        assert before <= at <= time.time()


def test_history_waits_for_the_answer_that_is_being_made(desk: Desk) -> None:
    async def both() -> tuple[int, int]:
        exchanges = desk.services.exchanges
        exchange = await exchanges.open("app:u1")
        reading = asyncio.ensure_future(exchanges.talk("app:u1"))
        await asyncio.sleep(0.05)
        waits = not reading.done()
        await exchanges.abandon(exchange)
        return int(waits), len((await asyncio.wait_for(reading, 10)).turns)

    assert desk.loop.run_until_complete(both()) == (1, 0)
