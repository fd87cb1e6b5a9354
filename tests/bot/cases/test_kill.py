"""A builder that is killed with -9 again and again builds the same cases as one that nobody disturbs."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from bot.settings import ROOT
from tests.bot.cases.conftest import Office, telling

SOAK = os.environ.get("JINGZHONG_SOAK") == "1"
KILLS, SIGNALS = (50, 20_000) if SOAK else (4, 400)


def start(home: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.bot.cases.building_child", str(home), "10"],
        stdout=subprocess.PIPE,
        cwd=ROOT,
    )


def fill(office: Office) -> None:
    chance = random.Random(7)
    office.hears(
        *(
            telling(
                f"u{chance.randrange(50)}",
                f"phone:138{chance.randrange(30):08d}",
                message=f"m{n}",
                agency=chance.choice([None, "恒信法务", "恒信法务（北京）", "鼎盛咨询"]),
            )
            for n in range(SIGNALS)
        ),
        build=False,
    )


def figures(office: Office) -> list[tuple[object, ...]]:
    rows = office.ledger.reader.rows
    return [
        *rows("SELECT id, title, signals, reporters, first_seen, last_seen FROM cases ORDER BY id"),
        *rows("SELECT key, case_id, signals, reporters FROM case_contacts ORDER BY key"),
        *rows("SELECT key, seq, user FROM case_mentions ORDER BY key, seq"),
        *rows("SELECT rowid, words FROM case_signal_words ORDER BY rowid"),
        *rows("SELECT seq FROM case_progress"),
    ]


def test_every_signal_enters_once_however_often_the_builder_is_killed(tmp_path: Path) -> None:
    chance = random.Random(11)
    (tmp_path / "plain").mkdir()
    (tmp_path / "killed").mkdir()
    plain, killed = Office(tmp_path / "plain"), Office(tmp_path / "killed")
    fill(plain)
    fill(killed)
    plain.run(plain.builder.build())

    in_the_middle = 0
    for _ in range(KILLS):
        child = start(killed.home)
        assert child.stdout is not None
        assert child.stdout.readline() == b"building\n"
        time.sleep(chance.uniform(0.01, 0.12))
        child.send_signal(signal.SIGKILL)
        child.communicate(timeout=30)
        in_the_middle += 0 < killed.builder.progress() < SIGNALS
    last = start(killed.home)
    last.communicate(timeout=300)
    assert last.returncode == 0

    assert in_the_middle > 0
    assert figures(killed) == figures(plain)
    assert killed.ledger.reader.rows("PRAGMA integrity_check") == [("ok",)]
    plain.close()
    killed.close()
