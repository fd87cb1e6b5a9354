"""The widget on a page of another origin, in a real Chromium, with tokens that a backend signed."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, WebSocket, expect

from tests.bot.channels.app.backend import token
from tests.bot.channels.chat_browser import DESKTOP, PHONE
from tests.bot.channels.widget_serving import ChatService, Host

OPEN = "Jingzhong.open({token: window.token})"


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    running = Host()
    yield running
    running.close()


@pytest.fixture(scope="module")
def chat(host: Host, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChatService]:
    running = ChatService(tmp_path_factory.mktemp("widget"), host.origin)
    host.service = running.base_url
    yield running
    running.close()


@pytest.fixture
def visit(browser: Browser, chat: ChatService, host: Host) -> Iterator[Callable[..., Page]]:
    host.service = chat.base_url
    host.user = f"user-{time.monotonic_ns()}"
    host.sign = lambda: token(host.user)
    contexts = []

    def start(**options: Any) -> Page:
        context = browser.new_context(**(options or DESKTOP))
        contexts.append(context)
        page = context.new_page()
        page.goto(host.origin)
        return page

    yield start
    for context in contexts:
        context.close()


def frame(page: Page) -> Any:
    return page.frame_locator("iframe")


def opened(page: Page) -> Any:
    page.evaluate(OPEN)
    inside = frame(page)
    expect(inside.locator("#app")).to_have_attribute("data-connection", "online")
    return inside


def say(inside: Any, text: str) -> None:
    inside.locator("#input").fill(text)
    inside.locator("#input").press("Enter")


def eventually(found: Callable[[], object], wanted: object, seconds: float = 8.0) -> None:
    deadline = time.monotonic() + seconds
    while found() != wanted and time.monotonic() < deadline:
        time.sleep(0.05)
    assert found() == wanted


def test_the_script_is_small_and_any_page_may_load_it(chat: ChatService) -> None:
    answer = httpx.get(f"{chat.base_url}/widget.js", trust_env=False)
    assert len(answer.content) < 8000
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert chat.strings["widget_open"] in answer.text


def test_a_logged_in_user_talks_from_a_page_of_another_origin(
    visit: Callable[..., Page],
) -> None:
    page = visit()
    sockets: list[str] = []
    page.on("websocket", lambda socket: sockets.append(socket.url))
    inside = opened(page)
    say(inside, "hello")
    expect(inside.locator(".turn.assistant .bubble")).to_have_text("heard hello")
    # On the channel for users with a token, which was fetched once and is in no address.
    assert [url.split("/webhooks/")[1] for url in sockets] == ["app/ws"]
    assert page.evaluate("window.asked") == 1


def test_the_page_gets_one_global_and_nothing_else(visit: Callable[..., Page]) -> None:
    page = visit()
    opened(page)
    added = page.evaluate(
        "Object.getOwnPropertyNames(window).filter(name => !window.before.has(name)).sort()"
    )
    # Numbered names are those of frames, which every iframe adds.
    assert [name for name in added if not name.isdigit()] == [
        "Jingzhong",
        "asked",
        "before",
        "token",
    ]


def test_a_token_is_renewed_before_it_runs_out_without_a_new_socket(
    visit: Callable[..., Page], host: Host
) -> None:
    def short() -> str:
        now = int(time.time())
        return token(host.user, iat=now, exp=now + 10)

    host.sign = short
    page = visit()
    sockets: list[str] = []
    frames: list[str] = []

    def follow(socket: WebSocket) -> None:
        sockets.append(socket.url)
        socket.on("framesent", lambda frame: frames.append(json.loads(frame)["type"]))

    page.on("websocket", follow)
    inside = opened(page)
    page.wait_for_function("window.asked >= 2")
    page.wait_for_timeout(300)
    say(inside, "still here")
    expect(inside.locator(".turn.assistant .bubble")).to_have_text("heard still here")
    assert frames == ["token", "token", "message"]
    assert len(sockets) == 1
    assert "token" not in sockets[0].replace("/ws", "")


def test_a_page_without_a_good_token_says_that_one_has_to_log_in(
    visit: Callable[..., Page], chat: ChatService, host: Host
) -> None:
    host.sign = lambda: token(host.user, kid="unknown")
    page = visit()
    page.evaluate(OPEN)
    expect(frame(page).locator("#status")).to_have_text(chat.strings["status_signin"])
    # Logged in meanwhile, nothing has to be opened anew.
    host.sign = lambda: token(host.user)
    expect(frame(page).locator("#app")).to_have_attribute("data-connection", "online")


def test_a_page_that_may_not_embed_it_shows_the_hotline_in_its_place(
    browser: Browser, host: Host, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = ChatService(tmp_path_factory.mktemp("refusing"), "https://m.maisui.example")
    before, host.service = host.service, other.base_url
    page = browser.new_context(**DESKTOP).new_page()
    try:
        page.goto(host.origin)
        page.evaluate(OPEN)
        expect(page.get_by_text(other.strings["widget_refused"])).to_be_visible()
        assert page.evaluate("window.asked") == 0
        assert other.services.content.hotline in other.strings["widget_refused"]
    finally:
        page.context.close()
        host.service = before
        other.close()


def test_a_greeting_from_a_page_that_is_not_listed_gets_no_answer(
    visit: Callable[..., Page], chat: ChatService
) -> None:
    # As if a browser did not know frame-ancestors: the page itself still looks at who greets it.
    page = visit()
    body = httpx.get(chat.base_url, trust_env=False).text.replace(
        'jingzhong-hosts" content="http://127.0.0.1', 'jingzhong-hosts" content="http://127.0.0.2'
    )
    page.route(
        f"{chat.base_url}/",
        lambda route: route.fulfill(body=body, content_type="text/html; charset=utf-8"),
    )
    page.evaluate(OPEN)
    expect(page.get_by_text(chat.strings["widget_refused"])).to_be_visible()
    assert page.evaluate("window.asked") == 0


def test_escape_closes_and_the_focus_returns(visit: Callable[..., Page]) -> None:
    page = visit()
    page.locator("#help").focus()
    inside = opened(page)
    inside.locator("#input").focus()
    page.keyboard.press("Escape")
    panel = page.get_by_role("dialog")
    expect(panel).to_be_hidden()
    assert page.evaluate("document.activeElement.id") == "help"


def test_it_is_opened_and_closed_by_keyboard_alone(
    visit: Callable[..., Page], chat: ChatService
) -> None:
    page = visit()
    opener = page.get_by_role("button", name=chat.strings["widget_open"])
    opener.focus()
    page.keyboard.press("Enter")
    expect(opener).to_have_attribute("aria-expanded", "true")
    expect(frame(page).locator("#app")).to_have_attribute("data-connection", "online")
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()


def test_on_a_phone_it_fills_the_screen_and_can_be_closed(
    visit: Callable[..., Page], chat: ChatService
) -> None:
    page = visit(**PHONE)
    inside = opened(page)
    box = page.get_by_role("dialog").bounding_box()
    assert box == {"x": 0, "y": 0, "width": 390, "height": 844}
    inside.get_by_role("button", name=chat.strings["close"]).tap()
    expect(page.get_by_role("dialog")).to_be_hidden()
    # The page behind it scrolls again.
    assert page.evaluate("document.documentElement.style.overflow") == ""


def test_mail_that_comes_while_it_is_closed_is_counted_and_read_when_it_is_opened(
    visit: Callable[..., Page], chat: ChatService, host: Host
) -> None:
    page = visit()
    page.evaluate("Jingzhong.connect({token: window.token})")
    expect(frame(page).locator("#app")).to_have_attribute("data-connection", "online")
    agent = {"from": "agent", "name": "小林"}
    mail = chat.write(host.user, {"text": "您好，我是小林", "custom": agent})
    opener = page.locator("button", has=page.locator(".badge"))
    expect(page.locator(".badge")).to_have_text("1")
    expect(opener).to_have_accessible_name(
        f"{chat.strings['widget_open']}, {chat.strings['widget_unread'].format(count=1)}"
    )
    eventually(lambda: chat.receipts(mail), (True, False))
    opener.click()
    expect(frame(page).locator(".turn.person .by")).to_have_text(f"{chat.strings['agent']} 小林")
    expect(page.locator(".badge")).to_be_hidden()
    eventually(lambda: chat.receipts(mail), (True, True))


def test_after_leaving_the_next_user_sees_nothing_of_the_last(
    visit: Callable[..., Page], host: Host
) -> None:
    page = visit()
    inside = opened(page)
    say(inside, "secret")
    expect(inside.locator(".turn.assistant")).to_have_count(1)
    page.evaluate("Jingzhong.leave()")
    expect(page.locator("iframe")).to_have_count(0)
    host.user = "another"
    inside = opened(page)
    page.wait_for_timeout(500)
    expect(inside.locator(".turn")).to_have_count(0)


def test_the_colour_of_the_host_reaches_the_chat_and_an_unreadable_one_does_not(
    visit: Callable[..., Page],
) -> None:
    inside = opened(visit())
    assert (
        inside.locator("#send").evaluate(
            "() => getComputedStyle(document.documentElement).getPropertyValue('--brand')"
        )
        == "#7a1fa2"
    )
    kept = inside.locator("#send").evaluate(
        """async () => {
          const { useColor } = await import("/theme.js");
          for (const color of ["#ffee00", "red", "#12345", undefined]) useColor(color);
          return document.documentElement.style.getPropertyValue("--brand");
        }"""
    )
    assert kept == "#7a1fa2"
