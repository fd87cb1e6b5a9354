"""The API: who may call it, what it refuses, and that its description is true."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bot.ledger.encoding import utc_now
from bot.staff.roles import Role
from tests.bot.console.seeding import seeded_turns
from tests.bot.console.serving import TOKEN, RunningConsole, running_console

BEARER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningConsole]:
    """A console for tests that only ask."""
    with running_console(tmp_path_factory.mktemp("standing")) as running:
        yield running


def get(console: RunningConsole, path: str, **headers: str) -> httpx.Response:
    with console.client() as client:
        return client.get(path, headers=headers)


def test_nobody_reads_without_token_or_session(console: RunningConsole) -> None:
    assert get(console, "/api/signals").status_code == 401
    for wrong in ("Bearer", "Bearer x", TOKEN, f"Basic {TOKEN}", f"bearer {TOKEN}x"):
        assert get(console, "/api/signals", Authorization=wrong).status_code == 401, wrong
    assert get(console, "/api/signals", **BEARER).status_code == 200


def test_without_a_token_in_the_settings_none_is_right(tmp_path: Path) -> None:
    with running_console(tmp_path / "other", api_token=None) as open_console:
        for given in ("Bearer", "", "Bearer None"):
            assert get(open_console, "/api/signals", Authorization=given).status_code == 401


def test_the_token_acts_as_an_analyst_and_not_as_an_admin(console: RunningConsole) -> None:
    assert get(console, "/api/proposals", **BEARER).status_code == 200
    assert get(console, "/api/staff", **BEARER).status_code == 403


def test_a_session_of_the_console_reads_the_api_too(console: RunningConsole) -> None:
    with console.client(Role.VIEWER) as client:
        assert client.get("/api/signals").status_code == 200
        assert client.get("/api/audit").status_code == 403


def test_signals_can_be_read_page_by_page_without_losing_one(console: RunningConsole) -> None:
    turns = list(seeded_turns(utc_now(), days=4, per_day=6))
    console.record(*turns)
    found: list[str] = []
    with console.client() as client:
        before = ""
        while True:
            page = client.get(f"/api/signals?limit=7{before}", headers=BEARER).json()
            found += [event["id"] for event in page["signals"]]
            if page["next"] is None:
                break
            before = f"&before={page['next']}"
    everything = [event.id for event in console.services.ledger.events(limit=1000)]
    assert found == everything[::-1]
    assert len(found) == len(turns)


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=501",
        "limit=x",
        "limit=1&limit=2",
        "code=nothing",
        "urgent=1",
        "what=1",
        "before=99999999999999999999",
        "since=yesterday",
        "text=" + "x" * 201,
    ],
)
def test_a_parameter_that_is_not_as_described_is_refused_in_one_line(
    standing: RunningConsole, query: str
) -> None:
    answer = get(standing, f"/api/signals?{query}", **BEARER)
    assert answer.status_code == 400
    (error,) = answer.json().values()
    assert len(error.splitlines()) == 1


def test_the_description_names_every_route_with_its_role(standing: RunningConsole) -> None:
    described = get(standing, "/api/openapi.json", **BEARER).json()
    assert described["openapi"] == "3.1.0"
    operations = [operation for path in described["paths"].values() for operation in path.values()]
    assert {"overview", "signals", "trends", "report", "audit", "staff", "proposals"} <= {
        tag for operation in operations for tag in operation["tags"]
    }
    ids = [operation["operationId"] for operation in operations]
    assert len(ids) == len(set(ids))
    assert all("Needs the role" in operation["description"] for operation in operations)
    json.dumps(described)
