"""The radar's pages as people use them, and its API."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from playwright.sync_api import Page

from actions.plan import Contact
from bot.audit import AuditLog
from bot.ledger.database import Reader, database_path
from bot.ledger.encoding import utc_now
from bot.ledger.events import event_source
from bot.radar.book import Alert, AlertBook
from bot.radar.radar import Radar
from bot.staff.roles import Role
from tests.bot.console.conftest import TABLET
from tests.bot.console.serving import TOKEN, RunningConsole
from tests.bot.radar.waves import NOW, moved, ordinary, record, wave

Browse = Callable[..., Page]
HOME = "/console/radar"


def look(console: RunningConsole, now: datetime) -> list[Alert]:
    services = console.services
    reader = Reader(database_path(services.settings.home))
    source = event_source(services.content.short_name)
    raised = console.run(Radar(reader, services.ledger.writer, source, lambda: now).round())
    alerts = [AlertBook(reader).get(id) for id in raised]
    reader.close()
    return [alert for alert in alerts if alert]


@pytest.fixture
def alerts(console: RunningConsole) -> list[Alert]:
    """A wave about a number that names an agency too, and one about another agency, both of these days."""
    shift = utc_now() - NOW
    phone = Contact("phone", "+8613800001234", "138 0000 1234")
    turns = (
        ordinary()
        + wave(14, contact=phone, agency="恒信优选")
        + wave(8, contact=None, agency="安债通", name="v")
    )
    console.run(record(console.services.ledger, [moved(turn, shift) for turn in turns]))
    found = look(console, utc_now())
    assert len(found) == 2
    return sorted(found, key=lambda alert: -alert.main.reporters)


def test_the_list_shows_what_rises_and_how(console: RunningConsole, alerts: list[Alert]) -> None:
    with console.client(Role.VIEWER) as client:
        page = client.get(HOME)
    assert page.status_code == 200
    assert "+8613800001234" in page.text
    assert "安债通" in page.text
    assert "另有 1 项同时上升" in page.text
    assert page.text.count('class="spark') == 2


def test_before_there_is_a_past_the_list_says_so(console: RunningConsole) -> None:
    with console.client(Role.VIEWER) as client:
        page = client.get(HOME).text
    assert "满五周后雷达自动开始提示" in page
    assert "没有提示" in page


def test_the_list_can_be_narrowed_and_downloaded(
    console: RunningConsole, alerts: list[Alert]
) -> None:
    with console.client(Role.VIEWER) as client:
        page = client.get(HOME, params={"kind": "agency"}).text
        assert "安债通" in page
        assert "+8613800001234" not in page
        assert "没有符合条件的提示" in client.get(HOME, params={"state": "dismissed"}).text
        table = client.get(HOME, params={"csv": "radar"})
    lines = table.text.splitlines()
    assert len(lines) == 3
    assert "+8613800001234" in table.text
    assert alerts[0].id in table.text


def test_an_alert_explains_itself(console: RunningConsole, alerts: list[Alert]) -> None:
    with console.client(Role.VIEWER) as client:
        page = client.get(f"{HOME}/{alerts[0].id}").text
    for part in (
        "电话“+8613800001234”",
        "被 14 人反映",
        "之前十二周没有人提过",
        "机构“恒信优选”（14 人）",
        "是否属实由人核实",
        "停息挂账",
    ):
        assert part in page


def test_an_analyst_dismisses_with_a_reason_and_the_audit_knows(
    console: RunningConsole, alerts: list[Alert]
) -> None:
    place = f"{HOME}/{alerts[0].id}"
    with console.client(Role.ANALYST) as client:
        answer = client.send_form(place, f"{place}/dismiss", reason="媒体报道，已核实")
        assert answer.status_code == 303
        page = client.get(answer.headers["Location"]).text
    assert "已搁置，理由已留存" in page
    assert "媒体报道，已核实" in page
    (entry,) = AuditLog(console.services.ledger.reader).latest(action="radar.")
    assert (entry.action, entry.subject) == ("radar.dismissed", alerts[0].id)
    assert entry.actor == "analyst"


def test_who_comes_second_hears_so(console: RunningConsole, alerts: list[Alert]) -> None:
    place = f"{HOME}/{alerts[0].id}"
    with console.client(Role.ANALYST) as client:
        assert client.send_form(place, f"{place}/seen").status_code == 303
        again = client.send_form(place, f"{place}/seen")
    assert again.status_code == 409
    assert "已有同事处理过" in again.text


def test_a_viewer_changes_nothing(console: RunningConsole, alerts: list[Alert]) -> None:
    place = f"{HOME}/{alerts[0].id}"
    with console.client(Role.VIEWER) as client:
        assert "搁置的理由" not in client.get(place).text
        assert client.send_form(place, f"{place}/dismiss", reason="x").status_code == 403
        assert client.get(f"{HOME}/{'0' * 32}").status_code == 404


def test_the_api_lists_shows_and_dismisses(console: RunningConsole, alerts: list[Alert]) -> None:
    with console.client() as client:
        client.headers["Authorization"] = f"Bearer {TOKEN}"
        listed = client.get("/api/radar/alerts", params={"state": "new"}).json()["alerts"]
        assert {alert["id"] for alert in listed} == {alert.id for alert in alerts}
        one = f"/api/radar/alerts/{alerts[0].id}"
        assert client.get(one).json()["risings"][0]["value"] == "+8613800001234"
        dismissed = client.post(f"{one}/dismiss", json={"reason": "已核实"})
        assert (dismissed.status_code, dismissed.json()["state"]) == (200, "dismissed")
        assert client.post(f"{one}/dismiss", json={"reason": "已核实"}).status_code == 409
        assert client.post(f"{one}/dismiss", json={"reason": " "}).status_code == 422
        assert client.post(f"{one}x/seen").status_code == 404


def test_in_a_browser_an_alert_is_opened_and_marked(
    browse: Browse, console: RunningConsole, alerts: list[Alert]
) -> None:
    page = browse(HOME, Role.ANALYST)
    page.get_by_role("link", name="+8613800001234").click()
    assert page.get_by_role("heading", level=1).inner_text() == "电话“+8613800001234”被集中反映"
    page.get_by_role("button", name="记为看过").click()
    assert page.get_by_text("已记为看过。").is_visible()
    page.get_by_label("搁置的理由").fill("已核实无害")
    page.get_by_role("button", name="搁置").click()
    assert page.get_by_text("已核实无害").first.is_visible()


@pytest.mark.parametrize("path", ["", "/{id}"])
def test_the_pages_fit_a_tablet(
    browse: Browse, console: RunningConsole, alerts: list[Alert], path: str
) -> None:
    page = browse(HOME + path.format(id=alerts[0].id), Role.ANALYST, viewport=TABLET)
    assert page.evaluate("document.documentElement.scrollWidth") <= 820
