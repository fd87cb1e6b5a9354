"""The pages of education campaigns."""

from __future__ import annotations

import sqlite3
from typing import Any, get_args

import pytest
from typer.testing import CliRunner

from actions.facts import BEIJING
from bot.audit import Actor
from bot.campaigns.library import Library
from bot.campaigns.push.audience import Recipient
from bot.campaigns.push.book import CampaignBook, Draft
from bot.campaigns.scripts import Script
from bot.campaigns.scripts_approval import ApprovalBook
from bot.cli.campaign import campaign_app
from bot.console.wording import Wording
from bot.outbound.message import Fate
from bot.outreach.policy import Reason
from bot.staff.roles import Role
from tests.bot.console.serving import TOKEN, RunningConsole

MAKER = Actor("somebody else")


def made(console: RunningConsole, people: int = 30) -> str:
    """A draft of an approved script, made by somebody else."""
    services, script = console.services, _script(console)
    approvals = ApprovalBook(services.ledger.reader, services.ledger.writer)
    console.run(approvals.submit(script, "x", Actor("x")))
    console.run(approvals.approve(script, "y", Actor("y")))
    book = CampaignBook(services.ledger.reader, services.ledger.writer, services.hasher)
    recipients = [
        Recipient(services.hasher.user("rest", f"p{n}"), "rest", f"p{n}", "north", "form")
        for n in range(people)
    ]
    return console.run(book.create(Draft("十一月演练", script), recipients, MAKER)).id


def played(console: RunningConsole, campaign: str, wording: str | None = None) -> None:
    """Half of them answer, and a third of those come to the end; ``wording`` is the hash of the script they saw."""
    wording = wording or _script(console).hash

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
            "SELECT 'p' || id, user, 'rest', 'fake_hotline', ?, campaign, queued_at, queued_at, "
            'finished_at, \'[{"step":"ring","choice":0,"score":0}]\', 0, 100, 50 '
            "FROM campaign_messages WHERE answered_at IS NOT NULL",
            (wording,),
        )

    console.run(console.services.ledger.writer.commit(unit))


def _script(console: RunningConsole) -> Script:
    services = console.services
    return Library.load(services.settings.content, services.content).scripts["fake_hotline"]


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
    assert "15/30, 33%–67%" in text


def test_answers_to_an_earlier_wording_are_not_shown_in_the_words_of_the_present_one(
    console: RunningConsole,
) -> None:
    id = made(console)
    played(console, id, wording="another")
    with console.client(Role.VIEWER) as client:
        text = client.get(f"/console/campaigns/{id}").text
    assert "关掉！别扣我的钱" not in text
    assert "旧版剧本的“ring”，第1项" in text


def test_the_api_tells_what_was_learnt(console: RunningConsole) -> None:
    id = made(console)
    played(console, id)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with console.client() as client:
        told = client.get(f"/api/campaigns/{id}/reach", headers=headers).json()
        assert (told["funnel"]["out"], told["funnel"]["answered"]) == (30, 15)
        assert (told["learnt"]["people"], told["learnt"]["gain"]) == (5, 100)
        assert [each["choice"] for each in told["mistakes"]] == [0]
        assert client.get("/api/campaigns/none/reach", headers=headers).status_code == 404


def test_the_list_shows_every_campaign_at_a_glance(console: RunningConsole) -> None:
    played(console, made(console))
    with console.client(Role.VIEWER) as client:
        rows = client.get("/console/campaigns?csv=campaigns").text.splitlines()
    assert rows[1].split(",")[3:] == ["30", "30", "15", "5", "0", "0→100（5人）"]


def test_every_reason_that_sending_gives_has_its_words(console: RunningConsole) -> None:
    words = Wording(console.services.settings.content).of("campaigns").names("reasons")
    fates = set(get_args(Fate)) - {"sent", "kept", "unknown"}
    assert {*get_args(Reason), *fates, "window_over", "erased", "cancelled", "wording"} <= set(
        words
    )


def test_the_report_of_a_month_is_the_same_on_the_page_and_in_the_terminal(
    console: RunningConsole, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = made(console)
    played(console, id)
    month = _month(console, id)
    monkeypatch.setenv("JINGZHONG_HOME", str(console.services.settings.home))
    html = CliRunner().invoke(campaign_app, ["report", "--month", month])
    assert html.exit_code == 0
    with console.client(Role.VIEWER) as client:
        address = f"/console/campaigns/report?month={month}"
        for text in (client.get(address).text, html.stdout):
            assert "十一月演练" in text
            assert "50% (15/30, 33%–67%)" in text
            assert "关掉！别扣我的钱" in text
            assert "口径和局限" in text
        csv = CliRunner().invoke(campaign_app, ["report", "--month", month, "-f", "csv"])
        assert csv.stdout.splitlines() == client.get(f"{address}&csv=education").text.splitlines()
    assert f"本月推送,十一月演练 ({id}),已作答,15,30,0.331" in csv.stdout


@pytest.mark.parametrize("month", ["11", "2026-13", "x"])
def test_a_month_that_is_none_is_refused_in_one_line(
    console: RunningConsole, monkeypatch: pytest.MonkeyPatch, month: str
) -> None:
    monkeypatch.setenv("JINGZHONG_HOME", str(console.services.settings.home))
    with console.client(Role.VIEWER) as client:
        assert client.get(f"/console/campaigns/report?month={month}").status_code == 404
    assert CliRunner().invoke(campaign_app, ["report", "--month", month]).exit_code == 2


def _month(console: RunningConsole, id: str) -> str:
    view = CampaignBook(
        console.services.ledger.reader, console.services.ledger.writer, console.services.hasher
    )
    return f"{view.need(id).created_at.astimezone(BEIJING):%Y-%m}"
