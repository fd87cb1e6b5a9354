from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from actions.plan import Signal, UserChange
from actions.signal_ids import event_id
from bot.hashing import Hasher
from bot.inbound import InboundMessage
from bot.ledger.database import Reader, database_path, open_database
from bot.ledger.errors import LedgerError
from bot.ledger.events import event_source
from bot.ledger.ledger import Ledger, TurnRecord
from bot.ledger.reading import LedgerView
from bot.ledger.receipts import receipt_number
from bot.ledger.writer import Writer
from bot.users import Address, SqliteUserStore, UserRecord

Build = Callable[..., TurnRecord]
MESSAGE = InboundMessage("rest", "u1", "u1", "m1", "", datetime(2026, 11, 23, tzinfo=timezone.utc))


def test_a_signal_is_readable_by_another_process_once_it_is_recorded(
    ledger: Ledger, turn: Build, tmp_path: Path
) -> None:
    [id] = asyncio.run(ledger.record(turn()))
    code = (
        "import sys, pathlib; from bot.ledger.reading import LedgerView as V; "
        "print(V.at(pathlib.Path(sys.argv[1])).events()[0].id)"
    )
    other = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert other.stdout.strip() == id == event_id("rest:u1", "m1", "debt_optimization")


async def test_the_stored_event_is_the_event(ledger: Ledger, turn: Build) -> None:
    [id] = await ledger.record(turn())
    stored = ledger.event(id)
    assert stored is not None
    assert (stored.seq, stored.id, stored.code) == (1, id, "debt_optimization")
    assert stored.source == stored.event["source"] == "/jingzhong/demo"
    assert stored.event["id"] == id
    assert stored.event["data"]["evidence"] == ["交三千就能停息挂账"]
    assert "停息挂账" in stored.line
    assert ledger.event("0" * 32) is None


async def test_each_code_of_a_message_is_one_event_in_order(
    ledger: Ledger, turn: Build, signal: Signal
) -> None:
    other = replace(signal, code="loan_scam")
    ids = await ledger.record(turn(signals=(signal, other, replace(signal, confidence=0.5))))
    assert ids == [event_id("rest:u1", "m1", code) for code in ("debt_optimization", "loan_scam")]
    assert [event.id for event in ledger.events()] == ids
    assert ledger.events()[0].event["data"]["confidence"] == 0.97
    assert (ledger.count(), ledger.count(code="loan_scam"), ledger.count(after=2)) == (2, 1, 0)


async def test_a_turn_recorded_again_changes_nothing(
    ledger: Ledger, turn: Build, hasher: Hasher
) -> None:
    number = receipt_number(hasher, event_id("rest:u1", "m1", "debt_optimization"))
    record = turn(change=UserChange(consent=True), receipt=number)
    first = await ledger.record(record)
    before = (
        ledger.events(),
        ledger.receipt(number),
        await ledger.users.get(hasher.user("rest", "u1")),
    )
    later = turn(
        change=UserChange(consent=True),
        receipt=number,
        received_at=record.context.received_at + timedelta(hours=1),
    )
    assert await ledger.record(later) == first
    assert (
        ledger.events(),
        ledger.receipt(number),
        await ledger.users.get(hasher.user("rest", "u1")),
    ) == before


async def test_a_message_delivered_again_does_not_undo_what_the_user_said_since(
    ledger: Ledger, turn: Build, hasher: Hasher
) -> None:
    user = hasher.user("rest", "u1")
    agrees = turn("m1", signals=(), change=UserChange(consent=True))
    await ledger.record(agrees)
    await ledger.record(turn("m2", signals=(), change=UserChange(consent=False, opted_out=True)))
    await ledger.record(agrees)
    record = await ledger.users.get(user)
    assert record.consent is not None
    assert not record.consent.given
    assert record.opted_out

    await ledger.record(turn("m3", signals=(), change=UserChange(erase=True)))
    await ledger.record(agrees)
    assert (await ledger.users.get(user)).consent is None


