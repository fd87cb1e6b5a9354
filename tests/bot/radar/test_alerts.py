"""What people make of alerts, and when something raises another one."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.audit import Actor, AuditLog
from bot.radar.alerts import QUIET_DAYS
from bot.radar.book import AlreadyMarked, RadarError, UnknownAlert
from tests.bot.radar.conftest import Watched
from tests.bot.radar.waves import NOW, wave

ANNA = Actor("anna")


@pytest.fixture
def alert(watched: Watched) -> str:
    watched.record(*wave(10))
    (alert,) = watched.look()
    return alert.id


def dismiss(watched: Watched, alert: str, reason: str = "媒体报道，已核实") -> None:
    asyncio.run(watched.book.dismiss(alert, ANNA, reason))


def test_a_dismissal_keeps_who_when_and_why_and_stands_in_the_audit(
    watched: Watched, alert: str
) -> None:
    dismiss(watched, alert)
    found = watched.book.find(alert)
    assert (found.state, found.by, found.at, found.reason) == (
        *("dismissed", "anna", NOW),
        "媒体报道，已核实",
    )
    (entry,) = AuditLog(watched.reader).latest(action="radar.")
    assert (entry.actor, entry.action, entry.subject) == ("anna", "radar.dismissed", alert)
    assert entry.detail == {"was": "new", "is": "dismissed"}


def test_secrets_in_a_reason_are_masked(watched: Watched, alert: str) -> None:
    dismiss(watched, alert, "用户身份证11010519491231002X已核对")
    assert "11010519491231002X" not in (watched.book.find(alert).reason or "")


@pytest.mark.parametrize("reason", ["", "  ", "长" * 501])
def test_a_dismissal_needs_a_reason_of_some_length(
    watched: Watched, alert: str, reason: str
) -> None:
    with pytest.raises(RadarError, match="needs a reason"):
        dismiss(watched, alert, reason)
    assert watched.book.find(alert).state == "new"


def test_who_comes_second_hears_who_was_first(watched: Watched, alert: str) -> None:
    dismiss(watched, alert)
    with pytest.raises(AlreadyMarked, match="anna"):
        asyncio.run(watched.book.dismiss(alert, Actor("bert"), "x"))
    assert len(AuditLog(watched.reader).latest(action="radar.")) == 1


def test_a_dismissal_can_be_taken_back(watched: Watched, alert: str) -> None:
    dismiss(watched, alert)
    found = asyncio.run(watched.book.acknowledge(alert, ANNA))
    assert (found.state, found.reason) == ("seen", None)


def test_nobody_marks_what_is_not_there(watched: Watched) -> None:
    with pytest.raises(UnknownAlert):
        dismiss(watched, "0" * 32)
    with pytest.raises(UnknownAlert):
        watched.book.find("")


def test_what_was_dismissed_is_quiet_until_twice_as_many_report_it(
    watched: Watched, alert: str
) -> None:
    dismiss(watched, alert)
    watched.record(*wave(5, name="some"))
    assert watched.look() == []
    watched.record(*wave(10, name="many"))
    (again,) = watched.look()
    assert again.follows == alert
    assert again.main.reporters == 25


def test_the_peak_of_a_wave_is_kept_up_to_date(watched: Watched, alert: str) -> None:
    watched.record(*wave(10, name="more"))
    watched.look()
    main = watched.book.find(alert).main
    assert (main.reporters, main.peak) == (10, 20)


def test_a_wave_that_was_over_for_long_enough_raises_an_alert_of_its_own(
    watched: Watched, alert: str
) -> None:
    after = NOW + timedelta(days=QUIET_DAYS + 10)
    watched.record(*wave(40, until=after, name="second"))
    watched.now = after
    (again,) = watched.look()
    assert again.id != alert
    assert again.follows is None


def test_alerts_are_listed_newest_first_and_by_state_and_kind(watched: Watched, alert: str) -> None:
    watched.now = NOW + timedelta(hours=1)
    watched.record(*wave(10, contact=None, agency="恒信优选", name="agency"))
    (later,) = watched.look()
    assert [one.id for one in watched.book.latest()] == [later.id, alert]
    assert [one.id for one in watched.book.latest(kind="agency")] == [later.id]
    dismiss(watched, alert)
    assert [one.id for one in watched.book.latest("dismissed")] == [alert]
    assert watched.book.latest("seen") == []
