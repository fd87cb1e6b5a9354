"""The pages of education campaigns."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.audit import Actor
from bot.campaigns.library import Library
from bot.campaigns.push.audience import Recipient
from bot.campaigns.push.book import CampaignBook, Draft
from bot.campaigns.scripts_approval import ApprovalBook
from bot.cli.campaign import campaign_app
from bot.staff.roles import Role
from tests.bot.console.serving import TOKEN, RunningConsole

MAKER = Actor("somebody else")


def made(console: RunningConsole, people: int = 30) -> str:
    """A draft of an approved script, made by somebody else."""
    services = console.services
    library = Library.load(services.settings.content, services.content)
    script = library.scripts["fake_hotline"]
    approvals = ApprovalBook(services.ledger.reader, services.ledger.writer)
    console.run(approvals.submit(script, "x", Actor("x")))
    console.run(approvals.approve(script, "y", Actor("y")))
    book = CampaignBook(services.ledger.reader, services.ledger.writer, services.hasher)
    recipients = [
        Recipient(services.hasher.user("rest", f"p{n}"), "rest", f"p{n}", "north", "form")
        for n in range(people)
    ]
    return console.run(book.create(Draft("十一月演练", script), recipients, MAKER)).id


def played(console: RunningConsole, campaign: str) -> None:
    """Half of them answer, and a third comes to the end."""

    def unit(connection: sqlite3.Connection) -> None:
        connection.execute(
            "UPDATE campaign_messages SET state = 'sent', sent_at = queued_at, "
            "delivered_at = CASE WHEN id % 2 THEN queued_at END, "
            "read_at = CASE WHEN id % 2 THEN queued_at END, "
            "answered_at = CASE WHEN id % 2 THEN queued_at END, "
            "finished_at = CASE WHEN id % 6 = 1 THEN queued_at END"
        )
        connection.execute(
            "INSERT INTO practices (id, user, channel, script, hash, campaign, started_at, "
            "answered_at, finished_at, answers, score_before, score_after, score) "
            "SELECT 'p' || id, user, 'rest', 'fake_hotline', 'h', campaign, queued_at, queued_at, "
            'finished_at, \'[{"step":"ring","choice":0,"score":0}]\', 0, 100, 50 '
            "FROM campaign_messages WHERE answered_at IS NOT NULL"
        )

    console.run(console.services.ledger.writer.commit(unit))


def test_a_campaign_is_approved_by_another_person_and_started(console: RunningConsole) -> None:
    id = made(console)
    page = f"/console/campaigns/{id}"
    with console.client(Role.ANALYST) as client:
        assert "十一月演练" in client.get("/console/campaigns").text
        client.send_form(page, f"{page}/move", move="approve")
        assert client.send_form(page, f"{page}/move", move="start").status_code == 303
        assert "待发" in client.get(page).text
        client.send_form(page, f"{page}/move", move="pause")
        client.send_form(page, f"{page}/move", move="cancel")
        assert client.get(f"/api/campaigns/{id}").json()["state"] == "cancelled"


def test_a_viewer_decides_nothing(console: RunningConsole) -> None:
    id = made(console)
    with console.client(Role.VIEWER) as client:
        assert 'name="move"' not in client.get(f"/console/campaigns/{id}").text


def test_the_api_tells_how_far_it_got(console: RunningConsole) -> None:
    id = made(console)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with console.client() as client:
        [told] = client.get("/api/campaigns", headers=headers).json()["campaigns"]
        assert (told["id"], told["messages"]) == (id, {"queued": 30})
        assert client.get("/api/campaigns/none", headers=headers).status_code == 404


def test_the_page_shows_the_funnel_what_was_learnt_and_the_mistakes(
    console: RunningConsole, browse: Any
) -> None:
    id = made(console)
    played(console, id)
    page = browse(f"/console/campaigns/{id}", Role.ANALYST)
    text = page.inner_text("main")
    assert "5人前后都答了：平均从0分到100分" in text
    assert "关掉！别扣我的钱" in text
    assert "50% (33%–67%)" in text


def test_the_report_of_a_month_is_the_same_on_the_page_and_in_the_terminal(
    console: RunningConsole, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = made(console)
    played(console, id)
    month = _month(console, id)
    with console.client(Role.VIEWER) as client:
        page = client.get(f"/console/campaigns/report?month={month}").text
        assert "十一月演练" in page
        assert client.get("/console/campaigns/report?month=x").status_code == 404
    monkeypatch.setenv("JINGZHONG_HOME", str(console.services.settings.home))
    html = CliRunner().invoke(campaign_app, ["report", "--month", month])
    assert html.exit_code == 0
    assert "十一月演练" in html.stdout
    csv = CliRunner().invoke(campaign_app, ["report", "--month", month, "-f", "csv"])
    assert "十一月演练" in csv.stdout
    wrong = CliRunner().invoke(campaign_app, ["report", "--month", "11"])
    assert wrong.exit_code == 2


def _month(console: RunningConsole, id: str) -> str:
    view = CampaignBook(
        console.services.ledger.reader, console.services.ledger.writer, console.services.hasher
    )
    return f"{view.need(id).created_at:%Y-%m}"
