"""The pages about privacy, over HTTP and in Chromium."""

from __future__ import annotations

import csv
import io
import re
import sqlite3
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page

from actions.plan import UserChange
from bot.audit import AuditLog
from bot.console.api import CSRF_HEADER
from bot.ledger.encoding import rfc3339, utc_now
from bot.ledger.events import TurnContext
from bot.ledger.ledger import TurnRecord
from bot.staff.roles import Role
from tests.bot.console.conftest import TABLET
from tests.bot.console.serving import TOKEN, RunningConsole
from tests.bot.privacy.conftest import SIGNAL

HOME = "/console/privacy"
SAID = "放款前要先交解冻费，我该不该交"


def hears(console: RunningConsole, user: str = "u1", ago: int = 0) -> None:
    """A message with a signal, so many days ago."""
    at = utc_now() - timedelta(days=ago)
    context = TurnContext("rest", user, f"rest:{user}", f"m{ago}", at, "model", "content")
    change = UserChange(informed=True, consent=True)
    console.record(TurnRecord(context, (SIGNAL,), change, said=SAID))


def holds(console: RunningConsole, user: str = "u1") -> None:
    """A hold on the turns of a person, as an evidence pack makes it."""
    now = utc_now()

    def unit(connection: sqlite3.Connection) -> None:
        connection.execute(
            "INSERT INTO holds SELECT 'turn', turn, 'EV20261128-0A1B2C3D', ?, ? FROM turns",
            (rfc3339(now), rfc3339(now + timedelta(days=1095))),
        )

    console.run(console.services.ledger.writer.commit(unit))


def actions(console: RunningConsole) -> list[str]:
    entries = AuditLog(console.services.ledger.reader).latest(action="privacy.")
    return [entry.action for entry in entries]


def test_an_admin_removes_what_is_too_old_and_sees_how_much_it_was(console: RunningConsole) -> None:
    hears(console, ago=400)
    with console.client(Role.ADMIN) as client:
        assert "尚未执行" in client.get(HOME).text
        assert client.send_form(HOME, f"{HOME}/retain").status_code == 303
        page = client.get(HOME)
    assert page.status_code == 200
    assert "尚未执行" not in page.text
    with console.client(Role.VIEWER) as client:
        rows = list(csv.reader(io.StringIO(client.get(f"{HOME}?csv=retention").text)))
    (turns,) = [row for row in rows if row[-1] == "turns"]
    assert turns[3] == "1"
    assert "privacy.retain" in actions(console)


def test_a_person_is_looked_up_and_erased_without_an_id_in_any_address(
    console: RunningConsole,
) -> None:
    hears(console)
    with console.client(Role.ADMIN) as client:
        found = client.send_form(HOME, f"{HOME}/people", user="rest:u1")
        where = found.headers["Location"]
        assert "u1" not in where.replace(console.services.hasher.user("rest", "u1").current, "")
        assert SAID in client.get(where).text
        assert SAID in client.get(f"{where}?csv=person").text
        gone = client.send_form(where, f"{where}/erase")
        assert gone.status_code == 303
        page = client.get(gone.headers["Location"]).text
    assert SAID not in page
    assert "已删除；下面是依规定仍然留存的内容" in page
    assert {"privacy.show", "privacy.erase"} <= set(actions(console))


def test_what_is_held_stays_and_the_page_says_so(console: RunningConsole) -> None:
    hears(console)
    holds(console)
    with console.client(Role.ADMIN) as client:
        where = client.send_form(HOME, f"{HOME}/people", user="rest:u1").headers["Location"]
        assert "有 1 条被依法留存" in client.get(where).text
        gone = client.send_form(where, f"{where}/erase")
        page = client.get(gone.headers["Location"]).text
    assert "有一部分被依法留存" in page
    assert SAID in page


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ANALYST])
def test_nobody_but_an_admin_sees_or_erases_a_person(console: RunningConsole, role: Role) -> None:
    hears(console)
    someone = console.services.hasher.user("rest", "u1").current
    with console.client(role) as client:
        assert client.get(f"{HOME}/people/{someone}").status_code == 403
        assert client.send_form(HOME, f"{HOME}/people/{someone}/erase").status_code == 403
        assert "个人查阅与删除" not in client.get(HOME).text
    assert actions(console) == []


def test_somebody_whom_nobody_can_find_is_said_in_words(console: RunningConsole) -> None:
    with console.client(Role.ADMIN) as client:
        assert client.send_form(HOME, f"{HOME}/people", user="u1").status_code == 422
        assert client.get(f"{HOME}/people/xyz").status_code == 404
        empty = client.get(f"{HOME}/people/{'0' * 32}")
    assert "没有留存这个人的任何内容" in empty.text


def test_the_map_of_duties_can_be_narrowed_down(console: RunningConsole) -> None:
    with console.client(Role.VIEWER) as client:
        whole, part = (
            client.get(f"/console/compliance{query}").text
            for query in ("", "?dimension=education&state=done")
        )
    assert whole.count("个人信息保护法") >= 10
    assert "统计触达" in part
    assert "个人信息保护法" not in part


def test_the_api_shows_and_erases_a_person_for_an_admin_alone(console: RunningConsole) -> None:
    hears(console)
    whom = {"user": "rest:u1"}
    with console.client() as client:
        key = {"Authorization": f"Bearer {TOKEN}"}
        terms = client.get("/api/privacy/retention", headers=key).json()["kinds"]
        duties = client.get("/api/compliance", headers=key).json()["duties"]
        for path in ("show", "erase"):
            assert client.post(f"/api/privacy/{path}", headers=key, json=whom).status_code == 403
    assert {"turns", "audit"} <= {kind["kind"] for kind in terms}
    assert len(duties) > 10
    with console.client(Role.ADMIN) as client:
        csrf = re.search(r'name="csrf" value="([0-9a-f]+)"', client.get(HOME).text)
        assert csrf is not None
        key = {CSRF_HEADER: csrf[1]}
        shown = client.post("/api/privacy/show", headers=key, json=whom).json()["records"]
        erased = client.post("/api/privacy/erase", headers=key, json=whom).json()
        wrong = client.post("/api/privacy/show", headers=key, json={"user": "u1"})
    assert SAID in [record["data"].get("said") for record in shown]
    assert erased["removed"]["turns"] == 1
    assert wrong.status_code == 400


def test_the_pages_fit_a_tablet_and_ask_before_they_erase(
    console: RunningConsole, browse: Callable[..., Page]
) -> None:
    hears(console)
    holds(console)
    someone = console.services.hasher.user("rest", "u1").current
    for path in (HOME, "/console/compliance", f"{HOME}/people/{someone}"):
        page = browse(path, Role.ADMIN, viewport=TABLET)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= TABLET["width"], path
    asked: list[str] = []

    def refuse(dialog: object) -> None:
        asked.append(dialog.message)  # type: ignore[attr-defined]
        dialog.dismiss()  # type: ignore[attr-defined]

    page.on("dialog", refuse)
    page.get_by_role("button", name="删除这个人的数据").click()
    assert asked == ["确定删除？删除后无法恢复。"]
    assert "privacy.erase" not in actions(console)
