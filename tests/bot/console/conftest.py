"""A console that runs, and browsers that are logged in to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from bot.staff.roles import Role
from tests.bot.channels.chat_browser import chromium
from tests.bot.console.serving import COOKIE, RunningConsole, running_console

LAPTOP = {"width": 1280, "height": 800}
TABLET = {"width": 820, "height": 1180}


@pytest.fixture
def console(tmp_path: Path) -> Iterator[RunningConsole]:
    """A console on an empty ledger of the test's own."""
    with running_console(tmp_path / "home") as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for the tests of a file."""
    with chromium() as running:
        yield running


@pytest.fixture
def browse(browser: Browser, console: RunningConsole) -> Iterator[Callable[..., Page]]:
    """``browse("/console/cases", Role.ANALYST)``: the page in Chromium, logged in; fails on any error of a script.

    Further options are those of a browser context, such as ``viewport=TABLET`` or ``java_script_enabled=False``.
    """
    contexts = []
    complaints: list[str] = []

    def open_page(path: str, role: Role = Role.ANALYST, **options: Any) -> Page:
        context = browser.new_context(
            base_url=console.url, locale="zh-CN", **{"viewport": LAPTOP, **options}
        )
        contexts.append(context)
        context.add_cookies([{"name": COOKIE, "value": console.session(role), "url": console.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: said.type == "error" and complaints.append(said.text))
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []
