"""The keys: of this service, not for ever, and together on one node of a cluster."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

from redis.asyncio import Redis

from actions.plan import UserChange
from tests.bot.exchanges.sides import Side, Storage, asks, message, record_of

_TAG = re.compile(r"jz:\{([a-z]:[0-9a-f]{32})\}:[a-z]+")


async def exercise(side: Side, other: Side) -> None:
    """Everything that the store does."""
    for number in range(3):
        await side.answer(message(number), "loan_scam", change=UserChange(informed=True))
    holding = await side.open(message(3))
    waiting = await asks(other.open(message(4)))
    leaving = await asks(other.open(message(5)))
    leaving.cancel()
    await side.commit(holding)
    await other.end(await waiting)
    said = message(6, user="another")
    await side.exchanges.record(said.key, record_of(said, change=UserChange(consent=True)))
    await side.answer(message(7, "second"))
    await side.answer(message(8, "second"), change=UserChange(erase=True))
    await side.answer(message(9, "second"))


async def test_every_key_has_the_prefix_and_a_time_to_live(
    sides: tuple[Side, Side], redis: Redis
) -> None:
    await exercise(*sides)
    await sides[0].answer(message(10), change=UserChange(minor=True))
    late = record_of(message(1, "late", user="late"), change=UserChange(informed=True))
    await sides[0].store.record(late)  # whose reply is not stored
    holding = await sides[0].open(message(11))
    waiting = await asks(sides[1].open(message(12)))
    keys = await redis.keys()
    named = {key.rpartition(":")[2] for key in keys}
    expected = "lock queue seen talk turns replies answered user changes before alive"
    assert named >= set(expected.split())
    assert [key for key in keys if not _TAG.fullmatch(key)] == []
    assert [key for key in keys if await redis.pttl(key) <= 0] == []
    await sides[0].end(holding)
    await sides[1].end(await waiting)


async def test_the_keys_of_each_script_stand_together_in_a_cluster(
    redis: Redis, storage: Storage
) -> None:
    side, other = storage.side(b"new", b"old"), storage.side(b"new", b"old")
    seen: list[dict[str, str]] = []

    async def listen() -> None:
        async with redis.monitor() as monitor:
            listening.set()
            async for command in monitor.listen():
                seen.append(command)  # noqa: PERF401 - it never ends

    listening = asyncio.Event()
    watching = asyncio.ensure_future(listen())
    await listening.wait()
    await exercise(side, other)
    await asyncio.sleep(0.1)
    watching.cancel()
    await asyncio.wait({watching})

    sent = [entry["command"] for entry in seen if entry["client_type"] != "lua"]
    scripts = [command for command in sent if command.startswith("EVALSHA")]
    assert len({command.split()[1] for command in scripts}) == len(
        list((Path(__file__).parents[3] / "bot/redis/scripts").glob("*.lua"))
    )
    for command in sent:
        assert len(set(re.findall(r"\bjz:\{[^}]*\}", command.split(" jz:wake:")[0]))) <= 1, command


async def test_a_script_touches_no_key_but_those_that_it_is_given(
    redis: Redis, sides: tuple[Side, Side]
) -> None:
    await exercise(*sides)
    scripts = (Path(__file__).parents[3] / "bot/redis/scripts").glob("*.lua")
    for script in scripts:
        code = "\n".join(line.partition("--")[0] for line in script.read_text().splitlines())
        first = re.findall(r"redis\.call\('(\w+)',\s*([^,)]+)", code)
        assert first
        assert [
            (command, key)
            for command, key in first
            if command != "PUBLISH" and not re.fullmatch(r"KEYS\[\d\]", key)
        ] == []


async def test_after_an_erasure_only_the_hashes_of_turns_are_left_of_a_user(
    storage: Storage, redis: Redis
) -> None:
    before, after = storage.side(b"old"), storage.side(b"new", b"old")
    for number, side in enumerate((before, after)):
        await side.answer(message(number), change=UserChange(informed=True, minor=True))
    await after.answer(message("erase"), change=UserChange(erase=True))
    changes, others = [], []
    for key in await redis.keys("jz:{u:*"):
        held = await redis.hgetall(key)
        (changes if key.endswith(":changes") else others).append(held)
    assert sorted(value for held in changes for value in held.values()) == [
        "",
        "",
        '{"erase":true}',
    ]
    assert [set(held) for held in others] == [{"erased_at"}]
