"""Conversations are counted as they begin."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from bot.deflection import PAUSE, ConversationCounts, Deflection, DeflectionFigures
from bot.hashing import Hasher
from bot.ledger.encoding import rfc3339
from bot.ledger.events import event_source
from bot.ledger.ledger import Ledger
from bot.staff.roles import Role
from tests.bot.console.serving import TOKEN, running_console

NOW = datetime(2026, 11, 29, 12, 30, tzinfo=timezone.utc)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    hasher = Hasher([b"a key of the tests alone"])
    opened = Ledger.open(tmp_path, hasher=hasher, source=event_source("demo"))
    yield opened
    opened.close()


def begun(ledger: Ledger, hours: float = 1) -> int:
    return DeflectionFigures(ledger.reader).of(NOW, NOW + timedelta(hours=hours)).conversations


async def test_a_conversation_begins_with_its_first_message_and_after_half_an_hour_of_silence(
    ledger: Ledger,
) -> None:
    began: list[str] = []
    counts = ConversationCounts(began.append, lambda: NOW)
    pause = PAUSE.total_seconds()
    counts.spoken_in("app", None)
    counts.spoken_in("app", time.time() - 1)
    counts.spoken_in("app", time.time() - pause + 5)
    counts.spoken_in("app", time.time() - pause - 5)
    assert began == ["app", "app"]
    await counts.write(ledger.writer)
    assert begun(ledger) == 2


async def test_what_several_processes_count_is_added_up(ledger: Ledger) -> None:
    for _ in range(3):
        counts = ConversationCounts(clock=lambda: NOW)
        counts.spoken_in("app", None)
        counts.spoken_in("rest", None)
        await counts.write(ledger.writer)
        await counts.write(ledger.writer)
    assert begun(ledger) == 6
    assert DeflectionFigures(ledger.reader).of(NOW - timedelta(hours=2), NOW.replace(minute=0)) == (
        Deflection(0, 0)
    )


async def test_a_conversation_that_asked_for_a_person_twice_was_handed_off_once(
    ledger: Ledger,
) -> None:
    def ask(conversation: str, minutes: float, ended: float | None = None) -> None:
        asked, until = (
            None if time is None else rfc3339(NOW + timedelta(minutes=time))
            for time in (minutes, ended)
        )
        rows.append((f"t{len(rows)}", conversation, asked, asked, until))

    rows: list[tuple[str | None, ...]] = []
    ask("c1", 1, 5)
    ask("c1", 20, 25)  # the same conversation
    ask("c1", 54, 58)  # and still the same, since a person spoke in it until then
    ask("c1", 59 + 30, 100)  # another one
    ask("c2", 2)
    ask("", 3, 5)  # two whose people had everything erased
    ask("", 6)

    def unit(connection: sqlite3.Connection) -> None:
        connection.executemany(
            "INSERT INTO handoffs (id, user, conversation, channel, reach, state, reason, urgent, "
            "asked_at, due_at, ended_at, summary) "
            "VALUES (?, 'u', ?, 'app', '', 'ended', 'asked', 0, ?, ?, ?, '{}')",
            rows,
        )

    await ledger.writer.commit(unit)
    counts = ConversationCounts(clock=lambda: NOW)
    for _ in range(10):
        counts.spoken_in("app", None)
    await counts.write(ledger.writer)
    lately = DeflectionFigures(ledger.reader).lately(NOW + timedelta(hours=3))
    assert lately == Deflection(10, 5)
    assert lately.share == 0.5


def test_the_share_is_of_the_conversations_that_got_by_without_a_person() -> None:
    assert Deflection(4, 1).share == 0.75
    assert Deflection(0, 0).share is None
    # Somebody asked in a conversation that had begun before the span.
    assert Deflection(1, 2).share == 0.0


def test_the_console_and_its_interface_show_the_share_of_seven_days(tmp_path: Path) -> None:
    with running_console(tmp_path) as console:
        with console.client(Role.VIEWER) as client:
            assert "近 7 天还没有会话" in client.get("/console").text
        counts = console.services.conversations
        for _ in range(8):
            counts.spoken_in("app", None)
        console.run(counts.write(console.services.ledger.writer))
        with console.client(Role.VIEWER) as client:
            page = client.get("/console").text
            assert "近 7 天 8 次会话，转人工 0 次" in page
            assert "100.0%" in page
            client.headers["Authorization"] = f"Bearer {TOKEN}"
            shown = client.get("/api/overview").json()["deflection"]
        assert shown == {"conversations": 8, "handed_off": 0, "share": 1.0}
