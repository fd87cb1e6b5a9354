"""What was acknowledged is there after ``kill -9``, and nothing is there by halves."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

from actions.signal_ids import event_id
from bot.hashing import Hasher
from bot.ledger.database import database_path
from bot.ledger.reading import LedgerView

CHILD = Path(__file__).with_name("recording_child.py")
CODES = ("loan_scam", "mule_account")
KILLS = 50 if os.environ.get("JINGZHONG_SOAK") == "1" else 5


def start(home: Path, label: str, turns: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, str(CHILD), str(home), label, str(turns)], stdout=subprocess.PIPE
    )


def turns_of(output: bytes) -> list[tuple[str, str]]:
    """The acknowledged (user, message id) pairs; a line cut off by the kill does not count."""
    lines = output.decode().split("\n")[:-1]
    return [(user, message) for user, message in (line.split(" ") for line in lines)]


def killed_at_random(home: Path, label: str) -> list[tuple[str, str]]:
    child = start(home, label, 0)
    assert child.stdout is not None
    first = child.stdout.readline()
    time.sleep(random.uniform(0, 0.25))
    child.send_signal(signal.SIGKILL)
    rest, _ = child.communicate(timeout=30)
    assert child.returncode == -signal.SIGKILL
    return turns_of(first + rest)


def stored(home: Path) -> list[str]:
    return [event.id for event in LedgerView.at(home).iterate()]


def ids_of(turns: list[tuple[str, str]]) -> set[str]:
    return {event_id(f"rest:{user}", message, code) for user, message in turns for code in CODES}


def test_every_acknowledged_event_survives_a_kill_exactly_once(tmp_path: Path) -> None:
    acknowledged: list[tuple[str, str]] = []
    for kill in range(KILLS):
        acknowledged += killed_at_random(tmp_path, f"run{kill}")
        found = stored(tmp_path)  # opened at once, with the journal as the kill left it
        assert len(found) == len(set(found))
        assert ids_of(acknowledged) <= set(found)
    assert len(acknowledged) >= 10 * KILLS

    connection = sqlite3.connect(database_path(tmp_path))
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    # A turn is one unit: both of its events and the change of its user, or none of them.
    pairs = connection.execute(
        "SELECT count(*) FROM events GROUP BY json_extract(body, '$.data.conversation'), "
        "json_extract(body, '$.data.message_id')"
    ).fetchall()
    assert set(pairs) == {(2,)}
    assert connection.execute("SELECT count(*) FROM user_changes").fetchone() == (len(pairs),)
    hashes = {Hasher([b"key"]).user("rest", user).current for user, _ in acknowledged}
    assert hashes <= {user for (user,) in connection.execute("SELECT user FROM users")}
    connection.close()


def test_a_turn_told_again_after_a_kill_adds_nothing(tmp_path: Path) -> None:
    acknowledged = killed_at_random(tmp_path, "run")
    before = stored(tmp_path)
    turns = 3
    again = start(tmp_path, "run", turns)
    told, _ = again.communicate(timeout=60)
    assert again.returncode == 0
    after = stored(tmp_path)
    assert after[: len(before)] == before
    assert len(after) == len(set(after))
    assert ids_of(acknowledged) | ids_of(turns_of(told)) <= set(after)


def test_several_processes_share_one_ledger(tmp_path: Path) -> None:
    # Two tell the same turns, one tells others, all at once on a ledger that does not exist yet.
    children = [start(tmp_path, label, 25) for label in ("same", "same", "other")]
    told = [turns_of(child.communicate(timeout=120)[0]) for child in children]
    assert [child.returncode for child in children] == [0, 0, 0]
    assert [len(turns) for turns in told] == [200, 200, 200]
    found = stored(tmp_path)
    assert len(found) == len(set(found)) == 2 * 400
    assert set(found) == ids_of(told[0] + told[2])
