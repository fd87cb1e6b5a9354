"""Every page of the navigation in a real browser: no error, nothing wider than the screen, usable by keyboard."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from bot.ledger.encoding import utc_now
from bot.staff.roles import Role
from tests.bot.console.conftest import LAPTOP, TABLET
from tests.bot.console.seeding import seeded_turns
from tests.bot.console.serving import PASSWORD, RunningConsole, running_console

Browse = Callable[..., Page]


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningConsole]:
    with running_console(tmp_path_factory.mktemp("pages")) as running:
        running.record(*seeded_turns(utc_now(), days=8, per_day=6))
        yield running


@pytest.fixture
def console(seeded: RunningConsole) -> RunningConsole:
    return seeded


@pytest.mark.parametrize("viewport", [LAPTOP, TABLET], ids=["laptop", "tablet"])
def test_every_page_of_the_navigation_fits_the_screen(browse: Browse, viewport: object) -> None:
    page = browse("/console", Role.ADMIN, viewport=viewport)
    links = page.locator(".side a").evaluate_all(
        "links => links.map(link => link.getAttribute('href'))"
    )
    assert len(links) >= 10
    for link in links:
        answer = page.goto(link)
        assert answer is not None
        assert answer.status == 200, link
        wide = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wide <= 0, f"{link} is {wide} pixels too wide"
        assert page.locator("h1").inner_text().strip(), link


def test_the_whole_navigation_stands_above_the_fold(browse: Browse) -> None:
    page = browse("/console", Role.ADMIN)
    expect(page.locator(".side a").last).to_be_in_viewport(ratio=1)


def test_a_person_logs_in_with_the_keyboard_alone(console: RunningConsole, browse: Browse) -> None:
    page = browse("/console")
    page.context.clear_cookies()
    page.goto("/console/signals")
    page.keyboard.type("admin")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/console/signals")


def test_the_first_tab_skips_to_the_content_and_shows_where_it_is(browse: Browse) -> None:
    page = browse("/console/signals")
    page.keyboard.press("Tab")
    skip = page.locator(".skip")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"


def test_a_new_signal_appears_on_the_list_by_itself(
    console: RunningConsole, browse: Browse
) -> None:
    page = browse("/console/signals")
    first = page.locator("tbody tr").first.inner_text()
    console.record(*seeded_turns(utc_now(), days=0, per_day=1, seed=99))
    expect(page.locator("tbody tr").first).not_to_have_text(first, timeout=15_000)
    expect(page.locator(".live")).not_to_have_class("live paused")


def test_a_filter_takes_effect_as_it_is_chosen_and_works_without_scripts(browse: Browse) -> None:
    page = browse("/console/signals")
    page.select_option("select[name=code]", "loan_scam")
    page.wait_for_url("**code=loan_scam**")
    expect(page.locator("td .code:not(.loan_scam)")).to_have_count(0)
    still = browse("/console/signals", java_script_enabled=False)
    still.select_option("select[name=code]", "loan_scam")
    still.click("form.filters button")
    assert "code=loan_scam" in still.url
    assert still.locator("td .loan_scam").count() > 0


def test_a_chart_tells_its_figures_to_the_pointer_and_to_the_arrow_keys(browse: Browse) -> None:
    page = browse("/console/trends")
    chart = page.locator(".chart").first
    strip = chart.locator("g").last
    strip.hover()
    tip = chart.locator(".tip")
    expect(tip).to_be_visible()
    expect(tip).to_contain_text("-")
    chart.locator("svg").focus()
    page.keyboard.press("ArrowRight")
    first = tip.inner_text()
    page.keyboard.press("ArrowRight")
    expect(tip).not_to_have_text(first)


def test_a_table_is_downloaded_whole_and_the_download_is_audited(
    console: RunningConsole, browse: Browse, tmp_path: Path
) -> None:
    page = browse("/console/signals", Role.ANALYST)
    with page.expect_download() as begun:
        page.click("a.csv")
    file = tmp_path / "signals.csv"
    begun.value.save_as(file)
    lines = file.read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == console.services.ledger.count() + 1
    with console.client(Role.ADMIN) as client:
        (newest,) = client.get("/api/audit?action=console.download&limit=1").json()["entries"]
    assert newest["actor"] == "analyst"
    assert newest["detail"]["rows"] == len(lines) - 1


def test_on_a_tablet_the_menu_leads_to_every_page(browse: Browse) -> None:
    page = browse("/console", viewport=TABLET)
    expect(page.locator(".side")).to_be_hidden()
    page.locator(".menu summary").press("Enter")
    page.locator(".menu a[href='/console/trends']").click()
    page.wait_for_url("**/console/trends")
