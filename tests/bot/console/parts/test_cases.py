"""The pages about cases, over HTTP and in Chromium, and the API."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone

import pytest
from playwright.sync_api import Page, expect

from bot.cases.builder import CaseBuilder
from bot.cases.cases import CaseView
from bot.cases.rules import load_rules
from bot.staff.roles import Role
from tests.bot.cases.conftest import telling
from tests.bot.console.serving import TOKEN, RunningConsole

PHONE, AGENCY = "phone:13800001234", "agency:恒信法务"
AT = datetime.now(timezone.utc) - timedelta(days=3)


class Book:
    """Cases behind a running console."""

    def __init__(self, console: RunningConsole) -> None:
        services = console.services
        self.console = console
        self.builder = CaseBuilder(
            services.ledger,
            services.ledger.writer,
            services.hasher,
            load_rules(services.settings.content),
        )
        self.view = CaseView(services.ledger.reader)

    def hears(self) -> Book:
        self.console.record(
            telling("u1", PHONE, "wechat:abc", agency="恒信法务（北京）", amounts=["3000"], at=AT),
            telling("u2", "phone:+86 138 0000 1234", platform="抖音", at=AT + timedelta(days=1)),
            telling("u3", "qq:123456", agency="恒信法务咨询有限公司", stage="paid", at=AT),
            telling("u4", "url:fake-loan.example", evidence="<script>alert(1)</script>", at=AT),
        )
        self.console.run(self.builder.build())
        return self

    def id(self, name: str) -> str:
        return self.view.find(name).id


@pytest.fixture
def book(console: RunningConsole) -> Book:
    return Book(console).hears()


def test_the_list_is_searched_narrowed_and_downloaded(console: RunningConsole, book: Book) -> None:
    with console.client(Role.VIEWER) as client:
        assert "+8613800001234" in client.get("/console/cases").text
        found = client.get("/console/cases", params={"q": "138 0000 1234", "csv": "cases"}).text
        assert "+8613800001234" in found
        assert "fake-loan.example" not in found
        none = client.get("/console/cases", params={"state": "confirmed", "owner": "me"}).text
        assert "没有符合条件的案件" in none
        everything = client.get("/console/cases", params={"owner": "nobody", "csv": "cases"}).text
        assert len(everything.splitlines()) == 1 + len(book.view.list())


def test_a_console_without_cases_says_how_they_come(console: RunningConsole) -> None:
    with console.client(Role.VIEWER) as client:
        assert "自动归案" in client.get("/console/cases").text
        assert client.get("/console/cases/" + "0" * 32).status_code == 404


def test_a_case_is_worked_on_with_forms(console: RunningConsole, book: Book) -> None:
    id = book.id(PHONE)
    page = f"/console/cases/{id}"
    with console.client(Role.ANALYST) as client:

        def sends(what: str, case: str = page, **fields: str) -> int:
            return int(client.send_form(page, f"{case}/{what}", **fields).status_code)

        assert sends("move", state="verifying", seen="new") == 303
        assert sends("move", state="confirmed", seen="new") == 409
        refused = client.send_form(page, f"{page}/move", state="false_alarm", seen="verifying")
        assert (refused.status_code, "写明理由" in refused.text) == (422, True)
        assert sends("assign", owner="wang") == 303
        assert sends("describe", title="一号", region="广东") == 303
        assert sends("notes", note="身份证11010519491231002X，已回访") == 303
        noted = client.get(page).text
        assert "已回访" in noted
        assert "11010519491231002X" not in noted
        assert sends("merge", other=AGENCY) == 303
        agency = next(c.home for c in book.view.contacts(id) if c.home != id)
        assert client.get(f"/console/cases/{agency}").headers["location"] == page
        assert sends("unmerge", f"/console/cases/{agency}") == 303
        assert sends("merge", other="qq:999999") == 404
    case = book.view.find(PHONE)
    assert (case.state, case.owner, case.title, case.region) == (
        "verifying",
        "wang",
        "一号",
        "广东",
    )
    assert book.view.log(id)[0].actor == "analyst"


def test_whoever_may_only_look_changes_nothing(console: RunningConsole, book: Book) -> None:
    page = f"/console/cases/{book.id(PHONE)}"
    with console.client(Role.VIEWER) as client:
        assert "/move" not in client.get(page).text
        sent = client.send_form("/console/cases", f"{page}/move", state="verifying", seen="new")
        assert sent.status_code == 403
    assert book.view.find(PHONE).state == "new"


def test_what_users_wrote_stays_text(console: RunningConsole, book: Book) -> None:
    with console.client(Role.VIEWER) as client:
        page = client.get(f"/console/cases/{book.id('url:fake-loan.example')}").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_a_person_finds_a_case_sees_its_links_and_moves_it_on(
    console: RunningConsole, book: Book, browse: Callable[..., Page]
) -> None:
    page = browse("/console/cases", Role.ANALYST)
    page.get_by_role("searchbox").fill("138-0000-1234")
    page.get_by_role("searchbox").press("Enter")
    page.get_by_role("link", name="+8613800001234").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("+8613800001234")
    expect(page.locator(".graph .node")).to_have_count(4)
    expect(page.get_by_role("region", name="可能有关", exact=True)).to_contain_text(
        "1 人在同一条消息里提到"
    )
    page.get_by_role("button", name="转为核实中").click()
    expect(page.get_by_text("状态已更新")).to_be_visible()
    expect(page.get_by_role("button", name="转为误报")).to_be_visible()
    assert book.view.find(PHONE).state == "verifying"


def test_the_api_lists_shows_and_changes(console: RunningConsole, book: Book) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with console.client() as client:
        listed = client.get("/api/cases", params={"limit": 2}, headers=headers).json()
        assert len(listed["cases"]) == 2
        rest = client.get(
            "/api/cases", params={"limit": 50, "after": listed["next"]}, headers=headers
        ).json()
        assert len(rest["cases"]) == len(book.view.list()) - 2
        assert rest["next"] is None
        where = f"/api/cases/{book.id(PHONE)}"
        whole = client.get(where, headers=headers).json()
        assert (whole["reporters"], whole["amounts"]["largest"]) == (2, "3000")
        assert {link["with"] for link in whole["links"]} >= {AGENCY, "wechat:abc"}
        body = {"state": "verifying", "seen": "new"}
        moved = client.post(f"{where}/move", json=body, headers=headers)
        assert (moved.status_code, moved.json()["state"]) == (200, "verifying")
        assert client.post(f"{where}/move", json=body, headers=headers).status_code == 409
        assert client.post(f"{where}/notes", json={"note": " "}, headers=headers).status_code == 422
        other = {"other": book.id(AGENCY)}
        assert client.post(f"{where}/merge", json=other, headers=headers).json()["reporters"] == 3
        nobody = {"other": "0" * 32}
        assert client.post(f"{where}/merge", json=nobody, headers=headers).status_code == 404
        states = client.get("/api/case-states", headers=headers).json()["states"]
        assert states["verifying"] == {"cases": 1, "overdue": 0}
    assert book.view.log(book.id(PHONE))[0].actor == "api"
