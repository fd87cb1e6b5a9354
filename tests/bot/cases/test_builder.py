"""Cases hold what the ledger holds: every signal once, every person once."""

from __future__ import annotations

import asyncio
import os
import random
import sqlite3
import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.audit import Actor
from bot.cases.contacts import ContactKey
from bot.cases.searching import forget_removed
from bot.feedback.judging import judge_unit
from bot.feedback.verdict import Ruling
from bot.ledger.database import database_path
from bot.ledger.ledger import TurnRecord
from bot.ledger.receipts import receipt_number
from tests.bot.cases.conftest import HASHER, LI, MORNING, SOURCE, Office, telling

EXAMPLES = 200 if os.environ.get("JINGZHONG_SOAK") == "1" else 8
PHONE = "phone:138 0000 1234"

Later = Callable[[float], datetime]


def test_a_contact_in_different_writings_is_one_case(office: Office) -> None:
    office.hears(
        telling("u1", "phone:138 0000 1234"),
        telling("u2", "phone:+86-138-0000-1234"),
        telling("u3", "phone:１３８００００１２３４"),
    )
    [case] = office.book.list()
    assert (case.title, case.signals, case.reporters) == ("+8613800001234", 3, 3)


def test_a_second_report_of_the_same_number_by_one_user_counts_once(office: Office) -> None:
    office.hears(*(telling("u1", PHONE, message=f"m{n}") for n in range(100)))
    case = office.book.of(ContactKey.parse(PHONE))
    assert case is not None
    assert (case.signals, case.reporters) == (100, 1)


def test_the_figures_of_a_case(office: Office, later: Later) -> None:
    office.hears(
        telling("u1", PHONE, amounts=["3000", "50000.5"], platform="抖音", at=later(2)),
        telling("u1", PHONE, message="m2", amounts=["200"], stage="paid", at=later(1)),
        telling("u2", PHONE, code="mule_account", amounts=["100"], platform="抖音", at=later(3)),
        telling("u3", "qq:12345"),
    )
    case = office.book.of(ContactKey.parse(PHONE))
    assert case is not None
    assert (case.first_seen, case.last_seen) == (later(1), later(3))
    assert case.codes == {"loan_scam": 2, "mule_account": 1}
    assert case.stages == {"approached": 2, "paid": 1}
    assert (case.platforms, case.channels) == ({"抖音": 2}, {"rest": 3})
    assert case.amounts.reporters == 2
    assert (case.amounts.total, case.amounts.largest) == (Decimal("50100.5"), Decimal("50000.5"))
    assert office.book.by_day(case.id) == [("2026-11-23", 3, 2)]
    assert [event.seq for event in office.book.signals(case.id)] == [1, 2, 3]
    assert [event.seq for event in office.book.signals(case.id, 2)] == [2, 3]


def test_a_signal_without_any_contact_belongs_to_no_case(office: Office) -> None:
    office.hears(telling("u1"))
    assert office.book.list() == []
    assert office.builder.progress() == 1


def test_a_signal_with_two_contacts_counts_once_in_their_merged_case(office: Office) -> None:
    office.hears(telling("u1", PHONE, agency="恒信法务"), telling("u2", PHONE))
    into, other = office.case_of(PHONE), office.case_of("agency:恒信法务")
    case = office.run(office.book.merge(into, other, LI))
    assert (case.signals, case.reporters, case.codes) == (2, 2, {"loan_scam": 2})


def test_building_again_changes_nothing(office: Office) -> None:
    office.hears(telling("u1", PHONE, agency="恒信法务"), telling("u2", PHONE))
    before = snapshot(office)
    assert office.run(office.builder.build()) == 0
    assert snapshot(office) == before


def test_two_builders_at_once_take_every_signal_once(office: Office) -> None:
    office.hears(*(telling(f"u{n}", PHONE) for n in range(60)), build=False)
    office.builder._batch = 7

    async def both() -> None:
        await asyncio.gather(office.builder.build(), office.builder.build())

    office.run(both())
    [case] = office.book.list()
    assert (case.signals, case.reporters) == (60, 60)


def test_reading_the_ledger_anew_keeps_what_people_did(office: Office) -> None:
    office.hears(telling("u1", PHONE, agency="恒信法务"), telling("u2", PHONE))
    case_id = office.case_of(PHONE)
    office.moves(case_id, "verifying", "confirmed")
    before = snapshot(office)
    # The two events about the moves stand in the outbox as well.
    assert office.run(office.builder.rebuild()) == 4
    assert snapshot(office) == before
    assert [case.id for case in office.book.list(text="保证金")] != []
    assert office.book.find(case_id).state == "confirmed"


def judged(office: Office, event_id: str, verdict: str, code: str | None = None) -> None:
    async def work() -> None:
        await office.ledger.writer.commit(
            lambda connection: judge_unit(
                connection, event_id, Ruling(verdict, code), LI, at=MORNING, source=SOURCE
            )
        )
        await office.builder.build()

    office.run(work())


def test_a_false_alarm_counts_no_more_until_somebody_disagrees(office: Office) -> None:
    office.hears(telling("u1", PHONE), telling("u2", PHONE))
    [first, _] = office.book.signals(office.case_of(PHONE))
    judged(office, first.id, "false_alarm")
    case = office.book.find(PHONE)
    assert (case.signals, case.reporters, case.codes) == (1, 1, {"loan_scam": 1})
    judged(office, first.id, "confirmed")
    assert office.book.find(PHONE).reporters == 2


