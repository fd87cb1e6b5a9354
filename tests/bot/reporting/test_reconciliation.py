"""Reconciliation: it agrees where all is well, and shows what was lost or slipped in."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta, timezone
from pathlib import Path

from actions.content import CONTENT
from bot.audit import Actor
from bot.cases.builder import CaseBuilder
from bot.cases.cases import CaseBook
from bot.cases.rules import load_rules
from bot.hashing import Hasher
from bot.ledger.database import database_path
from bot.ledger.ledger import Ledger, TurnRecord
from bot.ledger.reading import LedgerView
from bot.reporting.monthly import month_report
from bot.reporting.reconciliation import Reconciler
from bot.reporting.signal_figures import SignalFigures
from bot.reporting.spans import Span

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=timezone.utc)
NOVEMBER = Span.month("2026-11")
Turn = Callable[..., TurnRecord]


async def build_cases(home: Path, ledger: Ledger) -> None:
    rules = load_rules(CONTENT)
    await CaseBuilder(LedgerView.at(home), ledger.writer, Hasher([b"key"]), rules).build()


async def hand_over(ledger: Ledger) -> None:
    book = CaseBook(ledger.reader, ledger.writer, "/jingzhong/demo", rules=load_rules(CONTENT))
    (case,) = book.list()
    for state in ("verifying", "confirmed", "handed_to_police"):
        await book.move(case.id, state, Actor("wang"), "")


async def test_signals_cases_and_hand_overs_agree(
    tmp_path: Path, ledger: Ledger, turn: Turn
) -> None:
    for number in range(5):
        await ledger.record(turn(NOON + timedelta(hours=number), f"u{number % 2}"))
    await ledger.record(turn(NOON, "u9", contacts=(), agency=None))
    await build_cases(tmp_path, ledger)
    await ledger.record(turn(NOON, "u10"))
    await hand_over(ledger)
    # The hand-over is of now, whatever the day of the signals.
    span = Span(NOVEMBER.first, Span.day(datetime.now(timezone.utc)).last)
    found = Reconciler(ledger.reader).of(span)
    where = found.checks[0]
    assert where.parts == {"in_cases": 5, "without_contact": 1, "unreadable": 0, "not_yet": 1}
    assert found.checks[1].parts == {"handed_to_police": 5}
    assert (found.signals, found.reporters, found.cases, found.handed_over) == (7, 4, 1, 1)
    assert found.educated is None
    assert found.holds


async def test_a_hand_over_behind_the_back_of_the_audit_shows(
    tmp_path: Path, ledger: Ledger, turn: Turn
) -> None:
    await ledger.record(turn(NOON))
    await build_cases(tmp_path, ledger)
    await hand_over(ledger)
    with closing(sqlite3.connect(database_path(tmp_path))) as other:
        other.execute(
            "INSERT INTO case_log (case_id, at, actor, action, detail) "
            "SELECT case_id, at, actor, action, detail FROM case_log WHERE detail LIKE '%handed%'"
        )
        other.commit()
    span = Span(NOVEMBER.first, Span.day(datetime.now(timezone.utc)).last)
    broken = [check for check in Reconciler(ledger.reader).of(span).checks if not check.holds]
    assert [(check.name, check.gap) for check in broken] == [("handed_over", 1), ("told", 1)]


async def test_a_signal_that_the_cases_lost_shows(
    tmp_path: Path, ledger: Ledger, turn: Turn
) -> None:
    await ledger.record(turn(NOON))
    await build_cases(tmp_path, ledger)
    with closing(sqlite3.connect(database_path(tmp_path))) as other:
        other.execute("DELETE FROM case_contacts")
        other.commit()
    gathered = Reconciler(ledger.reader).of(NOVEMBER).checks[1]
    assert gathered.gap == 1


async def test_days_are_those_of_beijing(ledger: Ledger, turn: Turn) -> None:
    late = datetime(2026, 11, 30, 16, 0, tzinfo=timezone.utc)  # the first of December there
    await ledger.record(turn(late - timedelta(microseconds=1)))
    await ledger.record(turn(late))
    figures = SignalFigures(ledger.reader)
    assert figures.count(NOVEMBER) == 1
    assert figures.per_day(NOVEMBER)[-1] == 1
    assert figures.count(Span.month("2026-12")) == 1


async def test_the_figures_of_a_month_add_up_in_every_way(ledger: Ledger, turn: Turn) -> None:
    codes = ("loan_scam", "fake_hotline", "loan_scam", "credit_repair")
    for day, code in enumerate(codes):
        at = NOON + timedelta(days=day)
        channel = "chat" if day % 2 else "rest"
        urgency = "emergency" if day == 1 else None
        await ledger.record(turn(at, f"u{day}", channel, code=code, urgency=urgency))
    month = month_report(ledger.reader, "2026-11")
    sums = [sum(counts.values()) for counts in (month.codes, month.stages, month.channels)]
    assert sums == [4, 4, 4]
    assert sum(month.per_day) == month.reconciliation.signals == 4
    assert month.urgent == 1
    assert next(iter(month.codes.items())) == ("loan_scam", 2)
