"""Floods through the gate: who is banned, and that nobody is ever shut out."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from rasa.core.channels.channel import UserMessage

from bot.audit import Actor
from bot.bans.book import BanBook
from bot.bans.door import BanRules, Door
from bot.gate import TOO_MANY, Gate, Refused, Unavailable
from bot.hashing import Hasher
from bot.inbound import InboundMessage
from bot.ledger.database import Reader, database_path
from bot.limits import Limit, Limits
from bot.services import Services
from tests.conftest import make_services

HOUR = timedelta(hours=1)
BURST = 3


class Seconds:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def inbound(user: str = "u1", channel: str = "test") -> InboundMessage:
    return InboundMessage(
        channel=channel,
        user=user,
        conversation=user,
        message_id=uuid.uuid4().hex,
        text="我正在给他转账",
        received_at=datetime.now(timezone.utc),
    )


async def assistant(message: UserMessage) -> None:
    """Stands for the dialogue, and answers whatever it is told."""
    assert message.output_channel is not None
    await message.output_channel.send_response(message.sender_id, {"text": "先停下"})


async def broken(message: UserMessage) -> None:
    """Stands for a dialogue that fails."""
    raise OSError


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    made = make_services(tmp_path, rate_burst=BURST, rate_per_minute=0.001, ban_after=4)
    yield made
    made.close()


@pytest.fixture
def seconds(services: Services) -> Seconds:
    """The time of the door, with rules as they are by default but for the refusals."""
    passing = Seconds()
    services.door = door_of(services, passing)
    return passing


def door_of(services: Services, seconds: Seconds) -> Door:
    reader = Reader(database_path(services.settings.home))
    book = BanBook(reader, services.ledger.writer)
    return Door(book, services.hasher, BanRules(refusals=4), seconds=seconds)


def book_of(services: Services) -> BanBook:
    return BanBook(services.ledger.reader, services.ledger.writer)


async def outcome(services: Services, user: str = "u1") -> str | Refused:
    """What a message gets: the words of the reply, or the refusal."""
    try:
        (bubble,) = await Gate(services).handle(inbound(user), assistant)
    except Refused as error:
        return error
    return str(bubble["text"])


async def flood(services: Services, messages: int, user: str = "u1") -> list[str | Refused]:
    return [await outcome(services, user) for _ in range(messages)]


async def test_who_floods_is_banned_for_an_hour_and_everybody_else_is_not(
    services: Services, seconds: Seconds
) -> None:
    got = await flood(services, BURST + 4)
    assert got[:BURST] == ["先停下"] * BURST
    assert all(
        str(services.plain(TOO_MANY)) == r.text for r in got[BURST:] if isinstance(r, Refused)
    )
    (ban,) = book_of(services).list()
    assert (ban.user, ban.by, ban.until - ban.at) == (
        services.hasher.user("test", "u1").current,
        "system",
        HOUR,
    )
    assert await outcome(services, "u2") == "先停下"


async def test_fewer_refusals_or_some_that_are_long_past_ban_nobody(
    services: Services, seconds: Seconds
) -> None:
    await flood(services, BURST + 3)
    seconds.now += 601
    await flood(services, 3)
    assert book_of(services).list() == []


async def test_a_banned_person_is_read_once_a_minute(services: Services, seconds: Seconds) -> None:
    await ban(services)
    assert await outcome(services) == "先停下"
    seconds.now += 59
    assert isinstance(await outcome(services), Refused)
    seconds.now += 1
    assert await outcome(services) == "先停下"


async def test_a_message_that_was_let_in_but_not_recorded_is_let_in_when_it_comes_again(
    services: Services, seconds: Seconds
) -> None:
    await ban(services)
    message = inbound()
    with pytest.raises(Unavailable) as failed:
        await Gate(services).handle(message, broken)
    assert not isinstance(failed.value, Refused)
    (bubble,) = await Gate(services).handle(message, assistant)
    assert bubble["text"] == "先停下"
    assert isinstance(await outcome(services), Refused)


async def test_after_the_flood_the_ban_is_told_and_a_minute_later_a_message_is_read(
    services: Services, seconds: Seconds
) -> None:
    await flood(services, BURST + 4)
    told = await outcome(services)
    assert isinstance(told, Refused)
    assert told.retry_after == 60
    seconds.now += 60
    # As after a minute of the default rate.
    services.limits = Limits(Limit(BURST))
    assert await outcome(services) == "先停下"


async def test_a_ban_is_told_once_an_hour_with_hotline_emergency_number_and_its_end(
    services: Services, seconds: Seconds
) -> None:
    await ban(services)
    await outcome(services)
    refusals = [await outcome(services) for _ in range(3)]
    assert [r.told for r in refusals if isinstance(r, Refused)] == [False, True, True]
    first = refusals[0]
    assert isinstance(first, Refused)
    assert first.retry_after == 60
    (known,) = book_of(services).list()
    end = known.until.astimezone(timezone(timedelta(hours=8)))
    assert f"{end:%H:%M}之前" in first.text
    assert str(services.content.values()["hotline"]) in first.text
    assert "110" in first.text
    seconds.now += 3601
    await outcome(services)
    again = await outcome(services)
    assert isinstance(again, Refused)
    assert again.told is False


async def test_a_ban_of_another_process_is_known_within_two_seconds_and_so_is_its_end(
    services: Services, seconds: Seconds
) -> None:
    await outcome(services)
    known = await ban(services)
    seconds.now += 2
    assert await outcome(services) == "先停下"
    assert isinstance(await outcome(services), Refused)
    await book_of(services).lift(known, Actor("admin"))
    seconds.now += 2
    services.limits = Limits(Limit(BURST))
    assert [await outcome(services) for _ in range(2)] == ["先停下"] * 2


async def test_a_ban_made_before_a_rotation_of_the_secret_holds(
    services: Services, seconds: Seconds
) -> None:
    await ban(services)
    rotated = Hasher([b"a new key of 32 characters or so", *services.settings.secrets])
    book = BanBook(services.ledger.reader)
    door = Door(book, rotated, seconds=seconds)
    door.admit(inbound())
    with pytest.raises(Exception, match="refused for a ban"):
        door.admit(inbound())


async def test_nobody_is_banned_where_that_is_switched_off(
    services: Services, seconds: Seconds
) -> None:
    book = BanBook(services.ledger.reader, services.ledger.writer)
    services.door = Door(book, services.hasher, BanRules(refusals=0), seconds=seconds)
    await flood(services, BURST + 40)
    assert book.list() == []


async def ban(services: Services) -> int:
    """Bans the one who writes here; returns the number of the ban."""
    user = services.hasher.user("test", "u1")
    made = await book_of(services).add(user, HOUR, Actor("admin"), reason="辱骂", channel="test")
    return made.id
