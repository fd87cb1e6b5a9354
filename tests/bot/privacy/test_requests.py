"""A person learns everything that is stored, on either store, and whoever looked is written down."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from actions.plan import UserChange
from bot.exchanges.exchange import StoreUnavailable
from bot.privacy.inventory import PLACES
from bot.privacy.people import PrivacyError, joined, person, split
from bot.privacy.records import Record
from tests.bot.exchanges.sides import Storage, message
from tests.bot.privacy.conftest import LI, House
from tests.bot.redis_server import RedisServer


async def shown(house: House, user: str = "u1", **settings: str) -> list[Record]:
    return await house.desk(**settings).show(house.user(user), LI)


async def test_every_place_with_rows_of_the_person_is_shown(house: House) -> None:
    signal = await house.lives("u1")
    await house.writes(
        "INSERT INTO verdicts (event_id, verdict, by, at) VALUES (?, 'confirmed', 'li', '2026')",
        signal,
    )
    await house.holds("signal", signal)
    never = {"audit", "evidence_reporters"}  # nobody has read or exported anything yet
    assert {record.place for record in await shown(house)} == {
        place.table for place in PLACES
    } - never


async def test_what_is_shown_tells_what_was_said_and_what_an_erasure_would_do(house: House) -> None:
    await house.lives("u1")
    await house.holds("turn", house.hasher.turn("rest:u1", "m1").current)
    rows = [record.as_json() for record in await shown(house)]
    (turn,) = [row for row in rows if row["place"] == "turns"]
    assert turn["data"]["said"] == "放款前要先交解冻费，我该不该交"
    assert (turn["on_erasure"], turn["held"]) == ("kept", True)
    (event,) = [row for row in rows if row["place"] == "events"]
    assert event["data"]["data"]["code"] == "loan_scam"
    assert event["on_erasure"] == "kept"


async def test_nothing_of_anybody_else_is_shown(house: House) -> None:
    await house.lives("u1")
    await house.hears("u2", "别人的话", message="m2")
    text = str(await shown(house))
    assert "别人的话" not in text
    assert house.user("u2").current not in text


async def test_showing_is_audited_as_a_reading_of_the_transcript(house: House) -> None:
    await house.lives("u1")
    await shown(house)
    assert [entry.actor for entry in house.audited("privacy.show")] == ["li"]
    assert [entry.subject for entry in house.audited("transcript.read")] == [
        house.user("u1").current
    ]


async def test_whoever_was_looked_at_can_be_told_so(house: House) -> None:
    await house.lives("u1")
    await shown(house)
    looks = [record.data for record in await shown(house) if record.place == "audit"]
    assert {"actor": "li", "action": "privacy.show"} in looks


def test_a_person_is_named_by_channel_and_id_or_by_a_hash(house: House) -> None:
    whole = house.user("u1")
    assert person("rest:u1", house.hasher) == whole
    assert person(f" {whole.current} ", house.hasher).all == (whole.current,)
    assert person("rest:a:b", house.hasher) == house.user("a:b")
    assert split(joined(whole)) == whole
    assert split("x" * 32) is None
    for nobody in ("", "u1", "rest:", ":u1"):
        with pytest.raises(PrivacyError, match="CHANNEL:ID"):
            person(nobody, house.hasher)


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path / "redis")
    yield server
    server.stop()


@pytest.fixture
async def storage(redis_server: RedisServer, tmp_path: Path) -> AsyncIterator[Storage]:
    storage = Storage(tmp_path, redis_server.url)
    yield storage
    await storage.close()


async def test_on_redis_conversations_and_record_are_shown_and_erased(
    redis_server: RedisServer, storage: Storage, house: House
) -> None:
    side = storage.side()
    for name in ("one", "two"):
        said = message(name, name)
        await side.answer(said, change=UserChange(consent=True))
    whom = side.hasher.user(said.channel, said.user)
    desk = house.desk(redis_url=redis_server.url)
    places = [record.place for record in await desk.show(whom, LI)]
    assert places.count("redis:conversations") == 2
    assert {"redis:users", "redis:user_changes", "redis:replies"} <= set(places)

    erased = await desk.erase(whom, LI)
    assert erased.conversations == 2
    left = [r for r in await desk.show(whom, LI) if r.place.startswith("redis:")]
    # That and when everything was erased, as an erasure in the chat leaves it.
    assert [set(record.data) for record in left] == [{"erased_at"}, {"change"}]
    assert left[1].data == {"change": {"erase": True}}
    assert (await desk.erase(whom, LI)).conversations == 0


async def test_without_redis_nobody_is_told_that_the_person_was_forgotten(house: House) -> None:
    await house.lives("u1")
    desk = house.desk(redis_url="redis://127.0.0.1:1/0")
    with pytest.raises(StoreUnavailable):
        await desk.erase(house.user("u1"), LI)
    assert house.count("turns") == 1
    assert house.audited("privacy.erase") == []
