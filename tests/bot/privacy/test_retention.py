"""The job removes what is older than its term, spares what is held or worked on, and counts."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from actions.content import CONTENT
from bot.ledger.encoding import rfc3339
from bot.privacy import retention
from bot.privacy.retention import look
from bot.privacy.rules import BUILT_IN, ONLY_ADDED_TO, RULES
from bot.privacy.terms import load_terms
from tests.bot.privacy.conftest import LI, PHONE, House

TERMS = load_terms(CONTENT)
TURNS, SIGNALS = TERMS["turns"].lifetime.days, TERMS["signals"].lifetime.days


async def test_a_transcript_goes_on_the_day_on_which_its_term_ends(house: House) -> None:
    await house.hears("u1", "旧的", message="m1", ago=TURNS)
    await house.hears("u1", "新的", message="m2", ago=TURNS - 1)
    outcomes = await house.retains()
    assert (outcomes["turns"].removed, outcomes["turns"].spared) == (1, 0)
    assert house.reader.rows("SELECT said FROM turns") == [("新的",)]


async def test_a_signal_that_goes_leaves_the_figures_of_its_case_and_no_person(
    house: House,
) -> None:
    await house.hears("u1", "旧的", ago=SIGNALS + 1)
    await house.hears("u2", "也旧", ago=SIGNALS + 1)
    await house.hears("u3", "新的")
    await house.retains()
    assert house.ledger.count() == 1
    await house.hears("u3", "更新的", message="m2")  # the builder counts anew
    case = house.book.get(await house.case())
    assert case is not None
    assert (case.signals, case.reporters) == (4, 3)
    assert house.reader.rows("SELECT DISTINCT user FROM case_mentions") == [
        (house.user("u3").current,)
    ]
    assert house.book.list(text="解冻费")


@pytest.mark.parametrize(
    ("states", "stays"),
    [
        ((), False),
        (("verifying",), True),
        (("verifying", "confirmed"), True),
        (("verifying", "false_alarm"), False),
        (("verifying", "confirmed", "closed"), False),
    ],
)
async def test_a_case_that_people_work_on_keeps_its_signals_and_transcripts(
    house: House, states: tuple[str, ...], stays: bool
) -> None:
    await house.hears("u1", "很旧", ago=SIGNALS + 1)
    await house.case(*states)
    outcomes = await house.retains()
    for kind in ("signals", "turns"):
        assert (outcomes[kind].removed, outcomes[kind].spared) == (1 - stays, int(stays)), kind


@pytest.mark.parametrize("kind", ["case", "signal", "user"])
async def test_a_hold_keeps_a_signal(house: House, kind: str) -> None:
    (signal,) = await house.hears("u1", "很旧", ago=SIGNALS + 1)
    subject = {"case": await house.case(), "signal": signal, "user": house.user("u1").current}
    await house.holds(kind, subject[kind])
    assert (await house.retains())["signals"].spared == 1
    house.now += timedelta(days=31)
    assert (await house.retains())["signals"].removed == 1


async def test_a_hold_keeps_one_turn_and_no_other(house: House) -> None:
    await house.hears("u1", "留", message="m1", ago=TURNS + 1)
    await house.hears("u1", "走", message="m2", ago=TURNS + 1)
    await house.holds("turn", house.hasher.turn("rest:u1", "m1").current)
    await house.retains()
    assert house.reader.rows("SELECT said FROM turns") == [("留",)]


async def test_what_was_removed_is_counted_and_nothing_else_of_it_is_kept(house: House) -> None:
    await house.lives("u1", ago=SIGNALS + 1)
    outcomes = await house.retains()
    removed = {kind: outcome.removed for kind, outcome in outcomes.items() if outcome.removed}
    assert house.removed() == removed
    assert {"turns", "signals", "disputes", "notices", "user_changes"} <= set(removed)
    assert house.audited("privacy.") == []  # the service does it every hour


async def test_a_person_who_starts_it_stands_in_the_audit(house: House) -> None:
    await house.hears("u1", "旧", ago=TURNS + 1)
    await house.job.round(LI)
    (entry,) = house.audited("privacy.retain")
    assert (entry.actor, entry.detail) == ("li", {"turns": 1})


async def test_a_look_counts_the_same_and_removes_nothing(house: House) -> None:
    await house.lives("u1", ago=SIGNALS + 1)
    await house.case("verifying")
    seen = look(house.reader, TERMS, house.now)
    assert house.count("turns") == 1
    done = await house.retains()
    rests_on_others = {"receipts", "verdicts", "evidence_consents"}
    for outcome in seen:
        if outcome.kind not in rests_on_others:
            assert outcome == done[outcome.kind]


async def test_more_than_one_batch_goes_in_one_round(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 3)
    for number in range(10):
        await house.hears("u1", "旧", message=f"m{number}", ago=TURNS + 1)
    assert (await house.retains())["turns"].removed == 10
    assert house.count("turns") == 0


async def test_a_consent_stays_as_long_as_the_words_that_rest_on_it(house: House) -> None:
    await house.hears("u1", "很旧", ago=SIGNALS + 1, evidence=True)
    await house.holds("turn", house.hasher.turn("rest:u1", "m1").current)
    outcomes = await house.retains()
    assert (outcomes["evidence_consents"].removed, outcomes["evidence_consents"].spared) == (0, 1)


async def test_a_retracted_entry_goes_with_its_deliveries_after_its_term(house: House) -> None:
    days = TERMS["shares"].lifetime.days
    for name, ago in (("old", days), ("young", days - 1)):
        at = rfc3339(house.now - timedelta(days=ago))
        late = rfc3339(house.now + timedelta(days=90))
        await house.writes(
            "INSERT INTO shares VALUES (?, ?, 'phone', 'x', 'c', 'amber', 'clear', 'b', '[]', 70, 'd', "
            "'d', 1, ?, 'li', ?, ?, 0, ?, 'wrong')",
            *(name, name, at, at, late, at),
        )
        await house.writes("INSERT INTO share_deliveries VALUES ('partner', ?, 1, ?)", name, at)
    assert (await house.retains())["shares"].removed == 1
    assert house.reader.rows("SELECT entry FROM share_deliveries") == [("young",)]


async def test_a_live_entry_of_the_alliance_is_not_touched(house: House) -> None:
    at, late = rfc3339(house.now - timedelta(days=999)), rfc3339(house.now + timedelta(days=9))
    await house.writes(
        "INSERT INTO shares VALUES ('live', 'k', 'phone', 'x', 'c', 'amber', 'clear', 'b', '[]', 70, "
        "'d', 'd', 1, ?, 'li', ?, ?, 0, NULL, NULL)",
        *(at, at, late),
    )
    assert (await house.retains())["shares"].removed == 0


async def test_a_user_is_forgotten_a_term_after_the_last_change(house: House) -> None:
    days = TERMS["user_records"].lifetime.days
    await house.lives("u1", ago=days)
    await house.lives("u2", ago=days - 1)
    await house.retains()
    assert house.reader.rows("SELECT user FROM users") == [(house.user("u2").current,)]
    assert house.reader.rows("SELECT user FROM addresses") == [(house.user("u2").current,)]


async def test_logs_that_are_only_added_to_have_no_rule(house: House) -> None:
    tables = {rule.table for rule in RULES}
    assert not tables & {"audit", "evidence_exports", "evidence_reporters", "share_exports"}
    assert all(TERMS[kind].at_least for kind in ONLY_ADDED_TO)
    assert all(TERMS[kind].built_in for kind in BUILT_IN)


async def test_the_signal_that_stays_tells_the_contact_still(house: House) -> None:
    await house.hears("u1", "新的")
    await house.retains()
    (event,) = house.ledger.events()
    assert event.event["data"]["contacts"][0]["value"] == PHONE.value
    assert json.loads(json.dumps(event.event)) == event.event
