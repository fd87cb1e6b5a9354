"""What a conversation leaves on disk and on Redis names nobody and holds no secret of the user."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from redis.asyncio import Redis

from bot.exchanges.conversation import slots_of
from bot.ledger.database import database_path
from bot.masking import MASK
from bot.redis.connection import connect
from tests.bot.redis_server import RedisServer
from tests.conftest import Desk, make_services

USER = "borrower-4711"
SECRETS = ("824613", "110101199003074514", "6222020200112233445", "zhongMi99")
TALK = (
    "有家公司说能帮我停息挂账，收两千定金，我的验证码是824613",
    "我的身份证110101199003074514，我的银行卡6222020200112233445也给了",
    "我的登录密码是zhongMi99，我已经转了2000给他了",
    "那现在怎么办",
)


@pytest.fixture(params=["embedded", "redis"])
def place(
    request: pytest.FixtureRequest, tmp_path: Path, model: Path
) -> Iterator[tuple[Desk, Path]]:
    """An assistant on the storage of either kind, and the folder in which all of its files lie."""
    server = RedisServer(tmp_path / "redis") if request.param == "redis" else None
    desk = Desk(make_services(tmp_path / "home", redis_url=server.url if server else None), model)
    yield desk, tmp_path
    desk.loop.run_until_complete(desk.services.stop())
    desk.loop.close()
    if server is not None:
        server.stop()


def bytes_of(folder: Path) -> str:
    """Everything in the files below; Redis writes each of its commands into one."""
    found = b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())
    return found.decode("utf-8", "replace")


def held_by(desk: Desk) -> str:
    """Everything that the storage holds now, apart from what is only not yet overwritten."""
    url = desk.services.settings.redis_url
    if url is not None:
        return asyncio.run(keys_and_values(url.get_secret_value()))
    path = database_path(desk.services.settings.home)
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path.read_bytes().decode("utf-8", "replace")


async def keys_and_values(url: str) -> str:
    """Everything that Redis holds, as text."""
    client: Redis = connect(url)
    read = {
        "string": client.get,
        "hash": client.hgetall,
        "set": client.smembers,
        "list": lambda key: client.lrange(key, 0, -1),
    }
    found = [(key, await read[await client.type(key)](key)) for key in await client.keys()]
    await client.close(close_connection_pool=True)
    return repr(found)


def test_neither_the_user_nor_the_conversation_nor_a_secret_is_stored(
    place: tuple[Desk, Path],
) -> None:
    desk, folder = place
    for number, text in enumerate(TALK):
        assert desk.say(USER, text, f"m{number}").bubbles
    held, stored = held_by(desk), bytes_of(folder)
    assert "停息挂账" in held
    assert "停息挂账" in stored
    assert MASK * 4 in stored
    found = [word for word in (USER, f"test:{USER}", *SECRETS) if word in held + stored]
    assert found == []


def test_after_an_erasure_nothing_of_the_conversation_is_left(place: tuple[Desk, Path]) -> None:
    desk, _ = place
    desk.say(USER, "我想咨询一下提前还款的事，单位叫做青山绿水一号", "m0")
    assert "青山绿水一号" in held_by(desk)
    desk.say(USER, "删除我的信息", "m1")
    assert "青山绿水一号" not in held_by(desk)


def test_what_is_read_from_the_storage_is_what_is_in_memory(place: tuple[Desk, Path]) -> None:
    desk, _ = place
    for text in TALK:
        desk.say(USER, text)
    kept = desk.loop.run_until_complete(tracker_of(desk))
    read = desk.loop.run_until_complete(tracker_of(desk))
    assert read is not kept
    assert slots_of(read) == slots_of(kept)
    assert said_in(read) == said_in(kept)
    assert len(said_in(kept)) > 2 * len(TALK)


async def tracker_of(desk: Desk) -> DialogueStateTracker:
    """The conversation; asked for the first time it comes from memory, which forgets it then."""
    exchanges = desk.services.exchanges
    exchange = await exchanges.open(f"test:{USER}")
    assert desk.agent.domain is not None
    tracker = exchange.tracker(desk.agent.domain)
    await exchanges.abandon(exchange)
    assert tracker is not None
    return tracker


def said_in(tracker: DialogueStateTracker) -> list[tuple[str, str | None, object]]:
    """What was said, and what was understood of it."""
    return [
        (event.type_name, event.text, getattr(event, "intent", None))
        for event in tracker.events
        if isinstance(event, (UserUttered, BotUttered))
    ]
