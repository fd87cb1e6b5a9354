"""An erasure takes away all that the inventory lists, spares what is held, and says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from actions.content import CONTENT
from actions.plan import UserChange
from bot.feedback.appeal import Decision
from bot.feedback.feedback import Feedback
from bot.hashing import Hasher
from bot.ledger.events import TurnContext
from bot.ledger.ledger import TurnRecord
from bot.privacy.inventory import PLACES, Fate
from bot.privacy.requests import DataRequests
from tests.bot.privacy.conftest import LI, SOURCE, House

REMOVED = [place.table for place in PLACES if place.fate is Fate.REMOVED]


async def test_of_a_borrower_nothing_is_left_that_has_to_go(house: House) -> None:
    await house.lives("u1")
    await house.lives("u2")
    before = {table: house.count(table) for table in REMOVED}
    assert all(before.values()), "the test should know every table that is erased"
    await house.desk().erase(house.user("u1"), LI)
    assert {table: house.count(table) for table in REMOVED} == {
        table: rows // 2 for table, rows in before.items()
    }
    stored = house.reader.rows("SELECT user, reason FROM appeals ORDER BY id")
    assert stored == [("", ""), (house.user("u2").current, "我的理由")]


async def test_an_erasure_in_the_chat_does_the_same_as_one_at_the_desk(house: House) -> None:
    await house.lives("u1")
    context = TurnContext("rest", "u1", "rest:u1", "m9", house.now, "model", "content")
    await house.ledger.record(TurnRecord(context, change=UserChange(erase=True)))
    assert {table: house.count(table) for table in REMOVED} == dict.fromkeys(REMOVED, 0)


async def test_what_is_held_stays_and_is_told(house: House) -> None:
    await house.lives("u1")
    await house.hears("u1", "第二条消息", message="m2")
    turn = house.hasher.turn("rest:u1", "m1").current
    await house.holds("turn", turn)
    erased = await house.desk().erase(house.user("u1"), LI)
    assert erased.erasure.held == {"turns": 1}
    assert house.reader.rows("SELECT turn FROM turns") == [(turn,)]


@pytest.mark.parametrize("days", [-1, 0])
async def test_a_hold_that_has_ended_holds_nothing(house: House, days: int) -> None:
    await house.lives("u1")
    await house.holds("user", house.user("u1").current, days)
    erased = await house.desk().erase(house.user("u1"), LI)
    assert erased.erasure.held == {}
    assert house.count("turns") == 0


async def test_a_hold_on_a_person_keeps_the_transcript_and_the_consent(house: House) -> None:
    await house.lives("u1")
    await house.holds("user", house.user("u1").current, None)
    erased = await house.desk().erase(house.user("u1"), LI)
    assert erased.erasure.held == {"turns": 1, "evidence_consents": 1}


async def test_what_stands_under_older_keys_goes_too(tmp_path: Path) -> None:
    before = House(tmp_path, (b"old",))
    await before.lives("u1")
    before.close()
    after = House(tmp_path, (b"new", b"old"))
    await after.desk().erase(Hasher([b"new", b"old"]).user("rest", "u1"), LI)
    assert [after.count(table) for table in REMOVED] == [0] * len(REMOVED)
    after.close()


async def test_erased_text_is_on_no_disk_afterwards_while_the_service_runs(house: House) -> None:
    await house.lives("u1")
    files = [path for path in house.home.iterdir() if path.name.startswith("jingzhong.db")]
    words = "我该不该交".encode()
    assert any(words in path.read_bytes() for path in files)
    erased = await house.desk().erase(house.user("u1"), LI)
    assert erased.off_disk
    assert not any(words in path.read_bytes() for path in files)


async def test_an_erasure_leaves_a_proof_without_a_word_of_the_borrower(house: House) -> None:
    await house.lives("u1")
    await house.desk().erase(house.user("u1"), LI)
    (entry,) = house.audited("privacy.erase")
    assert (entry.actor, entry.subject) == ("li", house.user("u1").current)
    assert set(entry.detail) == {"removed", "held", "conversations"}


async def test_an_appeal_of_somebody_forgotten_can_still_be_decided(house: House) -> None:
    signal = await house.lives("u1")
    feedback = Feedback(house.reader, house.ledger.writer, SOURCE, CONTENT)
    appeal = await feedback.appeals.open_for_borrower(signal, "我的话", LI, notify=True)
    await house.desk().erase(house.user("u1"), LI)
    await feedback.appeals.take(appeal.id, LI)
    await feedback.appeals.decide(appeal.id, Decision(True, "对", "false_alarm"), LI)
    assert feedback.pending(house.user("u1")) == ()


async def test_an_erasure_may_be_repeated(house: House) -> None:
    desk: DataRequests = house.desk()
    await house.lives("u1")
    await desk.erase(house.user("u1"), LI)
    again = await desk.erase(house.user("u1"), LI)
    assert again.erasure.removed == {}
    assert again.erasure.events_kept == 1
