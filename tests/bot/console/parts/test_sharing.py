"""The pages about sharing, over HTTP and in Chromium."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

import pytest
from playwright.sync_api import Page

from bot.audit import Actor
from bot.cases.builder import CaseBuilder
from bot.cases.cases import CaseBook
from bot.cases.contacts import ContactKey
from bot.cases.rules import load_rules
from bot.sharing.opening import open_partner_book
from bot.staff.roles import Role
from tests.bot.cases.conftest import telling
from tests.bot.console.conftest import TABLET
from tests.bot.console.serving import TOKEN, RunningConsole

LI = Actor("li")
CONTACTS = ("url:scam.example", "phone:+862100001234", "url:loans.example")
AT = datetime.now(timezone.utc) - timedelta(days=3)


class Alliance:
    """Confirmed cases behind a running console."""

    def __init__(self, console: RunningConsole) -> None:
        self.console = console
        ledger = console.services.ledger
        rules = load_rules(console.services.settings.content)
        self.book = CaseBook(ledger.reader, ledger.writer, "/jingzhong/demo", rules=rules)
        builder = CaseBuilder(ledger, ledger.writer, console.services.hasher, rules)
        console.record(*(telling("u1", contact, message=contact, at=AT) for contact in CONTACTS))
        console.run(builder.build())
        for contact in CONTACTS:
            self.moves(contact, "verifying", "confirmed")

    def moves(self, contact: str, *states: str) -> None:
        case = self.book.of(ContactKey.parse(contact))
        assert case is not None
        for state in states:
            self.console.run(self.book.move(case.id, state, LI, "核实"))

    def exports(self, **fields: str) -> str:
        """Exports as an administrator does in the browser."""
        given = {
            "to": "甲方",
            "format": "stix",
            "tlp": "amber+strict",
            "what": "everything",
            **fields,
        }
        with self.console.client(Role.ADMIN) as client:
            done = client.send_form("/console/sharing/pending", "/console/sharing/export", **given)
        assert done.status_code == 200, done.text
        return done.text

    def entries(self) -> list[dict[str, str]]:
        with self.console.client() as client:
            answer = client.get(
                "/api/sharing/entries", headers={"Authorization": f"Bearer {TOKEN}"}
            )
        assert answer.status_code == 200, answer.text
        found: list[dict[str, str]] = answer.json()["entries"]
        return found


@pytest.fixture
def alliance(console: RunningConsole) -> Alliance:
    return Alliance(console)


def test_what_would_leave_is_shown_and_exported_by_an_administrator_alone(
    alliance: Alliance,
) -> None:
    with alliance.console.client(Role.ANALYST) as client:
        page = client.get("/console/sharing/pending").text
        assert all(contact.split(":")[1] in page for contact in CONTACTS)
        refused = client.send_form("/console/sharing/pending", "/console/sharing/export", to="甲方")
        assert refused.status_code == 403
    bundle = json.loads(alliance.exports())
    assert sum(item["type"] == "indicator" for item in bundle["objects"]) == 3
    assert len(alliance.entries()) == 3


def test_an_entry_is_taken_back_with_a_reason_of_the_rules(alliance: Alliance) -> None:
    alliance.exports()
    entry = next(e for e in alliance.entries() if e["contact"] == CONTACTS[0])
    page = f"/console/sharing/entries/{entry['id']}"
    with alliance.console.client(Role.ANALYST) as client:
        assert client.send_form(page, f"{page}/retract", reason="因为").status_code == 422
        done = client.send_form(page, f"{page}/retract", reason="wrong_contact")
        assert done.status_code == 303
        shown = client.get(done.headers["location"]).text
        assert "联系方式登记有误" in shown
        assert (
            client.send_form(
                "/console/sharing/pending", f"{page}/retract", reason="wrong_contact"
            ).status_code
            == 409
        )
    with alliance.console.client(Role.VIEWER) as client:
        assert (
            client.send_form("/console", f"{page}/retract", reason="wrong_contact").status_code
            == 403
        )
    assert '"revoked":true' in alliance.exports(what="changes")


def test_a_contact_is_kept_home_and_released(alliance: Alliance) -> None:
    pending = "/console/sharing/pending"
    with alliance.console.client(Role.ANALYST) as client:
        kept = client.send_form(
            pending, "/console/sharing/withhold", contact=CONTACTS[0], reason="impersonated"
        )
        assert kept.status_code == 303
        assert (
            client.send_form(
                pending, "/console/sharing/withhold", contact="鸽子", reason="impersonated"
            ).status_code
            == 422
        )
        alliance.exports()
        assert len(alliance.entries()) == 2
        assert (
            client.send_form(pending, "/console/sharing/release", contact=CONTACTS[0]).status_code
            == 303
        )
        assert (
            client.send_form(pending, "/console/sharing/release", contact=CONTACTS[0]).status_code
            == 409
        )


def test_every_table_can_be_downloaded(alliance: Alliance) -> None:
    alliance.exports()
    with alliance.console.client(Role.VIEWER) as client:
        for path, table in (
            ("/console/sharing", "shared"),
            ("/console/sharing/pending", "pending"),
            ("/console/sharing/partners", "partners"),
            ("/console/sharing/log", "log"),
        ):
            answer = client.get(f"{path}?csv={table}")
            assert answer.headers["content-type"].startswith("text/csv"), path


def test_an_empty_console_says_what_to_do(console: RunningConsole) -> None:
    with console.client(Role.VIEWER) as client:
        for path in ("", "/pending", "/partners", "/log"):
            answer = client.get(f"/console/sharing{path}")
            assert answer.status_code == 200
            assert 'class="empty"' in answer.text
        assert client.get("/console/sharing/entries/none").status_code == 404


def test_the_api_takes_an_entry_back_and_says_why_it_cannot(alliance: Alliance) -> None:
    alliance.exports()
    id = alliance.entries()[0]["id"]
    with alliance.console.client() as client:
        client.headers["Authorization"] = f"Bearer {TOKEN}"
        path = f"/api/sharing/entries/{id}/retract"
        assert client.post(path, json={"reason": "nonsense"}).status_code == 422
        assert (
            client.post(
                "/api/sharing/entries/x/retract", json={"reason": "false_alarm"}
            ).status_code
            == 404
        )
        assert client.post(path, json={"reason": "false_alarm"}).json()["status"] == "retracted"
        assert client.post(path, json={"reason": "false_alarm"}).status_code == 409
        assert client.get("/api/sharing/exports").json()["exports"][0]["recipient"] == "甲方"
        assert client.get("/api/sharing/partners").json() == {"partners": []}


def test_pages_work_in_a_browser_on_a_laptop_and_on_a_tablet(
    alliance: Alliance, browse: Callable[..., Page]
) -> None:
    services = alliance.console.services
    partners = open_partner_book(services.settings, services.ledger.reader, services.ledger.writer)
    rows = "".join(f"listed{n}.example,url\n" for n in range(40))
    alliance.console.run(
        partners.add_list("list.csv", f"signal,kind\n{rows}".encode(), "青禾银行（示例）", 90, LI)
    )
    alliance.exports()
    alliance.moves(CONTACTS[2], "false_alarm")

    page = browse("/console/sharing/pending", Role.ADMIN)
    page.on("dialog", lambda dialog: dialog.accept())
    assert page.get_by_text("撤回", exact=True).first.is_visible()
    with page.expect_download() as started:
        page.get_by_role("button", name="导出文件").click()
    assert started.value.suggested_filename.startswith("jingzhong-stix-")

    page = browse("/console/sharing", Role.ANALYST)
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("link", name="scam.example").click()
    page.get_by_role("button", name="撤回").click()
    page.wait_for_selector(".said")
    assert page.get_by_text("已撤回", exact=True).first.is_visible()

    for path in ("", "/pending", "/partners", "/log"):
        page = browse(f"/console/sharing{path}", Role.ADMIN, viewport=TABLET)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
