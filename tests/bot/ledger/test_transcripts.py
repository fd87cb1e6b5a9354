from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

from actions.plan import Dispute, UserChange
from bot.hashing import Hasher
from bot.ledger.ledger import Ledger, TurnRecord
from bot.ledger.rows import Row
from tests.bot.ledger.conftest import RECEIVED_AT

BUBBLES = ({"text": "先别付钱。"}, {"image": "card.png"}, {"text": "打官方热线。"})


def turns(ledger: Ledger) -> list[Row]:
    return list(ledger.reader.rows("SELECT said, answered, message_id FROM turns ORDER BY at"))


async def test_the_words_of_a_turn_are_kept_with_what_was_answered(
    ledger: Ledger, turn: Callable[..., TurnRecord]
) -> None:
    await ledger.record(turn(said="交三千就能停息挂账"), BUBBLES)
    [(said, answered, message)] = turns(ledger)
    assert (said, message) == ("交三千就能停息挂账", "m1")
    assert json.loads(answered) == ["先别付钱。", "打官方热线。"]


async def test_a_turn_that_is_recorded_again_is_kept_once(
    ledger: Ledger, turn: Callable[..., TurnRecord]
) -> None:
    for _ in range(2):
        await ledger.record(turn(said="交三千就能停息挂账"), BUBBLES)
    assert len(turns(ledger)) == 1


async def test_words_are_kept_only_where_the_turn_says_so(
    ledger: Ledger, turn: Callable[..., TurnRecord]
) -> None:
    await ledger.record(turn(), BUBBLES)
    assert turns(ledger) == []


async def test_a_transcript_meets_its_signals_by_conversation_and_message(
    ledger: Ledger, turn: Callable[..., TurnRecord]
) -> None:
    await ledger.record(turn(said="交三千"), BUBBLES)
    [event] = ledger.events()
    found = ledger.reader.rows(
        "SELECT count(*) FROM turns WHERE conversation = ? AND message_id = ? AND user = ?",
        [event.event["data"][name] for name in ("conversation", "message_id", "user")],
    )
    assert found == [(1,)]


async def test_the_last_word_on_being_evidence_counts_and_earlier_ones_stay_on_record(
    ledger: Ledger, turn: Callable[..., TurnRecord]
) -> None:
    for place, given in enumerate((True, False)):
        at = RECEIVED_AT + timedelta(minutes=place)
        await ledger.record(turn(f"m{place}", signals=(), evidence=given, received_at=at))
    rows = ledger.reader.rows("SELECT given, content FROM evidence_consents ORDER BY at")
    assert rows == [(1, "0123456789ab"), (0, "0123456789ab")]


async def test_erasure_takes_words_and_consents_along(
    ledger: Ledger, turn: Callable[..., TurnRecord], hasher: Hasher
) -> None:
    await ledger.record(turn(said="交三千", evidence=True), BUBBLES)
    erasing = turn("m2", signals=(), said="删除我的记录", change=UserChange(erase=True))
    await ledger.record(erasing, BUBBLES)
    assert turns(ledger) == []
    assert ledger.reader.rows("SELECT 1 FROM evidence_consents") == []


async def test_other_parts_write_what_they_keep_of_a_turn_in_its_transaction(
    ledger: Ledger, turn: Callable[..., TurnRecord], hasher: Hasher
) -> None:
    seen: list[tuple[Dispute | None, str]] = []
    own = Ledger(
        ledger.writer,
        ledger.reader,
        ledger.users,
        hasher=hasher,
        source="/jingzhong/demo",
        hooks=[lambda connection, record, user: seen.append((record.dispute, user.current))],
    )
    await own.record(turn(signals=(), dispute=Dispute(("a" * 32,), True)))
    assert seen == [(Dispute(("a" * 32,), True), hasher.user("rest", "u1").current)]


async def test_what_partners_told_stands_in_the_event_and_leaves_its_confidence_alone(
    ledger: Ledger, turn: Callable[..., TurnRecord], hasher: Hasher
) -> None:
    own = Ledger(
        ledger.writer,
        ledger.reader,
        ledger.users,
        hasher=hasher,
        source="/jingzhong/demo",
        corroborate=lambda contacts, agency: [{"partner": "甲"}] if contacts else [],
    )
    await own.record(turn())
    [event] = ledger.events()
    assert event.event["data"]["corroboration"] == [{"partner": "甲"}]
    assert event.event["data"]["confidence"] == 0.97
