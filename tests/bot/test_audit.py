"""The audit: what it tells, and that it shows when somebody tampered with it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.audit import SYSTEM, Actor, AuditLog, note
from bot.hashing import Hasher
from bot.ledger.database import database_path
from bot.ledger.events import event_source
from bot.ledger.ledger import Ledger

WANG = Actor("wang")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = Ledger.open(tmp_path, hasher=Hasher([b"key"]), source=event_source("demo"))
    yield ledger
    ledger.close()


async def write(ledger: Ledger, *acts: tuple[Actor, str, str]) -> None:
    for actor, action, subject in acts:
        await ledger.writer.commit(
            lambda c, a=actor, b=action, s=subject: note(c, a, b, s, {"n": 1})
        )


def tamper(home: Path, *statements: str) -> None:
    with closing(sqlite3.connect(database_path(home))) as connection:
        for name in ("audit_is_not_changed", "audit_is_not_removed"):
            connection.execute(f"DROP TRIGGER IF EXISTS {name}")
        for statement in statements:
            connection.execute(statement)
        connection.commit()


async def test_the_newest_entries_come_first_and_can_be_told_apart(ledger: Ledger) -> None:
    await write(
        ledger, (WANG, "case.move", "c1"), (SYSTEM, "staff.add", "x"), (WANG, "case.note", "c2")
    )
    log = AuditLog(ledger.reader)
    assert [entry.action for entry in log.latest()] == ["case.note", "staff.add", "case.move"]
    assert [entry.subject for entry in log.latest(action="case.")] == ["c2", "c1"]
    assert [entry.action for entry in log.latest(actor="system")] == ["staff.add"]
    assert [entry.action for entry in log.latest(subject="c1")] == ["case.move"]
    newest = log.latest(1)[0]
    assert [entry.seq for entry in log.latest(before=newest.seq)] == [
        newest.seq - 1,
        newest.seq - 2,
    ]
    assert newest.detail == {"n": 1}


async def test_an_act_that_fails_leaves_no_entry(ledger: Ledger) -> None:
    def unit(connection: sqlite3.Connection) -> None:
        note(connection, WANG, "case.move", "c1")
        raise ValueError("the act failed")

    with pytest.raises(ValueError, match="the act failed"):
        await ledger.writer.commit(unit)
    assert AuditLog(ledger.reader).latest() == []


@pytest.mark.parametrize("change", ["UPDATE audit SET actor = 'x'", "DELETE FROM audit"])
async def test_entries_can_neither_be_changed_nor_removed(ledger: Ledger, change: str) -> None:
    await write(ledger, (WANG, "case.move", "c1"))
    with pytest.raises(sqlite3.IntegrityError, match="only added to"):
        await ledger.writer.commit(lambda connection: connection.execute(change))
    assert len(AuditLog(ledger.reader).latest()) == 1


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        ("UPDATE audit SET actor = 'nobody' WHERE seq = 2", 2),
        ("UPDATE audit SET detail = '{}' WHERE seq = 3", 3),
        ("DELETE FROM audit WHERE seq = 2", 3),
    ],
)
async def test_the_seals_show_what_was_altered_behind_its_back(
    ledger: Ledger, tmp_path: Path, change: str, broken: int
) -> None:
    await write(ledger, *[(WANG, "case.note", f"c{number}") for number in range(4)])
    log = AuditLog(ledger.reader)
    assert log.first_broken() is None
    tamper(tmp_path, change)
    assert log.first_broken() == broken


async def test_entries_of_several_processes_are_sealed_in_one_chain(
    ledger: Ledger, tmp_path: Path
) -> None:
    other = Ledger.open(tmp_path, hasher=Hasher([b"key"]), source=event_source("demo"))
    try:
        for number in range(3):
            await write(ledger, (WANG, "a", str(number)))
            await write(other, (SYSTEM, "b", str(number)))
    finally:
        other.close()
    log = AuditLog(ledger.reader)
    assert len(log.latest()) == 6
    assert log.first_broken() is None
