from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Coroutine, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.plan import UserChange
from bot.hashing import Hasher, Pseudonym
from bot.ledger.database import Reader, database_path
from bot.ledger.writer import Writer
from bot.users import Address, Consent, SqliteUserStore, UserRecord

DAY = datetime(2026, 11, 23, tzinfo=timezone.utc)
NO_CHANGE = UserChange()
LATER = DAY + timedelta(days=1)
USER = Hasher([b"new", b"old"]).user("rest", "u1")
SAME_USER_BEFORE = Pseudonym(USER.former[0])

Apply = Callable[..., Coroutine[None, None, None]]


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Writer]:
    writer = Writer(database_path(tmp_path))
    yield writer
    writer.close()


@pytest.fixture
def store(writer: Writer, tmp_path: Path) -> SqliteUserStore:
    return SqliteUserStore(writer, Reader(database_path(tmp_path)))


@pytest.fixture
def apply(store: SqliteUserStore, writer: Writer) -> Apply:
    async def call(
        change: UserChange = NO_CHANGE,
        *,
        user: Pseudonym = USER,
        at: datetime = DAY,
        address: Address | None = None,
    ) -> None:
        def unit(connection: sqlite3.Connection) -> None:
            store.apply(connection, user, change, at=at, address=address)

        await writer.commit(unit)

    return call


async def test_a_user_never_heard_of_has_a_blank_record(store: SqliteUserStore) -> None:
    assert await store.get(USER) == UserRecord()
    assert UserRecord().consent is None
    assert not UserRecord().opted_out


async def test_every_field_is_kept_with_its_time(store: SqliteUserStore, apply: Apply) -> None:
    await apply(UserChange(informed=True, consent=True, opted_out=True, crisis=True, minor=True))
    assert await store.get(USER) == UserRecord(
        informed_at=DAY,
        consent=Consent(True, DAY),
        opted_out=True,
        crisis_at=DAY,
        minor=True,
    )


async def test_a_field_that_is_not_named_stays_as_it_is(
    store: SqliteUserStore, apply: Apply
) -> None:
    await apply(UserChange(consent=True, opted_out=True, minor=True))
    await apply(UserChange(crisis=True), at=LATER)
    record = await store.get(USER)
    assert record.consent == Consent(True, DAY)
    assert (record.opted_out, record.minor, record.crisis_at) == (True, True, LATER)


async def test_every_field_can_be_taken_back(store: SqliteUserStore, apply: Apply) -> None:
    await apply(UserChange(informed=True, consent=True, opted_out=True, crisis=True, minor=True))
    await apply(
        UserChange(informed=False, consent=False, opted_out=False, crisis=False, minor=False),
        at=LATER,
    )
    assert await store.get(USER) == UserRecord(consent=Consent(False, LATER))


async def test_the_first_information_and_the_last_crisis_count(
    store: SqliteUserStore, apply: Apply
) -> None:
    await apply(UserChange(informed=True, crisis=True))
    await apply(UserChange(informed=True, crisis=True), at=LATER)
    record = await store.get(USER)
    assert (record.informed_at, record.crisis_at) == (DAY, LATER)


async def test_a_consent_said_twice_counts_from_the_first_time(
    store: SqliteUserStore, apply: Apply
) -> None:
    await apply(UserChange(consent=True))
    await apply(UserChange(consent=True), at=LATER)
    assert (await store.get(USER)).consent == Consent(True, DAY)


async def test_addresses_are_kept_each_once(store: SqliteUserStore, apply: Apply) -> None:
    for address in ("b", "a", "b"):
        await apply(address=Address("wechat", address))
    assert (await store.get(USER)).addresses == (Address("wechat", "a"), Address("wechat", "b"))


def test_an_address_is_masked_wherever_it_is_printed() -> None:
    record = UserRecord(addresses=(Address("telegram", "100200300"), Address("rest", "abc")))
    shown = f"{record!r} {record}"
    assert "100200300" not in shown
    assert "abc" not in shown
    assert "telegram:***00" in shown


