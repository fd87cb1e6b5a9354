"""Processes that are killed in the middle of sending: nobody is written to twice, and what is not known is told so."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.ledger.encoding import rfc3339, utc_now
from bot.outreach.claims import MOST
from bot.settings import ROOT
from tests.bot.outreach.conftest import FAKE_HOTLINE, NOON, World

SOAK = os.environ.get("JINGZHONG_SOAK") == "1"
PEOPLE, KILLS, WAVES = (1000, 4, 8) if SOAK else (300, 3, 1)

BEGAN = utc_now()


@pytest.fixture
def running() -> Iterator[list[subprocess.Popen[str]]]:
    started: list[subprocess.Popen[str]] = []
    yield started
    for process in started:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def begin(home: Path) -> subprocess.Popen[str]:
    ahead = str((NOON - BEGAN).total_seconds())  # it is noon for them, whenever the test runs
    command = [sys.executable, "-m", "tests.bot.outreach.worker", str(home), ahead]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def wait_ready(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"


async def plan(world: World, wave: int) -> None:
    """Warnings to many people, all due."""
    at = rfc3339(NOON - timedelta(minutes=1))
    rows = []
    for number in range(PEOPLE):
        person = f"w{wave}u{number}"
        user = world.user(person).current
        rows.append((user, FAKE_HOTLINE, user, person, at))

    def unit(connection: sqlite3.Connection) -> None:
        connection.executemany(
            "INSERT INTO outreach (id, kind, template, user, channel, address, consent_ref, state, due_at, "
            "created_by, created_at) "
            "VALUES (?1, 'warning', ?2, ?3, 'telegram', ?4, 'c', 'planned', ?5, 'li', ?5)",
            rows,
        )

    await world.ledger.writer.commit(unit)


async def test_killed_again_and_again_it_writes_to_nobody_twice_and_counts_everybody(
    world: World, tmp_path: Path, running: list[subprocess.Popen[str]]
) -> None:
    dice = random.Random(11)
    for wave in range(WAVES):
        begun = [begin(tmp_path) for _ in range(1 + KILLS)]
        running.extend(begun)
        for process in begun:
            wait_ready(process)
        await plan(world, wave)
        for process in begun[:KILLS]:
            await asyncio.sleep(dice.uniform(0.1, 0.3))
            process.send_signal(signal.SIGKILL)
        await finished(world)
    taken = Counter(line.split()[0] for line in (tmp_path / "taken").read_text().splitlines())
    states = {row.id: row.state for row in world.view.list(WAVES * PEOPLE)}
    sent = {id for id, state in states.items() if state == "sent"}
    unsure = {id for id, state in states.items() if state == "unknown"}
    print(f"{len(sent)} sent, {len(unsure)} unsure, of these {len(unsure & set(taken))} taken")
    assert len(sent) + len(unsure) == len(states) == WAVES * PEOPLE, "everybody is accounted for"
    assert max(taken.values()) == 1, "nobody is written to twice"
    assert sent <= set(taken) <= set(states), "what is said to be sent was sent"
    assert 0 < len(unsure) <= WAVES * KILLS * MOST, "kills fell into the sending"


async def finished(world: World) -> None:
    """Waits until nothing is due or claimed."""
    deadline = time.monotonic() + 120
    left = "SELECT count(*) FROM outreach WHERE state IN ('planned', 'claimed')"
    while world.reader.rows(left)[0][0]:
        assert time.monotonic() < deadline, "the last process did not finish"
        await asyncio.sleep(0.1)
