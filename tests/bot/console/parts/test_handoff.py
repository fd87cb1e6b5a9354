"""The page of those who take over a chat, and its API."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from actions.plan import SurveyAnswer
from bot.audit import AuditLog
from bot.handoff.asking import SurveyTurn
from bot.outbound.mailbox import MailboxSender
from bot.staff.roles import Role
from tests.bot.console.conftest import TABLET
from tests.bot.console.serving import TOKEN, RunningConsole, running_console
from tests.bot.handoff.conftest import asks, says, ticket_of

PLACE = f"/console/handoff/{ticket_of('u1')}"
API = f"/api/handoffs/{ticket_of('u1')}"


@pytest.fixture
def console(tmp_path: Path) -> Iterator[RunningConsole]:
    """A console on whose queue two borrowers wait."""
    with running_console(tmp_path / "home") as running:
        services = running.services
        services.senders.add(MailboxSender("rest", services.mailbox))
        running.record(asks("u1"), asks("u2", after=5, reason="crisis"), says("u1", "在吗", "m2"))
        yield running


def test_the_list_has_who_must_be_taken_first_on_top_and_no_word_of_theirs(
    console: RunningConsole,
) -> None:
    with console.client(Role.VIEWER) as client:
        page = client.get("/console/handoff").text
        assert client.get(PLACE).status_code == 403
    assert page.index(ticket_of("u2")) < page.index(ticket_of("u1"))
    assert "情绪危机" in page
    assert "两千" not in page


def test_a_person_takes_over_answers_and_hands_back(console: RunningConsole) -> None:
    with console.client(Role.ANALYST) as client:
        shown = client.get(PLACE).text
        assert "我交了两千保证金" in shown
        assert "在吗" in shown
        assert client.send_form(PLACE, f"{PLACE}/answer", text="您好").status_code == 409
        assert client.send_form(PLACE, f"{PLACE}/take").status_code == 303
        wrong = client.send_form(PLACE, f"{PLACE}/answer", text="请打100 0000 1234")
        assert wrong.status_code == 422
        assert client.send_form(PLACE, f"{PLACE}/answer", text="您好，我在").status_code == 303
        assert "等用户再来时显示" in client.get(PLACE).text
    with console.client(Role.ADMIN) as other:
        assert "analyst 正在接待" in other.get(PLACE).text
        assert other.send_form(PLACE, f"{PLACE}/end").status_code == 409
    with console.client(Role.ANALYST) as client:
        assert client.send_form(PLACE, f"{PLACE}/end").status_code == 303
        assert client.get("/console/handoff/RG-none").status_code == 404
    mail = console.services.mailbox.waiting("rest", "u1")
    assert [one.bubbles[0]["text"][:10] for one in mail] == [
        "人工客服：您好，我在",
        "人工客服先说到这里，",
    ]


def test_an_institution_can_work_with_its_own_desk(console: RunningConsole) -> None:
    with console.client() as client:
        client.headers["Authorization"] = f"Bearer {TOKEN}"
        listed = client.get("/api/handoffs").json()["handoffs"]
        assert [each["ticket"] for each in listed] == [ticket_of("u2"), ticket_of("u1")]
        one = client.get(API).json()
        assert one["summary"]["threats"][0]["code"] == "loan_scam"
        assert [each["text"] for each in one["messages"]] == ["在吗"]
        assert client.post(f"{API}/answer", json={"text": "您好"}).status_code == 409
        assert client.post(f"{API}/take").json() == {"ticket": ticket_of("u1"), "delivery": None}
        assert client.post(f"{API}/answer", json={"text": "您好"}).json()["delivery"] == "kept"
        assert client.post(f"{API}/answer", json={"text": "打10000001234"}).status_code == 422
        assert client.post(f"{API}/end").json()["delivery"] == "kept"
        assert client.get("/api/handoffs/RG-none").status_code == 404
    entries = AuditLog(console.services.ledger.reader).latest(action="handoff.")
    assert [each.action for each in reversed(entries)] == [
        "handoff.read",
        "handoff.take",
        "handoff.answer",
        "handoff.end",
    ]


def test_the_page_shows_what_the_borrower_says_without_losing_what_is_being_written(
    console: RunningConsole, browse: Callable[..., Page]
) -> None:
    with console.client(Role.ANALYST) as client:
        client.send_form(PLACE, f"{PLACE}/take")
    page = browse(PLACE, Role.ANALYST, viewport=TABLET)
    page.fill("textarea[name=text]", "我正在写")
    console.record(says("u1", "还在吗", "m3"))
    expect(page.locator("#talk")).to_contain_text("还在吗", timeout=10_000)
    assert page.input_value("textarea[name=text]") == "我正在写"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_what_borrowers_say_of_it_is_filtered_and_looking_stands_in_the_audit(
    console: RunningConsole,
) -> None:
    with console.client(Role.ANALYST) as client:
        client.send_form(PLACE, f"{PLACE}/take")
        client.send_form(PLACE, f"{PLACE}/answer", text="您好，我在")
        client.send_form(PLACE, f"{PLACE}/end")
        [mail] = [
            one for one in console.services.mailbox.waiting("rest", "u1") if len(one.bubbles) > 1
        ]
        plan = SurveyAnswer("poor", mail.id, "态度差")
        answered = replace(asks("u1", 60, message_id="m3"), handoff=None)
        console.record(replace(answered, survey=SurveyTurn(plan, complains=True)))
        page = "/console/handoff/survey"
        assert "态度差" in client.get(f"{page}?which=complaint").text
        assert "态度差" not in client.get(f"{page}?which=commendation").text
        rows = client.get(f"{page}?csv=handoff-figures").text
        assert "在承诺时间内答复" in rows
    entries = AuditLog(console.services.ledger.reader).latest(action="handoff.survey.read")
    assert len(entries) == 1
    with console.client(Role.VIEWER) as viewer:
        assert viewer.get(page).status_code == 403
