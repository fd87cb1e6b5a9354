"""Exchanges of one process: what grows old in the database, and one transaction for all of an exchange."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from actions.plan import UserChange
from bot.exchanges.exchange import KEPT_TURNS, ExchangeLost
from bot.ledger.ledger import CONVERSATION_LIFETIME
from bot.users import UserRecord
from tests.bot.exchanges.sides import Side, message, record_of, speak

A_MOMENT = timedelta(seconds=10)


@dataclass
class Clock:
    """A time that passes when a test says so."""

    now: datetime = datetime(2026, 11, 23, tzinfo=timezone.utc)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def begin(tmp_path: Path, clock: Clock) -> Iterator[Callable[[], Side]]:
    """``begin()``: a process on the one data directory, at the time of the clock."""
    begun: list[Side] = []

    def start() -> Side:
        begun.append(Side(tmp_path, (b"key",), None, clock))
        return begun[-1]

    yield start
    for side in begun:
        side.ledger.close()


def rows(side: Side, table: str) -> int:
    with closing(sqlite3.connect(side.database)) as database:
        return int(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


@pytest.mark.parametrize("from_memory", [True, False], ids=["from memory", "from the database"])
async def test_a_conversation_is_forgotten_after_its_lifetime(
    begin: Callable[[], Side], clock: Clock, from_memory: bool
) -> None:
    side = begin()
    for number in range(3):
        await side.answer(message(number))
    clock.now += CONVERSATION_LIFETIME - A_MOMENT
    if not from_memory:
        side = begin()
    assert (await side.look(message("next"))).count == 3
    await side.answer(message("elsewhere", "another"))  # old ones are looked for now and then
    clock.now += 2 * A_MOMENT
    assert (await side.look(message("next"))).texts == []
    await side.answer(message("next"))
    for looking in (side, begin()):
        seen = await looking.look(message("last"))
        assert (seen.texts, seen.count) == (["text next"], 1)


async def test_what_is_too_old_is_removed_by_those_who_write(
    begin: Callable[[], Side], clock: Clock
) -> None:
    side = begin()
    for number in range(20):
        await side.answer(message(number, f"talk {number}"))
    clock.now += CONVERSATION_LIFETIME + A_MOMENT
    await side.answer(message(1, "another"))
    tables = ("conversations", "conversation_turns", "replies")
    assert [rows(side, table) for table in tables] == [1, 1, 1]


async def test_a_long_conversation_keeps_as_many_turns_as_are_read(
    begin: Callable[[], Side],
) -> None:
    side = begin()
    for number in range(3 * KEPT_TURNS):
        await side.answer(message(number))
        assert rows(side, "conversation_turns") == min(number + 1, KEPT_TURNS)


@pytest.mark.parametrize("table", ["events", "user_changes", "conversations", "replies"])
async def test_an_exchange_is_written_as_a_whole_or_not_at_all(
    begin: Callable[[], Side], table: str
) -> None:
    side = begin()
    await side.answer(message(1))
    with closing(sqlite3.connect(side.database)) as database:
        database.execute(
            f"CREATE TRIGGER broken BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'broken'); END"
        )
        with pytest.raises(sqlite3.IntegrityError, match="broken"):
            await side.answer(message(2), "loan_scam", change=UserChange(informed=True))
        database.execute("DROP TRIGGER broken")
    seen = await side.look(message(2))
    assert (seen.texts, seen.reply, seen.user) == (["text 1"], None, UserRecord())
    assert side.events() == []
    await side.answer(message(2), "loan_scam", change=UserChange(informed=True))
    assert side.events() == [("m2", "loan_scam")]
    assert (await side.look(message(3))).texts == ["text 1", "text 2"]


async def test_of_exchanges_that_are_written_together_the_erased_one_alone_is_refused(
    begin: Callable[[], Side],
) -> None:
    side = begin()
    talks = [f"talk {number}" for number in range(6)]
    for talk in talks:
        await side.answer(message(1, talk, user=talk))
    late = [await side.open(message(2, talk, user=talk)) for talk in talks]
    for exchange in late:
        speak(exchange, "text 2")
    erasing = message("erase", "elsewhere", user=talks[3])
    ended = await asyncio.gather(
        side.answer(erasing, change=UserChange(erase=True)),
        *map(side.commit, late),
        return_exceptions=True,
    )
    assert [type(end) for end in ended if isinstance(end, BaseException)] == [ExchangeLost]
    await side.end(late[3])
    counts = [(await side.look(message(3, talk, user=talk))).count for talk in talks]
    assert counts == [2, 2, 2, None, 2, 2]


async def test_exchanges_of_many_conversations_share_commits(begin: Callable[[], Side]) -> None:
    side = begin()
    before = side.ledger.writer.commits
    await asyncio.gather(*(side.answer(message(1, f"talk {n}"), "loan_scam") for n in range(60)))
    assert side.ledger.writer.commits - before < 40
    assert len(side.events()) == 60


async def test_a_record_outside_of_an_exchange_is_written_at_once(
    begin: Callable[[], Side],
) -> None:
    side = begin()
    said = message(1)
    await side.exchanges.record(said.key, record_of(said, "loan_scam"))
    assert side.events() == [("m1", "loan_scam")]
    assert len(side.recorded) == 1