async def test_a_user_can_agree_anew_after_an_erasure_and_the_erasure_comes_only_once(
    ledger: Ledger, turn: Build, hasher: Hasher
) -> None:
    erases = turn("m1", signals=(), change=UserChange(erase=True))
    await ledger.record(erases)
    await ledger.record(turn("m2", signals=(), change=UserChange(consent=True)))
    await ledger.record(erases)
    assert (await ledger.users.get(hasher.user("rest", "u1"))).consent is not None


async def test_events_user_and_receipt_are_written_together_or_not_at_all(
    tmp_path: Path, turn: Build, hasher: Hasher
) -> None:
    class BrokenStore(SqliteUserStore):
        def apply(self, *args: object, **kwargs: object) -> None:
            super().apply(*args, **kwargs)  # type: ignore[arg-type]
            raise ConnectionError("the store is away")

    path = database_path(tmp_path)
    writer, reader = Writer(path), Reader(path)
    broken = Ledger(
        writer, reader, BrokenStore(writer, reader), hasher=hasher, source="/jingzhong/demo"
    )
    with pytest.raises(ConnectionError):
        await broken.record(turn(change=UserChange(consent=True)))
    assert broken.count() == 0
    assert await broken.users.get(hasher.user("rest", "u1")) == UserRecord()
    broken.close()

    whole = Ledger.open(tmp_path, hasher=hasher, source="/jingzhong/demo")
    await whole.record(turn(change=UserChange(consent=True)))
    assert whole.count() == 1
    assert (await whole.users.get(hasher.user("rest", "u1"))).consent is not None
    whole.close()


async def test_a_turn_that_leaves_nothing_behind_does_not_wait_for_the_disk(
    ledger: Ledger, turn: Build
) -> None:
    assert await ledger.record(turn(signals=())) == []
    assert ledger.writer.commits == 0


async def test_500_concurrent_turns_are_all_written_in_fewer_commits(
    ledger: Ledger, turn: Build
) -> None:
    results = await asyncio.gather(*(ledger.record(turn(f"m{n}")) for n in range(500)))
    assert len({id for [id] in results}) == 500
    assert ledger.count() == ledger.writer.units == 500
    assert ledger.writer.commits < 250
    assert {event.id for event in ledger.iterate()} == {id for [id] in results}


async def test_the_same_message_recorded_by_many_at_once_is_one_event(
    ledger: Ledger, turn: Build
) -> None:
    await asyncio.gather(*(ledger.record(turn()) for _ in range(50)))
    assert ledger.count() == 1


async def test_a_reader_that_remembers_its_place_sees_every_event_once_in_order(
    ledger: Ledger, turn: Build
) -> None:
    seen: list[int] = []
    for n in range(7):
        await ledger.record(turn(f"m{n}"))
        page = ledger.events(after=seen[-1] if seen else 0, limit=1)
        seen += [event.seq for event in page]
    assert seen == list(range(1, 8))
    assert [event.seq for event in ledger.latest(3)] == [5, 6, 7]


async def test_reading_page_by_page_reaches_the_end(ledger: Ledger, turn: Build) -> None:
    await asyncio.gather(*(ledger.record(turn(f"m{n}")) for n in range(1001)))
    assert [event.seq for event in ledger.iterate(after=1)] == list(range(2, 1002))


async def test_a_place_in_the_ledger_is_never_given_twice(ledger: Ledger, turn: Build) -> None:
    await ledger.record(turn("m1"))
    await ledger.writer.commit(lambda connection: connection.execute("DELETE FROM events"))
    await ledger.record(turn("m2"))
    assert [event.seq for event in ledger.events()] == [2]


async def test_a_turn_that_cannot_be_written_is_an_error(ledger: Ledger, turn: Build) -> None:
    ledger.writer.close()
    with pytest.raises(LedgerError):
        await ledger.record(turn())


async def test_text_that_no_database_can_hold_is_written_all_the_same(
    ledger: Ledger, turn: Build, signal: Signal
) -> None:
    odd = "半个\ud83d表情\u2028\x00\x9b"
    record = turn(odd, signals=(replace(signal, evidence=(odd,)),), change=UserChange(minor=True))
    [id] = await ledger.record(record)
    await ledger.store_reply(replace(MESSAGE, message_id=odd), [{"text": odd}])
    stored = ledger.event(id)
    assert stored is not None
    assert stored.event["data"]["evidence"] == ["半个\ufffd表情\u2028\x00\x9b"]
    assert ledger.stored_reply("rest:u1", odd) is not None


