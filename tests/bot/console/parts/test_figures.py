"""Overview, trends, reconciliation, report and audit: the figures are those of the ledger."""

from __future__ import annotations

import re
from datetime import timedelta, timezone
from pathlib import Path

import pytest

from actions.facts import BEIJING
from bot.console.charts import Bar, funnel
from bot.console.month import false_alarm_cell
from bot.console.wording import Wording
from bot.feedback.rates import Rate
from bot.ledger.encoding import utc_now
from bot.staff.roles import Role
from tests.bot.console.seeding import seeded_turns
from tests.bot.console.serving import TOKEN, RunningConsole

BEARER = {"Authorization": f"Bearer {TOKEN}"}


def test_overview_trends_and_report_count_the_same_signals(console: RunningConsole) -> None:
    turns = seeded_turns(utc_now(), days=3, per_day=5)
    console.record(*turns)
    today = utc_now().astimezone(BEIJING).date()
    days = [turn.context.received_at.astimezone(BEIJING).date() for turn in turns]
    with console.client() as client:
        client.headers.update(BEARER)
        overview = client.get("/api/overview").json()
        assert overview["signals"] == days.count(today) == sum(overview["codes"].values())
        for by in ("code", "channel", "stage"):
            trend = client.get(f"/api/trends?by={by}&days=10").json()["days"]
            assert sum(sum(counts.values()) for counts in trend.values()) == len(turns)
        months = {f"{day:%Y-%m}" for day in days}
        reports = [client.get(f"/api/report?month={month}").json() for month in months]
        assert sum(report["reconciliation"]["signals"] for report in reports) == len(turns)
        reconciled = client.get("/api/reconciliation?days=30").json()
        assert reconciled["signals"] == len(turns)
        assert [check["gap"] for check in reconciled["checks"]] == [0] * 5
        assert reconciled["educated"] is None


def test_empty_pages_say_so(console: RunningConsole) -> None:
    with console.client(Role.ADMIN) as client:
        for path in ("/console", "/console/trends", "/console/signals", "/console/report"):
            page = client.get(path)
            assert page.status_code == 200
            assert 'class="empty"' in page.text, path
        reconciliation = client.get("/console/reconciliation").text
        assert "全部相符" in reconciliation
        assert "尚未开展宣教活动" in reconciliation


def test_the_report_opens_on_the_month_before_only_when_that_had_signals(
    console: RunningConsole,
) -> None:
    today = utc_now()
    ended = today.astimezone(BEIJING).replace(day=1) - timedelta(days=1)
    with console.client(Role.VIEWER) as client:
        assert f"{today.astimezone(BEIJING):%Y-%m} 运营月报" in client.get("/console/report").text
        console.record(*seeded_turns(ended.astimezone(timezone.utc), days=1, per_day=3))
        assert f"{ended:%Y-%m} 运营月报" in client.get("/console/report").text


@pytest.mark.parametrize(("judged", "shown"), [(0, None), (1, None), (4, None), (5, 0.4)])
def test_a_share_of_false_alarms_stands_on_five_signals(judged: int, shown: float | None) -> None:
    words = Wording(Path("content")).of("report")
    cell = false_alarm_cell(words, Rate("all", "all", 9, judged, min(judged, 2), 0))
    assert cell.value == shown
    assert cell.html == (f"{min(judged, 2)}/{judged}" if 0 < judged < 5 else None)


def test_steps_show_their_share_of_all() -> None:
    drawn = funnel([Bar("a", 1), Bar("b", 0), Bar("c", 3)], title="t")
    assert re.findall(r"\d+%", drawn) == ["25%", "0%", "75%"]
    assert "%" not in funnel([Bar("a", 0)], title="t")


def test_a_month_that_is_none_is_refused_in_words(console: RunningConsole) -> None:
    with console.client(Role.VIEWER) as client:
        assert client.get("/console/report?month=2026-13").status_code == 422
        assert client.get("/console/report?month=November").status_code == 422


def test_an_admin_makes_accounts_and_finds_it_in_the_audit(console: RunningConsole) -> None:
    form = {"name": "王芳", "role": "viewer", "password": "a long enough password"}
    with console.client(Role.ADMIN) as client:
        made = client.send_form("/console/staff", "/console/staff/add", **form)
        assert made.headers["location"].startswith("/console/staff")
        assert "王芳" in client.get(made.headers["location"]).text
        twice = client.send_form("/console/staff", "/console/staff/add", **form)
        assert twice.status_code == 422
        assert "已有同名账号" in twice.text
        page = client.get("/console/audit?action=staff.&subject=王芳&verify=1").text
        assert "staff.add" in page
        assert "封接完好" in page
        assert form["password"] not in page