def test_a_corrected_code_is_the_code_of_the_case(office: Office) -> None:
    office.hears(telling("u1", PHONE))
    [signal] = office.book.signals(office.case_of(PHONE))
    judged(office, signal.id, "wrong_code", "credit_repair")
    assert office.book.find(PHONE).codes == {"credit_repair": 1}


def test_a_removed_signal_leaves_its_figures_and_no_person(office: Office, later: Later) -> None:
    office.hears(
        telling("u1", PHONE, at=later(0)),
        telling("u1", PHONE, message="m2", at=later(1)),
        telling("u2", PHONE, at=later(2), evidence="一句独特的话"),
    )

    async def remove(*seqs: int) -> None:
        for seq in seqs:
            await office.ledger.writer.commit(
                lambda c, seq=seq: c.execute("DELETE FROM events WHERE seq = ?", (seq,)) and None
            )

    office.run(remove(1, 3))
    office.hears(telling("u3", "qq:12345"))
    case = office.book.find(PHONE)
    assert (case.signals, case.reporters) == (3, 2)
    assert (case.first_seen, case.last_seen) == (later(0), later(2))
    assert case.codes == {"loan_scam": 3}
    assert office.book.list(text="独特的话") == []
    office.run(remove(2))
    office.hears(telling("u1", PHONE, message="m9", at=later(9)))
    case = office.book.find(PHONE)
    # Nobody can know any more that he was counted before.
    assert (case.signals, case.reporters, case.last_seen) == (4, 3, later(9))
    users = office.ledger.reader.rows("SELECT count(DISTINCT user) FROM case_mentions")
    assert users == [(2,)]


def test_words_of_a_removed_signal_leave_the_file_too(office: Office) -> None:
    office.hears(telling("u1", PHONE, evidence="藏青色雨伞"), telling("u2", PHONE))

    async def remove() -> None:
        def unit(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM events WHERE seq = 1")
            forget_removed(connection)

        await office.ledger.writer.commit(unit)

    path = database_path(office.home)

    def stored(words: str) -> bool:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return words.encode() in path.read_bytes()

    assert stored("藏青 青色 色雨 雨伞")
    office.run(remove())
    for words in ("藏青 青色", "藏青", "雨伞"):
        assert not stored(words)


def test_a_tip_off_about_a_known_contact_hears_how_far_it_is(office: Office) -> None:
    office.hears(telling("u1", PHONE))
    office.moves(office.case_of(PHONE), "verifying")
    office.hears(telling("u2", PHONE, stage="reporting", receipt=True))
    receipt = office.ledger.receipt(receipt_number(HASHER, "u2 m1"))
    assert receipt is not None
    assert receipt.state == "verifying"


TELLINGS = st.lists(
    st.tuples(
        st.integers(0, 5),  # who
        st.sets(st.sampled_from([PHONE, "phone:+8613900005678", "qq:12345", "wechat:abc"])),
        st.sampled_from([None, "恒信法务", "恒信法务（北京）", "恒信咨询"]),
        st.integers(0, 60),  # hours
        st.integers(1, 3),  # times that it is delivered
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=EXAMPLES, deadline=None)
@given(TELLINGS, st.randoms(use_true_random=False), st.integers(1, 5))
def test_order_duplicates_and_batches_make_no_difference(
    told: list[tuple[int, set[str], str | None, int, int]], chance: random.Random, batch: int
) -> None:
    turns = [
        (
            telling(f"u{who}", *sorted(contacts), message=f"m{n}", agency=agency, at=hour(hours)),
            times,
        )
        for n, (who, contacts, agency, hours, times) in enumerate(told)
    ]
    plain = [turn for turn, _ in turns]
    shuffled = [turn for turn, times in turns for _ in range(times)]
    chance.shuffle(shuffled)
    assert built(plain, len(plain)) == built(shuffled, batch)


def hour(hours: int) -> datetime:
    return MORNING.replace(day=MORNING.day + hours // 24, hour=hours % 24)


def built(turns: Sequence[TurnRecord], batch: int) -> Any:
    with tempfile.TemporaryDirectory() as home:
        office = Office(Path(home))
        office.builder._batch = batch
        office.hears(*turns)
        found = snapshot(office)
        office.close()
        return found


def snapshot(office: Office) -> Any:
    """All that can be seen of all cases, apart from when they were built."""
    cases = {}
    for summary in office.book.list(limit=1000):
        case = office.book.find(summary.id)
        cases[case.id] = (
            *(case.title, case.state, case.signals, case.reporters, case.first_seen),
            *(case.last_seen, case.codes, case.stages, case.amounts),
            [
                (str(c.key), c.signals, c.reporters, c.last_seen)
                for c in office.book.contacts(case.id)
            ],
            [(str(x.a), str(x.b), x.strength, x.reasons) for x in office.book.links(case.id)],
            sorted(event.id for event in office.book.signals(case.id)),
        )
    return cases


def test_the_person_who_acts_is_written_down_by_name(office: Office) -> None:
    office.hears(telling("u1", PHONE))
    office.run(office.book.assign(office.case_of(PHONE), "wang", Actor("wang")))
    [entry] = office.book.log(office.case_of(PHONE))
    assert (entry.actor, entry.action, entry.detail) == ("wang", "assign", {"owner": "wang"})