async def test_the_reply_to_a_message_is_remembered_and_the_first_one_stays(ledger: Ledger) -> None:
    assert ledger.stored_reply(MESSAGE.key, "m1") is None
    await ledger.store_reply(MESSAGE, [{"recipient_id": "u1", "text": "您好"}])
    await ledger.store_reply(MESSAGE, [])
    stored = ledger.stored_reply(MESSAGE.key, "m1")
    assert stored is not None
    assert stored.messages == ({"recipient_id": "u1", "text": "您好"},)
    assert datetime.now(timezone.utc) - stored.created_at < timedelta(minutes=1)
    assert ledger.stored_reply(MESSAGE.key, "m2") is None
    assert ledger.stored_reply("rest:u2", "m1") is None


async def test_a_reply_that_is_too_old_gives_way_before_it_is_swept(
    tmp_path: Path, hasher: Hasher
) -> None:
    path = database_path(tmp_path)
    writer, reader = Writer(path), Reader(path)
    now = datetime(2026, 11, 1, tzinfo=timezone.utc)
    ledger = Ledger(
        writer,
        reader,
        SqliteUserStore(writer, reader),
        hasher=hasher,
        source="/jingzhong/demo",
        clock=lambda: now,
    )
    await ledger.store_reply(MESSAGE, [{"text": "old"}])
    now += timedelta(days=7, seconds=-20)
    await ledger.store_reply(replace(MESSAGE, message_id="m2"), [])  # this one sweeps
    now += timedelta(seconds=21)
    assert ledger.stored_reply(MESSAGE.key, "m1") is None
    await ledger.store_reply(MESSAGE, [{"text": "new"}])
    assert reader.rows("SELECT count(*) FROM replies") == [(2,)]
    stored = ledger.stored_reply(MESSAGE.key, "m1")
    assert stored is not None
    assert (stored.messages, stored.created_at) == (({"text": "new"},), now)
    ledger.close()


async def test_a_reply_is_forgotten_after_seven_days(tmp_path: Path, hasher: Hasher) -> None:
    path = database_path(tmp_path)
    writer, reader = Writer(path), Reader(path)
    now = datetime(2026, 11, 1, tzinfo=timezone.utc)
    ledger = Ledger(
        writer,
        reader,
        SqliteUserStore(writer, reader),
        hasher=hasher,
        source="/jingzhong/demo",
        clock=lambda: now,
    )
    await ledger.store_reply(MESSAGE, [{"text": "old"}])
    now += timedelta(days=7, seconds=-1)
    assert ledger.stored_reply(MESSAGE.key, "m1") is not None
    now += timedelta(seconds=1)
    assert ledger.stored_reply(MESSAGE.key, "m1") is None
    await ledger.store_reply(replace(MESSAGE, message_id="m2"), [])
    assert reader.rows("SELECT count(*) FROM replies") == [(1,)]
    await ledger.store_reply(MESSAGE, [{"text": "new"}])
    stored = ledger.stored_reply(MESSAGE.key, "m1")
    assert stored is not None
    assert stored.messages == ({"text": "new"},)
    ledger.close()


async def test_a_tip_off_is_found_under_its_number(
    ledger: Ledger, turn: Build, signal: Signal, hasher: Hasher
) -> None:
    number = receipt_number(hasher, event_id("rest:u1", "m1", "debt_optimization"))
    assert ledger.receipt(number) is None
    record = turn(signals=(signal, replace(signal, code="loan_scam")), receipt=number)
    await ledger.record(record)
    receipt = ledger.receipt(number.lower().replace("-", ""))
    assert receipt is not None
    assert receipt.number == number
    assert receipt.state == "received"
    assert receipt.received_at == record.context.received_at
    assert receipt.codes == ("debt_optimization", "loan_scam")
    assert ledger.receipt("no number") is None


