"""One person, a ring of new accounts and real borrowers report a contact: what cases, counts and radar make of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.cases.builder import CaseBuilder
from bot.cases.contacts import ContactKey
from bot.cases.reports import ReportCounts
from bot.cases.rules import default_rules
from bot.hashing import Hasher
from bot.ledger.ledger import TurnRecord
from bot.radar.book import Alert
from tests.bot.radar.conftest import Watched
from tests.bot.radar.waves import NOW, WAVE, ordinary, report, wave

VICTIM = ContactKey.of(WAVE.kind, WAVE.value)


class RiskControl:
    """A ledger with seven ordinary weeks behind it, its radar, its cases and its counts."""

    def __init__(self, home: Path) -> None:
        self.watched = Watched(home)
        self.watched.record(*ordinary())
        self._rules = default_rules()
        ledger = self.watched.ledger
        self._builder = CaseBuilder(ledger, ledger.writer, Hasher([b"a key"]), self._rules)

    def hears(self, *turns: TurnRecord) -> list[Alert]:
        """Borrowers write; returns the alerts that come of it."""
        self.watched.record(*turns)
        asyncio.run(self._builder.build())
        return self.watched.look()

    def case(self) -> tuple[str, int, int]:
        """State, reporters and signals of the case of the contact."""
        (row,) = self.watched.reader.rows(
            "SELECT state, c.reporters, c.signals FROM case_contacts AS c "
            "JOIN cases ON cases.id = case_id WHERE key = ?",
            (str(VICTIM),),
        )
        return row

    def told(self) -> int:
        """How many people a borrower hears of."""
        counts = ReportCounts(self.watched.reader, self._rules)
        asyncio.run(counts.refresh())
        assert VICTIM is not None
        return counts.count(VICTIM)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[RiskControl]:
    working = RiskControl(tmp_path)
    yield working
    working.watched.close()


@pytest.mark.parametrize("known", [0, 1])
def test_one_person_is_one_reporter_however_often_they_report(
    office: RiskControl, known: int
) -> None:
    many = [report("w0", NOW - timedelta(minutes=n), message=f"m{n}") for n in range(500)]
    assert office.hears(*wave(1, known=known), *many) == []
    assert office.case() == ("new", 1, 501)
    assert office.told() == 0


def test_a_ring_of_accounts_made_today_raises_no_alert_and_moves_no_case(
    office: RiskControl,
) -> None:
    ring = [report(f"new{n}", NOW - timedelta(minutes=n)) for n in range(30)]
    assert office.hears(*ring) == []
    assert office.case() == ("new", 30, 30)


def test_a_ring_with_two_old_accounts_raises_no_alert_either(office: RiskControl) -> None:
    assert office.hears(*wave(30, known=2)) == []


def test_as_many_people_who_were_known_before_do_raise_one(office: RiskControl) -> None:
    (alert,) = office.hears(*wave(30))
    assert alert.main.key == str(VICTIM)
    assert (alert.main.reporters, alert.main.known) == (30, 30)
    assert office.case() == ("new", 30, 30)
    assert office.told() == 30
