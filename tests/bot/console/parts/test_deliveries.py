"""The page and the routes about deliveries, over HTTP and in Chromium."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from actions.plan import Contact, Signal
from bot.audit import AuditLog
from bot.ledger.database import database_path
from bot.ledger.encoding import rfc3339, utc_now
from bot.ledger.events import TurnContext
from bot.ledger.ledger import TurnRecord
from bot.staff.roles import Role
from tests.bot.console.conftest import TABLET
from tests.bot.console.serving import TOKEN, RunningConsole, running_console
from tests.bot.sinks.webhook_server import SECRET

PAGE = "/console/deliveries"
SINKS = """
sinks:
  risk-control: {kind: webhook, url: "http://127.0.0.1:9/", secret_env: RISK_WEBHOOK_SECRET}
  archive: {kind: files, folder: archive}
"""
API = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def console(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningConsole]:
    """A console with two sinks, which nobody forwards to: the test says how they stand."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "sinks.yml").write_text(SINKS)
    monkeypatch.setenv("RISK_WEBHOOK_SECRET", SECRET)
    with running_console(home) as running:
        yield running


@pytest.fixture
def ids(console: RunningConsole) -> list[str]:
    """Twelve events: two dead, two contacts that wait, one sink that stands still, one that is late."""
    now = utc_now()
    contacts = ["+8617000001234", "wxid_qk2026", "loans.example", "+8616500004321"]
    turns = [
        TurnRecord(
            TurnContext(
                "rest", "u1", "rest:u1", f"m{n}", now - timedelta(minutes=30 - n), "m", "c"
            ),
            (Signal("loan_scam", 0.9, "paid", contacts=(_contact(contacts[n % 4]),)),),
        )
        for n in range(12)
    ]
    console.record(*turns)
    soon, ago = rfc3339(now + timedelta(minutes=4)), rfc3339(now - timedelta(minutes=7))
    hook = "risk-control"
    with closing(sqlite3.connect(database_path(console.services.settings.home))) as database:
        database.executemany(
            "INSERT INTO sinks VALUES (?, ?, ?, ?)",
            [(hook, 12, None, None), ("archive", 3, "/data/archive: No space left on device", ago)],
        )
        database.executemany(
            "INSERT INTO deliveries VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (1, hook, contacts[0], 8, ago, "HTTP 422", ago),
                (2, hook, contacts[1], 8, ago, "HTTP 422", ago),
                (7, hook, contacts[2], 3, soon, "HTTP 500", None),
                (11, hook, contacts[2], 0, ago, None, None),
                (8, hook, contacts[3], 1, ago, "no answer within 10 s", None),
            ],
        )
        database.commit()
        rows = database.execute("SELECT id FROM events ORDER BY seq").fetchall()
    return [id for (id,) in rows]


def _contact(value: str) -> Contact:
    kind = "phone" if value.startswith("+") else "url" if "." in value else "wechat"
    return Contact(kind, value, value)


def dead(console: RunningConsole) -> list[dict[str, Any]]:
    with console.client() as client:
        answer = client.get("/api/deliveries/dead", headers=API)
    assert answer.status_code == 200, answer.text
    letters: list[dict[str, Any]] = answer.json()["letters"]
    return letters


def test_the_page_tells_how_each_sink_stands_and_every_table_can_be_kept(
    console: RunningConsole, ids: list[str]
) -> None:
    with console.client(Role.VIEWER) as client:
        text = client.get(PAGE).text
        assert "No space left on device" in text
        assert "HTTP 422" in text
        assert "wxid_qk2026" in text
        assert 'formaction="' not in text
        assert "/console/deliveries/replay" not in text  # not for viewers
        for name, row in (("sinks", "archive"), ("dead", ids[0]), ("waiting", "loans.example")):
            table = client.get(f"{PAGE}?csv={name}")
            assert table.headers["content-type"] == "text/csv; charset=utf-8"
            assert row in table.text
        assert "wxid_qk2026" not in client.get(f"{PAGE}?sink=archive").text


def test_without_sinks_the_page_says_what_to_do(tmp_path: Path) -> None:
    with running_console(tmp_path / "home") as console, console.client(Role.ADMIN) as client:
        text = client.get(PAGE).text
    assert "sinks.example.yml" in text
    assert "/console/deliveries/replay" not in text