@pytest.mark.parametrize(
    ("changes", "words"), [({"signals": ()}, "has none"), ({"receipt": "4711"}, "receipt_number")]
)
def test_a_receipt_without_a_signal_or_of_another_form_is_a_mistake_of_the_caller(
    turn: Build, changes: dict[str, object], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        turn(**{"receipt": "JZ-KXWP-QMRT", **changes})


async def test_an_erasure_spares_the_events_and_says_so(
    ledger: Ledger, turn: Build, hasher: Hasher, tmp_path: Path
) -> None:
    await ledger.record(turn("m1", change=UserChange(informed=True), address=Address("rest", "u1")))
    await ledger.record(turn("m2"))
    await ledger.store_reply(MESSAGE, [{"text": "您好"}])
    user = hasher.user("rest", "u1")

    erasure = await ledger.erase(user)
    assert (erasure.replies, erasure.events_kept) == (1, 2)
    assert ledger.stored_reply(MESSAGE.key, "m1") is None
    record = await ledger.users.get(user)
    assert record == UserRecord(erased_at=record.erased_at)
    assert record.erased_at is not None
    connection = open_database(database_path(tmp_path))
    for table in ("replies", "user_changes", "addresses"):
        found = connection.execute(f"SELECT 1 FROM {table} WHERE user = ?", (user.current,))
        assert found.fetchone() is None, table
    kept = connection.execute("SELECT user, change FROM user_changes").fetchall()
    assert kept == [(None, None)]  # the turn alone, so that it does not come back
    connection.close()


async def test_an_erasure_in_the_chat_takes_the_replies_along(ledger: Ledger, turn: Build) -> None:
    await ledger.store_reply(MESSAGE, [{"text": "您好"}])
    await ledger.record(turn("m2", signals=(), change=UserChange(erase=True)))
    assert ledger.stored_reply(MESSAGE.key, "m1") is None


async def test_after_a_rotation_of_the_key_nothing_is_written_twice_or_forgotten(
    tmp_path: Path, turn: Build
) -> None:
    old, new = Hasher([b"old"]), Hasher([b"new", b"old"])
    before = Ledger.open(tmp_path, hasher=old, source=event_source("demo"))
    await before.record(turn("m1", change=UserChange(consent=True)))
    await before.record(turn("m2", change=UserChange(consent=False)))
    await before.store_reply(MESSAGE, [{"text": "您好"}])
    before.close()

    after = Ledger.open(tmp_path, hasher=new, source=event_source("demo"))
    await after.record(turn("m1", change=UserChange(consent=True)))
    assert after.count() == 2
    record = await after.users.get(new.user("rest", "u1"))
    assert record.consent is not None
    assert not record.consent.given
    assert after.stored_reply(MESSAGE.key, "m1") is not None
    assert (await after.erase(new.user("rest", "u1"))).events_kept == 2
    after.close()


def test_a_ledger_that_does_not_exist_yet_is_empty(tmp_path: Path) -> None:
    view = LedgerView.at(tmp_path / "nowhere")
    assert view.events() == view.latest(5) == list(view.iterate()) == []
    assert view.count() == 0
    assert view.event("0" * 32) is None
    assert view.receipt("JZ-KXWP-QMRT") is None


async def test_the_log_of_changes_tells_what_a_consent_rests_on(
    ledger: Ledger, turn: Build, tmp_path: Path
) -> None:
    await ledger.record(turn("m1", signals=(), change=UserChange(informed=True, consent=False)))
    connection = sqlite3.connect(database_path(tmp_path))
    rows = connection.execute("SELECT change, at FROM user_changes").fetchall()
    assert rows == [('{"informed":true,"consent":false}', "2026-11-23T04:00:00.000000Z")]
    connection.close()


def test_after_the_end_no_file_holds_what_was_erased(tmp_path: Path, hasher: Hasher) -> None:
    async def store_and_erase(ledger: Ledger) -> None:
        await ledger.store_reply(MESSAGE, [{"text": "要删掉的这一句"}])
        assert (
            ledger.stored_reply(MESSAGE.key, "m1") is not None
        )  # the reader has the file open too
        await ledger.erase(hasher.user("rest", "u1"))

    ledger = Ledger.open(tmp_path, hasher=hasher, source="/jingzhong/test")
    asyncio.run(store_and_erase(ledger))
    ledger.close()
    left = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert "要删掉的这一句".encode() not in left
