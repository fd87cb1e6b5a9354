"""``jingzhong outreach`` as a process of its own."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from actions.plan import Followup, Signal, UserChange
from bot.hashing import Hasher
from bot.ledger.database import Reader, database_path
from bot.ledger.events import TurnContext, event_source
from bot.ledger.ledger import Ledger, TurnRecord
from bot.outreach.rows import OutreachView
from bot.outreach.turns import OutreachHook
from tests.conftest import COMMAND


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A ledger on which a borrower agreed to be asked again."""
    source = event_source("demo")
    ledger = Ledger.open(
        tmp_path, hasher=Hasher([b"a key"]), source=source, hooks=(OutreachHook(source),)
    )
    at = datetime.now(timezone.utc) - timedelta(hours=1)

    async def fill() -> None:
        context = TurnContext("rest", "u1", "rest:u1", "m1", at, "model", "content")
        told = TurnRecord(context, (Signal("loan_scam", 0.9, "considering"),))
        (signal,) = await ledger.record(told)
        agreed = TurnContext("rest", "u1", "rest:u1", "m2", at, "model", "content")
        followup = Followup(signal, "loan_scam")
        change = UserChange(consent=True)
        await ledger.record(TurnRecord(agreed, change=change, followup=followup, reach="u1"))

    asyncio.run(fill())
    ledger.close()
    return tmp_path


def outreach(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "JINGZHONG_HOME": str(home), "NO_COLOR": "1", "COLUMNS": "200"}
    return subprocess.run(
        [str(COMMAND), "outreach", *words],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )


def test_what_is_planned_is_listed_shown_and_taken_back(home: Path) -> None:
    listed = outreach(home, "list", "--json")
    rows = [json.loads(line) for line in listed.stdout.splitlines()]
    assert {(row["step"], row["state"]) for row in rows} == {("24h", "planned"), ("72h", "planned")}
    assert "u1" not in [value for row in rows for value in row.values()]
    id = rows[0]["id"]
    assert id[:12] in outreach(home, "list").stdout
    assert json.loads(outreach(home, "show", id[:8], "--json").stdout)["id"] == id
    assert outreach(home, "cancel", id[:8]).stderr == f"jingzhong: {id[:12]} is cancelled\n"
    found = OutreachView(Reader(database_path(home))).get(id)
    assert found is not None
    assert (found.state, found.reason) == ("cancelled", "by_person")
    again = outreach(home, "cancel", id)
    assert (again.returncode, again.stderr.count("\n")) == (1, 1)
    missing = outreach(home, "show", "nothing")
    assert (missing.returncode, missing.stderr.count("\n")) == (1, 1)
    assert outreach(home, "list", "--state", "lost").returncode == 2


def test_the_figures_name_what_they_are_shares_of(home: Path) -> None:
    told = outreach(home, "figures")
    assert told.returncode == 0
    assert "of answers alone" in told.stderr
    figures = json.loads(outreach(home, "figures", "--json").stdout)
    assert figures["questions"][0]["planned"] == 2
    assert figures["questions"][0]["dissuaded"] is None
