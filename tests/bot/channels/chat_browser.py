"""A real Chromium on the chat page, and what a person would do there."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Page, WebSocketRoute, expect, sync_playwright

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
DESKTOP = {"viewport": {"width": 1280, "height": 800}}
THREAT = "有人说能帮我停息挂账，要先交2000元"

SOCKET = "**/webhooks/chat/ws*"

expect.set_options(timeout=20_000)


@contextmanager
def chromium() -> Iterator[Browser]:
    """The installed Chromium; without one the tests fail, they are not skipped."""
    path = shutil.which("chromium")
    if path is None:
        pytest.fail("chromium is missing: apt-get install chromium fonts-noto-cjk", pytrace=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Visit:
    """One visit of the page; ``complaints`` are the errors of its console and scripts."""

    page: Page
    base_url: str
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("websocket", lambda socket: self.requests.append(socket.url))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on(
            "console",
            lambda message: message.type == "error" and self.complaints.append(message.text),
        )

    @property
    def config(self) -> dict[str, Any]:
        """What the server tells the page."""
        answer = httpx.get(f"{self.base_url}/webhooks/chat/config", trust_env=False)
        config = answer.json()
        assert isinstance(config, dict)
        return config

    def open(self) -> Visit:
        """Opens the page and waits until one can talk."""
        self.page.goto(self.base_url)
        expect(self.page.locator("#app")).to_have_attribute("data-connection", "online")
        return self

    def say(self, text: str) -> None:
        """Types a message and sends it by Enter."""
        self.page.locator("#input").fill(text)
        self.page.locator("#input").press("Enter")

    def expect_turns(self, user: int, assistant: int) -> None:
        """Waits for exactly so many turns of either side."""
        expect(self.page.locator(".turn.assistant")).to_have_count(assistant)
        expect(self.page.locator(".turn.user")).to_have_count(user)

    def reply(self, number: int = -1) -> str:
        """The text of one reply."""
        return self.page.locator(".turn.assistant").nth(number).inner_text()

    def typed(self) -> str:
        """What stands in the input."""
        return self.page.locator("#input").input_value()

    def hosts(self) -> set[str]:
        """All hosts that the page asked for anything."""
        return {urlsplit(url).netloc for url in self.requests}


class Line:
    """The wire between page and server: every message that was sent, and what happens to replies."""

    def __init__(self, visit: Visit) -> None:
        self.sent: list[dict[str, Any]] = []
        self.opened = 0
        self.cut_before_next_reply = False
        self.hold = False
        self.held: list[Callable[[], None]] = []
        visit.page.route_web_socket(SOCKET, self._connect)

    def _connect(self, page: WebSocketRoute) -> None:
        self.opened += 1
        server = page.connect_to_server()

        def up(frame: str | bytes) -> None:
            self.sent.append(json.loads(frame))
            server.send(frame)

        def down(frame: str | bytes) -> None:
            is_reply = json.loads(frame)["type"] == "reply"
            if is_reply and self.cut_before_next_reply:
                self.cut_before_next_reply = False
                page.close(code=1001)
            elif is_reply and self.hold:
                self.held.append(lambda: page.send(frame))
            else:
                page.send(frame)

        page.on_message(up)
        server.on_message(down)

    def ids(self) -> list[str]:
        """The ids of all messages, in the order in which they were sent."""
        return [message["message_id"] for message in self.sent]
