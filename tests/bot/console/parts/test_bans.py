"""The list of bans with its button, and its API."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from bot.audit import AuditLog
from bot.staff.roles import Role
from tests.bot.console.serving import TOKEN, Client, RunningConsole

PLACE = "/console/bans"
NEW = {"user": "rest:u1", "hours": "24", "reason": "辱骂客服"}


def test_an_admin_bans_and_lifts_and_the_audit_says_so(console: RunningConsole) -> None:
    with console.client(Role.ADMIN) as client:
        assert client.send_form(PLACE, f"{PLACE}/add", **NEW).status_code == 303
        page = client.get(PLACE).text
        assert "辱骂客服" in page
        assert "限速中" in page
        assert client.send_form(PLACE, f"{PLACE}/1/lift").status_code == 303
        assert "已解除" in client.get(PLACE).text
        assert client.send_form(PLACE, f"{PLACE}/1/lift").status_code == 409
        assert client.send_form(PLACE, f"{PLACE}/9/lift").status_code == 404
    actions = [entry.action for entry in AuditLog(console.services.ledger.reader).latest()]
    assert actions[:2] == ["ban.lift", "ban.add"]


def test_others_than_admins_can_look_at_most(console: RunningConsole) -> None:
    with console.client(Role.ANALYST) as client:
        assert client.get(PLACE).status_code == 200
        assert "<form" not in client.get(PLACE).text.partition("<main")[2].partition("</main")[0]
        assert client.send_form("/console/cases", f"{PLACE}/add", **NEW).status_code == 403
    with console.client(Role.VIEWER) as client:
        assert client.get(PLACE).status_code == 403


@pytest.mark.parametrize(
    "wrong", [{"user": "somebody"}, {"hours": "999"}, {"reason": ""}, {"reason": "长" * 201}]
)
def test_a_wrong_form_bans_nobody(console: RunningConsole, wrong: dict[str, str]) -> None:
    with console.client(Role.ADMIN) as client:
        answer = client.send_form(PLACE, f"{PLACE}/add", **{**NEW, **wrong})
        assert answer.status_code == 422
        assert "目前没有被限速的账号" in client.get(PLACE).text


def csrf_of(client: Client) -> str:
    """The proof that a change was meant, as every form holds it."""
    found = re.search(r'name="csrf" value="([0-9a-f]+)"', client.get(PLACE).text)
    assert found is not None
    return found[1]


def test_the_api_does_the_same(console: RunningConsole) -> None:
    with console.client() as program:
        program.headers["Authorization"] = f"Bearer {TOKEN}"
        assert program.get("/api/bans").json() == {"bans": []}
        assert program.post("/api/bans/1/lift").status_code == 403
    with console.client(Role.ADMIN) as client:
        client.headers["X-CSRF-Token"] = csrf_of(client)
        made = client.post("/api/bans", json={"user": "rest:u1", "hours": 1, "reason": "刷屏"})
        assert made.status_code == 200, made.text
        assert (
            client.post("/api/bans", json={"user": "x", "hours": 1, "reason": "y"}).status_code
            == 422
        )
        assert [ban["in_force"] for ban in client.get("/api/bans").json()["bans"]] == [True]
        assert client.post(f"/api/bans/{made.json()['id']}/lift").json()["in_force"] is False
        assert client.post("/api/bans/77/lift").status_code == 404
        assert client.post("/api/bans/x/lift").status_code == 404


def test_the_button_asks_and_then_lifts(
    console: RunningConsole, browse: Callable[..., Page]
) -> None:
    with console.client(Role.ADMIN) as client:
        client.send_form(PLACE, f"{PLACE}/add", **NEW)
    page = browse(PLACE, Role.ADMIN)
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="解除").click()
    expect(page.get_by_text("已解除", exact=False).first).to_be_visible()