async def test_users_do_not_touch_each_other(store: SqliteUserStore, apply: Apply) -> None:
    other = Hasher([b"new", b"old"]).user("rest", "u2")
    await apply(UserChange(consent=True), address=Address("rest", "u1"))
    await apply(UserChange(consent=False), user=other, address=Address("rest", "u2"))
    await store.erase(other)
    record = await store.get(USER)
    assert record.consent == Consent(True, DAY)
    assert record.addresses == (Address("rest", "u1"),)


async def test_an_erasure_keeps_its_time_alone(store: SqliteUserStore, apply: Apply) -> None:
    await apply(UserChange(informed=True, consent=True, minor=True), address=Address("rest", "u1"))
    await apply(UserChange(erase=True), at=LATER, address=Address("rest", "u1"))
    assert await store.get(USER) == UserRecord(erased_at=LATER)


async def test_an_erasure_on_request_tells_whether_there_was_anything(
    store: SqliteUserStore, apply: Apply
) -> None:
    assert not await store.erase(USER)
    await apply(UserChange(consent=True))
    assert await store.erase(USER)
    record = await store.get(USER)
    assert record == UserRecord(erased_at=record.erased_at)
    assert record.erased_at is not None


async def test_a_record_of_before_a_rotation_of_the_key_is_found_and_moves_over(
    store: SqliteUserStore, apply: Apply
) -> None:
    await apply(
        UserChange(consent=False, opted_out=True),
        user=SAME_USER_BEFORE,
        address=Address("rest", "u1"),
    )
    found = await store.get(USER)
    assert found.opted_out
    await apply(UserChange(minor=True))
    moved = await store.get(USER)
    assert moved.opted_out
    assert moved.minor
    assert moved.consent == Consent(False, DAY)
    assert moved.addresses == (Address("rest", "u1"),)
    assert await store.get(SAME_USER_BEFORE) == UserRecord()


async def test_an_erasure_reaches_a_record_of_before_a_rotation(
    store: SqliteUserStore, apply: Apply
) -> None:
    await apply(UserChange(consent=True), user=SAME_USER_BEFORE)
    assert await store.erase(USER)
    assert await store.get(SAME_USER_BEFORE) == UserRecord()


async def test_what_was_erased_does_not_linger_in_the_file(
    store: SqliteUserStore, apply: Apply, writer: Writer, tmp_path: Path
) -> None:
    await apply(UserChange(consent=True), address=Address("rest", "an-address-to-erase"))
    await store.erase(USER)
    writer.close()
    assert b"an-address-to-erase" not in database_path(tmp_path).read_bytes()


flags = st.none() | st.booleans()
changes = st.lists(
    st.builds(
        UserChange,
        informed=flags,
        consent=flags,
        opted_out=flags,
        crisis=flags,
        minor=flags,
        erase=st.booleans(),
    ),
    max_size=6,
)


@given(changes)
def test_the_record_is_what_the_changes_add_up_to(
    tmp_path_factory: pytest.TempPathFactory, changes: list[UserChange]
) -> None:
    async def told() -> UserRecord:
        path = database_path(tmp_path_factory.mktemp("home"))
        writer = Writer(path)
        store = SqliteUserStore(writer, Reader(path))
        for day, change in enumerate(changes):
            at = DAY + timedelta(days=day)
            await writer.commit(lambda c, change=change, at=at: store.apply(c, USER, change, at=at))
        record = await store.get(USER)
        writer.close()
        return record

    expected = UserRecord()
    for day, change in enumerate(changes):
        expected = after(expected, change, DAY + timedelta(days=day))
    assert asyncio.run(told()) == expected


def after(record: UserRecord, change: UserChange, at: datetime) -> UserRecord:
    """The contract of a change, told without a database."""
    if change.erase:
        record = UserRecord(erased_at=at)
    informed_at, consent, crisis_at = record.informed_at, record.consent, record.crisis_at
    if change.informed is not None:
        informed_at = (informed_at or at) if change.informed else None
    if change.consent is not None and (consent is None or consent.given != change.consent):
        consent = Consent(change.consent, at)
    if change.crisis is not None:
        crisis_at = at if change.crisis else None
    return UserRecord(
        informed_at=informed_at,
        consent=consent,
        opted_out=record.opted_out if change.opted_out is None else change.opted_out,
        crisis_at=crisis_at,
        minor=record.minor if change.minor is None else change.minor,
        erased_at=record.erased_at,
    )
