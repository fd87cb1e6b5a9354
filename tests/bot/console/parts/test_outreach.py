"""The page of warnings and questions, and its API."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from actions.plan import Followup, Signal, UserChange
from bot.audit import AuditLog
from bot.ledger.encoding import utc_now
from bot.ledger.events import TurnContext
from bot.ledger.ledger import TurnRecord
from bot.outbound.mailbox import MailboxSender
from bot.staff.roles import Role
from bot.users import Address
from tests.bot.console.conftest import TABLET
from tests.bot.console.serving import TOKEN, RunningConsole, running_console

GENERAL = "utter_outreach_general"


def turn(user: str, message: str, **fields: Any) -> TurnRecord:
    context = TurnContext("rest", user, f"rest:{user}", message, utc_now(), "model", "content")
    return TurnRecord(context, **fields)


@pytest.fixture
def console(tmp_path: Path) -> Iterator[RunningConsole]:
    """A console on which one borrower agreed to be asked again, and another can be reached."""
    with running_console(tmp_path / "home") as running:
        services = running.services
        services.senders.add(MailboxSender("rest", services.mailbox))
        told = turn("u1", "m1", signals=(Signal("loan_scam", 0.9, "considering"),))
        (signal,) = running.run(services.ledger.record(told))
        running.record(
            turn(
                "u1",
                "m2",
                change=UserChange(consent=True),
                followup=Followup(signal, "loan_scam"),
                address=Address("rest", "u1"),
                reach="u1",
            ),
            turn("u2", "m1", address=Address("rest", "u2"), change=UserChange(informed=True)),
        )
        yield running


def body(console: RunningConsole, user: str, **more: Any) -> dict[str, Any]:
    hashed = console.services.hasher.user("rest", user).current
    return {"user": hashed, "template": GENERAL, "idempotency_key": f"k-{user}", **more}


def test_a_program_warns_and_reads_why_not(console: RunningConsole) -> None:
    with console.client() as client:
        assert client.post("/api/outreach", json=body(console, "u1")).status_code == 401
        client.headers["Authorization"] = f"Bearer {TOKEN}"
        planned = client.post("/api/outreach", json=body(console, "u1"))
        assert planned.status_code == 200
        assert planned.json()["state"] == "planned"
        assert client.post("/api/outreach", json=body(console, "u1")).json() == planned.json()
        refused = client.post("/api/outreach", json=body(console, "u2")).json()
        assert (refused["state"], refused["reason"]) == ("refused", "no_consent")
        assert refused["line"] == "the borrower has not agreed, or took it back"
        own = {"template": GENERAL, "idempotency_key": "x", "channel": "rest", "user_id": "new"}
        consented = client.post("/api/outreach", json={**own, "consent_ref": "contract 3.2"})
        assert consented.json()["state"] == "planned"
        other = body(console, "u2", idempotency_key="k-u1")
        assert client.post("/api/outreach", json=other).status_code == 409
        wrong = body(console, "u1", template="utter_greet", idempotency_key="y")
        assert client.post("/api/outreach", json=wrong).status_code == 422
        assert client.post("/api/outreach", json={**own, "user": "0" * 32}).status_code == 400
        id = planned.json()["id"]
        assert client.get(f"/api/outreach/{id}").json() == planned.json()
        assert client.post(f"/api/outreach/{id}/cancel").json()["state"] == "cancelled"
        assert client.post(f"/api/outreach/{id}/cancel").status_code == 409
        assert client.get("/api/outreach/none").status_code == 404
        listed = client.get("/api/outreach", params={"kind": "followup"}).json()["outreach"]
        assert {each["step"] for each in listed} == {"24h", "72h"}
        assert "u1" not in {value for each in listed for value in each.values()}
        names = [each["name"] for each in client.get("/api/outreach/templates").json()["templates"]]
        assert GENERAL in names
        assert not any("followup" in name for name in names)
        figures = client.get("/api/outreach/figures").json()
        assert figures["questions"][0]["planned"] == 2
    entries = AuditLog(console.services.ledger.reader).latest(action="outreach.")
    assert next(each.action for each in entries) == "outreach.cancel"


def test_an_analyst_warns_and_takes_back_and_a_viewer_only_looks(console: RunningConsole) -> None:
    place = "/console/outreach"
    with console.client(Role.VIEWER) as client:
        assert 'action="/console/outreach/warn"' not in client.get(place).text
        form = {"user": "rest:u1", "template": GENERAL, "key": "k"}
        assert client.send_form(place, f"{place}/warn", **form).status_code == 403
    with console.client(Role.ANALYST) as client:
        shown = client.get(place).text
        assert "一天后" in shown
        assert ">u1<" not in shown
        sent = client.send_form(place, f"{place}/warn", **form)
        assert sent.status_code == 303
        one = sent.headers["location"].partition("?")[0]
        assert "撤回" in client.get(one).text
        assert client.send_form(one, f"{one}/cancel").status_code == 303
        assert "人工撤回" in client.get(one).text
        assert client.send_form(one, f"{one}/cancel").status_code == 409
        bad = {**form, "user": "somebody", "key": "k2"}
        assert "渠道:用户编号" in client.send_form(place, f"{place}/warn", **bad).text
        assert client.get(f"{place}/nothing").status_code == 404
        csv = client.get(place, params={"csv": "followups"}).text
        assert "全部,,,2,0,0,2," in csv


def test_the_share_stands_with_its_interval_and_what_it_rests_on(
    console: RunningConsole, browse: Callable[..., Page]
) -> None:
    at = datetime.now(timezone.utc).isoformat(timespec="microseconds").replace("+00:00", "Z")

    def unit(connection: Any) -> None:
        for number in range(20):
            answer = "stopped" if number < 14 else "went_on"
            connection.execute(
                "INSERT INTO outreach (id, kind, template, user, channel, address, code, step, signal, state, "
                "due_at, created_by, created_at, sent_at, delivered_at, answer, answered_at) VALUES "
                "(?1, 'followup', 't', 'h', 'rest', 'x', 'fake_hotline', '24h', ?1, 'sent', ?2, 'user', ?2, "
                "?2, ?2, ?3, ?2)",
                (f"q{number}", at, answer),
            )

    console.run(console.services.ledger.writer.commit(unit))
    page = browse("/console/outreach", Role.ANALYST, viewport=TABLET)
    assert "70%" in page.inner_text(".figures")
    assert "20 件有答复；95% 区间 48%–85%" in page.inner_text(".figures")
    assert page.locator("svg.interval").count() == 3
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