def test_chosen_dead_letters_are_tried_again_and_the_audit_says_who(
    console: RunningConsole, ids: list[str]
) -> None:
    with console.client(Role.ANALYST) as client:
        done = client.send_form(PAGE, f"{PAGE}/retry", id=ids[1])
        assert done.status_code == 303
        assert [letter["id"] for letter in dead(console)] == [ids[0]]
        assert client.send_form(PAGE, f"{PAGE}/retry").status_code == 422
        assert client.send_form(PAGE, f"{PAGE}/retry", all="1").status_code == 303
    assert dead(console) == []
    entries = AuditLog(console.services.ledger.reader).latest(action="sink.")
    assert [(entry.actor, entry.action) for entry in entries] == [("analyst", "sink.retry")] * 2


def test_a_replay_is_for_administrators_and_begins_with_an_event_or_a_day(
    console: RunningConsole, ids: list[str]
) -> None:
    replay = f"{PAGE}/replay"
    today = f"{datetime.now(timezone.utc) - timedelta(days=1):%Y-%m-%d}"
    with console.client(Role.ANALYST) as client:
        assert client.send_form(PAGE, replay, sink="archive", first="1").status_code == 403
    with console.client(Role.ADMIN) as client:
        assert client.send_form(PAGE, replay, sink="archive", first="2").status_code == 303
        assert client.send_form(PAGE, replay, sink="archive", since=today).status_code == 303
        for fields, status in (
            ({"first": "4"}, 409),
            ({"first": "x"}, 422),
            ({"first": "0"}, 422),
            ({"since": "soon"}, 422),
            ({"since": "2999-01-01"}, 409),
            ({}, 422),
        ):
            answer = client.send_form(PAGE, replay, sink="archive", **fields)
            assert answer.status_code == status, fields
    rows = console.services.ledger.reader.rows("SELECT sink, next, last FROM replays ORDER BY id")
    assert rows == [("archive", 2, None), ("archive", 1, None)]


def test_the_api_tells_and_does_the_same(console: RunningConsole, ids: list[str]) -> None:
    with console.client() as client:
        client.headers.update(API)
        sinks = {sink["sink"]: sink for sink in client.get("/api/deliveries").json()["sinks"]}
        assert (sinks["risk-control"]["waiting"], sinks["risk-control"]["dead"]) == (3, 2)
        assert (sinks["archive"]["events"], sinks["archive"]["seq"]) == (9, 3)
        waiting = client.get("/api/deliveries/waiting?limit=5").json()["contacts"]
        assert {contact["contact"]: contact["events"] for contact in waiting} == {
            "loans.example": 2,
            "+8616500004321": 1,
        }
        retry = "/api/deliveries/retry"
        assert client.post(retry, json={"sink": "archive"}).json() == {"events": 0}
        assert client.post(retry, json={"ids": ids[:1]}).json() == {"events": 1}
        assert client.post(retry, json={}).status_code == 409
        assert client.post(retry, json={"sinks": "all"}).status_code == 400
        replay = "/api/deliveries/replay"
        assert client.post(replay, json={"sink": "archive", "first": 1}).status_code == 403
    with console.client(Role.ADMIN) as client:
        proof = re.findall(r'name="csrf" value="([0-9a-f]+)"', client.get(PAGE).text)[0]
        client.headers["X-CSRF-Token"] = proof
        assert client.post(replay, json={"sink": "archive", "first": 1}).json() == {"events": 3}
        assert client.post(replay, json={"sink": "none", "first": 1}).status_code == 409


def test_an_analyst_retries_a_dead_letter_in_the_browser(
    console: RunningConsole, ids: list[str], browse: Callable[..., Page]
) -> None:
    page = browse(PAGE)
    page.get_by_role("checkbox").nth(1).check()
    page.get_by_role("button", name="重试选中的").click()
    page.wait_for_url("**said=deliveries.retried")
    assert page.get_by_role("status").filter(has_text="重新投递").is_visible()
    assert [letter["id"] for letter in dead(console)] == [ids[0]]


@pytest.mark.parametrize("viewport", [None, TABLET])
def test_the_page_fits_a_laptop_and_a_tablet(
    ids: list[str], browse: Callable[..., Page], viewport: dict[str, int] | None
) -> None:
    page = browse(PAGE, Role.ADMIN, **({"viewport": viewport} if viewport else {}))
    too_wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert too_wide <= 0
