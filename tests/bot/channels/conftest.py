"""A browser for the tests of the chat page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.bot.channels.chat_browser import Visit, chromium


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for the tests of a file."""
    with chromium() as running:
        yield running


@pytest.fixture
def visit(browser: Browser, running_service: str) -> Iterator[Callable[..., Visit]]:
    """``visit(**options)``: a page of its own, with the options of a browser context."""
    contexts = []

    def start(**options: Any) -> Visit:
        context = browser.new_context(**options)
        contexts.append(context)
        return Visit(context.new_page(), running_service)

    yield start
    for context in contexts:
        context.close()
