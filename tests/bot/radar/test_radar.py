"""From reports in the ledger to alerts, through the real tables."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from actions.plan import Contact
from bot.radar.alert_event import ALERT_TYPE
from bot.radar.mentions import day_of
from bot.settings import ROOT
from tests.bot.radar.conftest import Watched
from tests.bot.radar.waves import NOW, ordinary, report, wave

SENTENCES = (
    "说能做{}", "有个{}的让我报名", "{}是真的吗", "问我要不要{}", "朋友圈都在发{}", "交钱就给办{}",
    "群里喊着{}名额有限", "我妈也收到{}的短信", "先报{}再交材料", "签了个{}协议", "想问下{}", "这个{}合法不",
)  # fmt: skip


def outbox(watched: Watched) -> list[dict[str, object]]:
    return [
        event.event for event in watched.ledger.outbox(limit=10_000) if event.type == ALERT_TYPE
    ]


def test_a_contact_that_many_people_report_at_once_raises_one_alert(watched: Watched) -> None:
    watched.record(*wave(10))
    (alert,) = watched.look()
    assert alert.main.key == "wechat:wave0001"
    assert (alert.main.reporters, alert.main.known, alert.state) == (10, 10, "new")
    assert alert.main.expected < 0.5
    assert alert.main.past == (0,) * 12
    assert alert.main.since == day_of(NOW - timedelta(days=3))


def test_an_alert_is_published_once_however_often_the_radar_looks(watched: Watched) -> None:
    watched.record(*wave(10))
    (alert,) = watched.look()
    for hours in (1, 30, 50):
        watched.now = NOW + timedelta(hours=hours)
        assert watched.look() == []
        assert asyncio.run(watched.another_radar().round()) == []
    (event,) = outbox(watched)
    assert event["id"] == alert.id


def test_the_event_is_as_its_schema_says_and_holds_nothing_of_a_borrower(watched: Watched) -> None:
    watched.record(*wave(10, agency="恒信优选"))
    watched.look()
    (event,) = outbox(watched)
    schema = json.loads((ROOT / "bot/schemas/radar.alert.v1.json").read_text())
    Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(
        event["data"]
    )
    data = event["data"]
    assert isinstance(data, dict)
    assert data["codes"] == {"loan_scam": 10}
    assert len(data["signals"]) == 10
    assert {rising["kind"] for rising in data["risings"]} == {"wechat", "agency"}
    text = json.dumps(event, ensure_ascii=False)
    users = {signal.event["data"]["user"] for signal in watched.ledger.iterate()}
    assert not any(user in text for user in users)
    assert "停息挂账" not in text


def test_the_schema_refuses_what_it_does_not_know(watched: Watched) -> None:
    schema = json.loads((ROOT / "bot/schemas/radar.alert.v1.json").read_text())
    assert not Draft202012Validator(schema).is_valid({"alert": "0" * 32, "text": "原话"})


def test_one_person_cannot_raise_an_alarm(watched: Watched) -> None:
    turns = wave(1) + [
        report("w0", NOW - timedelta(minutes=n), message=f"x{n}") for n in range(200)
    ]
    watched.record(*turns)
    assert watched.look() == []


def test_a_ring_of_new_users_cannot_raise_an_alarm(watched: Watched) -> None:
    watched.record(*wave(60, known=2))
    assert watched.look() == []


def test_newcomers_count_as_far_as_known_people_say_the_same(watched: Watched) -> None:
    watched.record(*wave(9, known=4))
    (alert,) = watched.look()
    assert (alert.main.reporters, alert.main.known, alert.main.counted) == (9, 4, 8)


def test_what_is_always_reported_a_lot_is_no_news(empty: Watched) -> None:
    big = [
        turn
        for week in range(12)
        for turn in wave(12, until=NOW - timedelta(days=7 * week), name=f"b{week}.")
    ]
    empty.record(*ordinary(12), *big)
    assert empty.look() == []


def test_growth_of_everything_is_no_alarm(empty: Watched) -> None:
    usual = [
        turn
        for week in range(1, 12)
        for turn in wave(5, until=NOW - timedelta(days=7 * week), name=f"b{week}.")
    ]
    now = [report(f"g{n}", NOW - timedelta(hours=n), contact=None) for n in range(60)]
    empty.record(*ordinary(12), *usual, *wave(9), *now)
    assert empty.look() == []


def test_without_five_weeks_of_signals_nothing_is_said(empty: Watched) -> None:
    empty.record(*ordinary(4), *wave(20))
    assert empty.look() == []
    assert not empty.radar.is_ready()


def test_a_new_word_raises_an_alert_that_names_the_word(watched: Watched) -> None:
    turns = [
        turn
        for n, sentence in enumerate(SENTENCES)
        for turn in wave(1, contact=None, said=sentence.format("债务涅槃"), name=f"n{n}.")
    ]
    watched.record(*turns)
    (alert,) = watched.look()
    assert alert.main.key == "word:债务涅槃"
    assert alert.main.reporters == len(SENTENCES)


def test_a_known_word_is_no_new_one(watched: Watched) -> None:
    turns = [
        turn
        for n, sentence in enumerate(SENTENCES)
        for turn in wave(1, contact=None, said=sentence.format("停息挂账"), name=f"n{n}.")
    ]
    watched.record(*turns)
    assert watched.look() == []


def test_one_wave_is_one_alert_whatever_rises_in_it(watched: Watched) -> None:
    turns = [
        turn
        for n, sentence in enumerate(SENTENCES)
        for turn in wave(1, agency="恒信优选", said=sentence.format("债务涅槃"), name=f"n{n}.")
    ]
    watched.record(*turns)
    (alert,) = watched.look()
    assert {rising.key for rising in alert.risings} == {
        "wechat:wave0001",
        "agency:恒信优选",
        "word:债务涅槃",
    }


def test_waves_of_different_people_are_different_alerts(watched: Watched) -> None:
    other = Contact("phone", "+8613800001234", "")
    watched.record(*wave(10), *wave(10, contact=other, name="v"))
    assert {alert.main.key for alert in watched.look()} == {
        "wechat:wave0001",
        "phone:+8613800001234",
    }


def test_what_joins_a_running_wave_raises_no_second_alert(watched: Watched) -> None:
    watched.record(*wave(10))
    (alert,) = watched.look()
    later = [
        report(f"w{n}", NOW + timedelta(hours=n), contact=None, agency="恒信优选", message="later")
        for n in range(10)
    ]
    watched.now = NOW + timedelta(hours=12)
    watched.record(*later)
    assert watched.look() == []
    joined = watched.book.find(alert.id)
    assert [rising.key for rising in joined.risings] == ["wechat:wave0001", "agency:恒信优选"]
    assert len(outbox(watched)) == 1


def test_signals_are_counted_once_by_radars_that_run_at_the_same_time(empty: Watched) -> None:
    empty.record(*ordinary(6))

    async def race() -> None:
        await asyncio.gather(*(empty.another_radar().catch_up() for _ in range(4)))

    asyncio.run(race())
    signals = empty.ledger.count()
    assert empty.count("radar_reports") == 2 * signals  # each under its contact and under any
    assert asyncio.run(empty.radar.catch_up()) == 0


def test_what_is_older_than_thirteen_weeks_is_removed(watched: Watched) -> None:
    watched.now = NOW + timedelta(days=92)
    watched.look()
    assert watched.count("radar_reports") == 0
    assert watched.count("radar_reporters") > 0
    watched.now = NOW + timedelta(days=401)
    watched.look()
    assert watched.count("radar_reporters") == 0


@pytest.mark.parametrize(("hours", "day"), [(15.9, 0), (16.1, 1)])
def test_a_day_begins_at_midnight_in_beijing(hours: float, day: int) -> None:
    midnight = NOW.replace(hour=0)
    assert day_of(midnight + timedelta(hours=hours)) == day_of(midnight) + day


def test_examples_are_the_words_of_different_people(watched: Watched, tmp_path: Path) -> None:
    again = [report("w0", NOW - timedelta(hours=n), message=f"again{n}") for n in range(5)]
    watched.record(*wave(10), *again)
    (alert,) = watched.look()
    ids = [example.event_id for example in watched.book.examples(alert.main)]
    users = {watched.ledger.event(id).event["data"]["user"] for id in ids}  # type: ignore[union-attr]
    assert len(ids) == len(users) == 5
