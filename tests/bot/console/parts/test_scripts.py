"""The pages of campaign scripts: drawing, play-through, approval."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from playwright.sync_api import Page

from bot.audit import AuditLog
from bot.staff.roles import Role
from tests.bot.campaigns.writing import SCRIPT, wording
from tests.bot.console.conftest import TABLET
from tests.bot.console.serving import TOKEN, RunningConsole, running_console

PLACE = "/console/scripts/sample"


@pytest.fixture
def console(tmp_path: Path) -> Iterator[RunningConsole]:
    """A console whose wording has one good script and one with a slip."""
    broken = SCRIPT.replace("id: sample", "id: other").replace("goto: worry", "goto: wory")
    folder = wording(tmp_path, sample=SCRIPT, other=broken)
    with running_console(tmp_path / "home", content=folder) as running:
        yield running


def _hash(page: httpx.Response) -> str:
    return page.text.split('name="hash" value="')[1].split('"')[0]


def test_the_list_tells_what_waits_and_what_is_wrong(console: RunningConsole) -> None:
    with console.client(Role.VIEWER) as client:
        page = client.get("/console/scripts").text
        assert "自称客服的来电" in page
        assert "草稿" in page
        other = client.get("/console/scripts/other").text
    assert "没有叫“wory”的步骤" in other
    assert "提交审批" not in other


def test_two_people_approve_a_wording_on_the_console(console: RunningConsole) -> None:
    with console.client(Role.ANALYST) as client:
        shown = client.get(PLACE)
        sent = client.send_form(PLACE, f"{PLACE}/submit", hash=_hash(shown), note="请看")
        assert sent.status_code == 303
        own = client.send_form(PLACE, f"{PLACE}/approve", hash=_hash(shown))
        assert own.status_code == 422
    with console.client(Role.ADMIN) as client:
        stale = client.send_form(PLACE, f"{PLACE}/approve", hash="0" * 64)
        assert stale.status_code == 409
        done = client.send_form(PLACE, f"{PLACE}/approve", hash=_hash(client.get(PLACE)))
        assert done.status_code == 303
        assert "可以推送" in client.get(PLACE).text
    with console.client() as client:
        listed = client.get("/api/scripts", headers={"Authorization": f"Bearer {TOKEN}"}).json()
    states = {each["id"]: each["state"] for each in listed["scripts"]}
    assert states == {"sample": "approved", "other": "draft"}
    actions = [entry.action for entry in AuditLog(console.services.ledger.reader).latest(20)]
    assert [each for each in actions if each.startswith("script.")] == [
        "script.approve",
        "script.submit",
    ]


def test_a_viewer_may_read_and_play_and_not_approve(console: RunningConsole) -> None:
    with console.client(Role.VIEWER) as client:
        assert "提交审批" not in client.get(PLACE).text
        assert client.get(f"{PLACE}/play").status_code == 200
        sent = client.send_form("/console/scripts", f"{PLACE}/submit", hash="x")
        assert sent.status_code == 403


def test_a_practice_is_played_with_buttons_and_free_words(console: RunningConsole) -> None:
    with console.client(Role.VIEWER) as client:
        page = client.get(f"{PLACE}/play?path=0.0.0&say={quote('我不转')}").text
        assert "+100 分" in page
        assert "换个人打来" in page
        end = client.get(f"{PLACE}/play?path=0.0.0.0.0").text
        assert "走完了：5 步，得分 100；摸底 100，检验 100。" in end
        unheard = client.get(f"{PLACE}/play?path=0&say={quote('今天天气不错')}").text
        assert "没有被听懂" in unheard
        for strange in ("path=9.9", "path=0.0.0.0.0.0.0", "variant=Z&path=x"):
            assert client.get(f"{PLACE}/play?{strange}").status_code == 200
        assert client.get("/console/scripts/other/play").status_code == 422
        assert client.get("/console/scripts/none").status_code == 404


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_fit_a_tablet_and_the_drawing_leads_to_the_steps(
    browse: Callable[..., Page], scheme: str
) -> None:
    page = browse(PLACE, viewport=TABLET, color_scheme=scheme)
    width = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert width <= 0
    page.locator("svg.script a[href='#step-safe']").click()
    assert page.url.endswith("#step-safe")
    page.goto(f"{PLACE}/play?path=1.1")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.get_by_role("link", name="1 · 屏幕不给任何人看").click()
    assert page.get_by_text("】收到的六位数字念给我").is_visible()
    page.get_by_label("用自己的话回答").fill("我不念")
    page.get_by_role("button", name="发送").click()
    assert page.get_by_text("】那您把钱转到安全账户").is_visible()
