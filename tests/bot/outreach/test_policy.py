"""Whether somebody may be written to."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from actions.content import ContentError
from bot.outreach.policy import Allowed, Never, Person, Policy, Wait, load_policy
from bot.settings import ROOT
from bot.users import Consent, UserRecord

BEIJING = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 11, 29, 12, 0, tzinfo=BEIJING)
DATA: dict[str, Any] = {
    "quiet": {"zone": "Asia/Shanghai", "from": "21:00", "to": "09:00"},
    "cap": {"most": 2, "days": 7},
    "crisis_days": 30,
}
POLICY = Policy.of(DATA)
ANNA = Person(consent=True)


def at(hour: int, minute: int = 0) -> datetime:
    return NOON.replace(hour=hour, minute=minute)


def test_who_agreed_may_be_written_to_by_day() -> None:
    assert POLICY.decide(ANNA, NOON) == Allowed()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"consent": False}, "no_consent"),
        ({"opted_out": True}, "opted_out"),
        ({"minor": True}, "minor"),
        ({"crisis_at": NOON - timedelta(days=29)}, "crisis"),
        ({"blocked": True}, "blocked"),
    ],
)
def test_some_are_never_written_to(change: dict[str, Any], reason: str) -> None:
    assert POLICY.decide(replace(ANNA, **change), NOON) == Never(reason)  # type: ignore[arg-type]


def test_a_crisis_of_long_ago_is_over() -> None:
    person = replace(ANNA, crisis_at=NOON - timedelta(days=31))
    assert POLICY.decide(person, NOON) == Allowed()


@pytest.mark.parametrize(
    ("moment", "until"),
    [
        (at(20, 59), None),
        (at(21), at(9) + timedelta(days=1)),
        (at(23, 59), at(9) + timedelta(days=1)),
        (at(0), at(9)),
        (at(8, 59), at(9)),
        (at(9), None),
    ],
)
def test_nobody_is_disturbed_at_night(moment: datetime, until: datetime | None) -> None:
    wanted = Allowed() if until is None else Wait(until, "quiet_hours")
    assert POLICY.decide(ANNA, moment) == wanted


def test_quiet_hours_may_lie_within_a_day() -> None:
    policy = Policy.of({**DATA, "quiet": {"zone": "Asia/Shanghai", "from": "12:00", "to": "14:00"}})
    assert policy.decide(ANNA, at(13)) == Wait(at(14), "quiet_hours")
    assert policy.decide(ANNA, at(23)) == Allowed()


def test_after_the_most_that_is_allowed_the_oldest_has_to_be_out_of_the_window() -> None:
    sent = (NOON - timedelta(days=1), NOON - timedelta(days=6), NOON - timedelta(days=20))
    person = replace(ANNA, sent=sent)
    assert POLICY.decide(person, NOON) == Wait(NOON + timedelta(days=1), "cap")
    assert POLICY.decide(person, NOON + timedelta(days=1)) == Allowed()


def test_a_wait_never_ends_at_night() -> None:
    night = NOON.replace(hour=23) - timedelta(days=6)
    person = replace(ANNA, sent=(night, night))
    decision = POLICY.decide(person, NOON)
    assert decision == Wait(NOON.replace(hour=9) + timedelta(days=2), "cap")


def test_what_the_person_said_outweighs_a_consent_that_the_institution_holds() -> None:
    withdrawn = UserRecord(consent=Consent(False, NOON))
    assert not Person.of(withdrawn, (), consent=True).consent
    assert Person.of(UserRecord(), (), consent=True).consent
    assert not Person.of(UserRecord(), ()).consent


def test_the_shipped_rules_can_be_read() -> None:
    assert load_policy(ROOT / "content").most == 3


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"quiet": {"zone": "Mars", "from": "21:00", "to": "09:00"}}, "Mars"),
        ({"quiet": {"zone": "Asia/Shanghai", "from": "9", "to": "09:00"}}, "9"),
        ({"cap": {"most": 0, "days": 7}}, "0 should be a whole number"),
        ({"crisis_days": None}, "None should be"),
        ({"cap": {}}, "lacks 'most'"),
    ],
)
def test_rules_that_cannot_be_used_are_told_in_a_line(
    tmp_path: Path, change: dict[str, Any], told: str
) -> None:
    text = yaml.safe_dump({**DATA, **change}, allow_unicode=True)
    (tmp_path / "outreach.yml").write_text(text, encoding="utf-8")
    with pytest.raises(ContentError, match=told) as error:
        load_policy(tmp_path)
    assert "\n" not in str(error.value)
