"""A campaign whose senders are killed in the middle of it."""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

from bot.settings import ROOT
from tests.bot.campaigns.push.platform import delivered
from tests.bot.campaigns.push.street import NOON, Street

SOAK = os.environ.get("JINGZHONG_SOAK") == "1"
PEOPLE, KILLS, RATE = (100_000, 20, 60) if SOAK else (600, 3, 6)
LIMIT = 3000


def start(home: Path, file: Path, seed: int) -> subprocess.Popen[str]:
    command = [
        sys.executable,
        "-m",
        "tests.bot.campaigns.push.sender_process",
        str(home),
        str(file),
    ]
    return subprocess.Popen(
        [*command, str(RATE), str(LIMIT), str(seed)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_two_processes_share_a_campaign_and_kills_serve_nobody_twice(tmp_path: Path) -> None:
    home, file = tmp_path / "home", tmp_path / "delivered"
    home.mkdir()
    file.touch()
    street = Street(home)
    began = time.time()
    (home / "began").write_text(str(began), encoding="utf-8")
    campaign = asyncio.run(street.campaign(street.people(PEOPLE)))
    chance = random.Random(7)
    running = [start(home, file, seed) for seed in range(2)]
    for kill in range(KILLS):
        seen = sum(1 for _ in delivered(file))
        while sum(1 for _ in delivered(file)) < seen + PEOPLE // (2 * KILLS + 2):
            assert any(process.poll() is None for process in running)
            time.sleep(0.05)
        time.sleep(chance.uniform(0, 0.2))
        victim = running.pop(0)
        victim.kill()
        victim.communicate()
        running.append(start(home, file, 10 + kill))
    told = [process.communicate(timeout=3600)[0].split() for process in running]
    took = time.time() - began
    progress = street.book.progress(campaign.id)
    arrived = Counter(delivered(file))
    street.close()
    assert set(arrived.values()) == {1}
    assert progress.total == PEOPLE
    assert progress.left == 0
    # Whoever got it counts as sent or, where nobody could know, as unknown; never as failed or skipped.
    assert progress.states["sent"] <= len(arrived)
    assert len(arrived) <= progress.states["sent"] + progress.states["unknown"]
    assert all(int(busiest) <= LIMIT for busiest, _ in told)
    print(f"{PEOPLE} people, {KILLS} kills, {took:.0f} s, {dict(progress.states)}")
    print(f"arrived {len(arrived)}, most within a second {told}, clock x60, rate {RATE}")
    assert NOON + 60 * timedelta(seconds=took) < NOON + timedelta(hours=9) or not SOAK
