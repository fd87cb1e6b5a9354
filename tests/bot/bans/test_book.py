"""Bans on record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from bot.audit import SYSTEM, Actor, AuditLog
from bot.bans.book import LONGEST, BanBook, BanError
from bot.hashing import Hasher
from bot.ledger.database import Reader, database_path
from bot.ledger.writer import Writer

HOUR = timedelta(hours=1)
ADMIN = Actor("admin")
USER = Hasher([b"a key of the tests alone"]).user("rest", "u1")


@dataclass
class Clock:
    """A time that passes when a test says so."""

    now: datetime = datetime(2026, 11, 23, 4, 0, tzinfo=timezone.utc)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    return Reader(database_path(tmp_path))


@pytest.fixture
def book(tmp_path: Path, reader: Reader, clock: Clock) -> Iterator[BanBook]:
    writer = Writer(database_path(tmp_path))
    yield BanBook(reader, writer, clock)
    writer.close()


async def test_a_ban_holds_until_its_end(book: BanBook, clock: Clock) -> None:
    ban = await book.add(USER, HOUR, SYSTEM, channel="rest")
    assert book.in_force() == {USER.current: clock.now + HOUR}
    clock.now += HOUR - timedelta(seconds=1)
    assert ban.holds(clock.now)
    clock.now += timedelta(seconds=1)
    assert not ban.holds(clock.now)
    assert book.in_force() == {}
    assert book.list(ended=False) == []
    assert [known.id for known in book.list()] == [ban.id]


async def test_a_lifted_ban_holds_no_longer_and_cannot_be_lifted_twice(book: BanBook) -> None:
    ban = await book.add(USER, HOUR, SYSTEM)
    lifted = await book.lift(ban.id, ADMIN)
    assert (lifted.lifted_by, book.in_force()) == ("admin", {})
    with pytest.raises(BanError, match="ended already"):
        await book.lift(ban.id, ADMIN)
    with pytest.raises(BanError, match="bans list"):
        await book.lift(ban.id + 1, ADMIN)


async def test_a_second_ban_of_a_person_takes_the_place_of_the_first_be_it_shorter(
    book: BanBook, clock: Clock
) -> None:
    await book.add(USER, timedelta(days=7), ADMIN, reason="辱骂")
    await book.add(USER, HOUR, ADMIN, reason="改为一小时")
    assert book.in_force() == {USER.current: clock.now + HOUR}
    assert [ban.holds(clock.now) for ban in book.list()] == [True, False]


async def test_every_change_stands_in_the_audit_with_who_made_it(
    book: BanBook, reader: Reader
) -> None:
    ban = await book.add(USER, HOUR, SYSTEM)
    await book.lift(ban.id, ADMIN)
    entries = AuditLog(reader).latest(action="ban.")
    assert [(entry.actor, entry.action, entry.subject) for entry in entries] == [
        ("admin", "ban.lift", USER.current),
        ("system", "ban.add", USER.current),
    ]


@pytest.mark.parametrize("term", [timedelta(0), timedelta(seconds=59), LONGEST + HOUR])
async def test_a_ban_without_end_cannot_be_made(book: BanBook, term: timedelta) -> None:
    with pytest.raises(BanError):
        await book.add(USER, term, ADMIN)
    with pytest.raises(BanError):
        await book.add(USER, HOUR, ADMIN, reason="长" * 201)
    assert book.list() == []
