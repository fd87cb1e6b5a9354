"""The radar is killed while it counts, and counts every signal once all the same."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from bot.hashing import Hasher
from bot.ledger.ledger import Ledger
from bot.settings import ROOT
from tests.bot.radar.conftest import SOURCE, Watched
from tests.bot.radar.waves import ordinary, record, wave

KILLS = 20 if os.environ.get("JINGZHONG_SOAK") else 3


def tables(watched: Watched) -> list[list[tuple[Any, ...]]]:
    return [
        watched.reader.rows(f"SELECT * FROM {table} ORDER BY 1, 2, 3")
        for table in ("radar_reports", "radar_reporters")
    ]


def test_whenever_it_is_killed_every_signal_is_counted_once(tmp_path: Path) -> None:
    homes = [tmp_path / "killed", tmp_path / "unharmed"]
    for home in homes:
        home.mkdir()
        ledger = Ledger.open(home, hasher=Hasher([b"a key"]), source=SOURCE)
        asyncio.run(record(ledger, ordinary(12, a_day=12) + wave(20)))
        ledger.close()
    chance = random.Random(5)
    for _ in range(KILLS):
        child = subprocess.Popen(
            [sys.executable, "-m", "tests.bot.radar.counting_child", str(homes[0])],
            cwd=ROOT,
            stdout=subprocess.PIPE,
        )
        assert child.stdout is not None
        assert child.stdout.readline() == b"counting\n"
        time.sleep(chance.uniform(0, 0.1))
        child.send_signal(signal.SIGKILL)
        child.communicate()
    found = []
    for home in homes:
        watched = Watched(home)
        asyncio.run(watched.radar.catch_up())
        found.append(tables(watched))
        watched.close()
    assert found[0] == found[1]
    assert len(found[0][0]) > 1000
