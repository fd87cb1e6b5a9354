"""The chat page on bad networks: nothing is lost, nothing is doubled, and the person is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import WebSocketRoute, expect

from tests.bot.channels.chat_browser import DESKTOP, PHONE, SOCKET, THREAT, Line, Visit


def status(chat: Visit) -> str:
    return chat.page.locator("#status").inner_text()


def test_a_page_without_network_says_so_and_sends_later_what_was_written(
    visit: Callable[..., Visit],
) -> None:
    chat = visit(**PHONE).open()
    chat.say("你好")
    chat.expect_turns(user=1, assistant=1)
    strings = chat.config["strings"]
    chat.page.context.set_offline(True)
    expect(chat.page.locator("#status")).to_have_text(strings["status_offline"])
    chat.say(THREAT)
    chat.say("在吗")
    chat.expect_turns(user=3, assistant=1)
    waiting = chat.page.locator(".turn.user .mark.waiting")
    expect(waiting.nth(1)).to_be_visible()
    expect(waiting.nth(0)).to_be_hidden()
    chat.page.context.set_offline(False)
    chat.expect_turns(user=3, assistant=3)
    assert chat.config["hotline"] in chat.reply(1)
    expect(waiting.nth(1)).to_be_hidden()
    expect(chat.page.locator("#status")).to_be_empty()
    chat.page.wait_for_timeout(1000)
    chat.expect_turns(user=3, assistant=3)


def test_a_reply_lost_on_the_way_is_fetched_under_the_same_id(visit: Callable[..., Visit]) -> None:
    chat = visit(**DESKTOP)
    line = Line(chat)
    chat.open()
    line.cut_before_next_reply = True
    chat.say(THREAT)
    chat.expect_turns(user=1, assistant=1)
    assert chat.config["hotline"] in chat.reply()
    assert line.opened == 2
    assert len(line.ids()) == 2
    assert len(set(line.ids())) == 1
    assert line.sent[0] == line.sent[1]


def test_a_reply_that_comes_twice_is_shown_once(visit: Callable[..., Visit]) -> None:
    chat = visit(**DESKTOP)
    line = Line(chat)
    chat.open()
    line.hold = True
    chat.say("你好")
    expect(chat.page.locator("#typing")).to_be_visible()
    while not line.held:
        chat.page.wait_for_timeout(50)
    line.held[0]()
    line.held[0]()
    chat.page.wait_for_timeout(300)
    chat.expect_turns(user=1, assistant=1)


def test_new_words_do_not_pull_a_reader_away_from_old_ones(visit: Callable[..., Visit]) -> None:
    chat = visit(**PHONE)
    line = Line(chat)
    chat.open()
    for number in range(1, 4):
        chat.say("你好" + "，今天天气不错" * 20)
        chat.expect_turns(user=number, assistant=number)
    line.hold = True
    chat.say("在吗")
    while not line.held:
        chat.page.wait_for_timeout(50)
    scroller = chat.page.locator("#scroller")
    scroller.evaluate("element => { element.scrollTop = 0; }")
    chat.page.wait_for_timeout(200)
    line.held[0]()
    chat.expect_turns(user=4, assistant=4)
    assert scroller.evaluate("element => element.scrollTop") == 0
    chat.page.locator("#newest").click()
    expect(chat.page.locator(".turn.assistant").last).to_be_in_viewport()
    expect(chat.page.locator("#newest")).to_be_hidden()


@pytest.mark.parametrize(
    "block",
    [
        pytest.param("window.WebSocket = undefined;", id="missing"),
        pytest.param(
            "window.WebSocket = class { constructor() { throw new Error('blocked'); } };",
            id="forbidden",
        ),
    ],
)
def test_without_websocket_the_page_talks_over_http(
    visit: Callable[..., Visit], block: str
) -> None:
    chat = visit(**PHONE)
    chat.page.add_init_script(block)
    chat.open()
    chat.say(THREAT)
    chat.expect_turns(user=1, assistant=1)
    assert chat.config["hotline"] in chat.reply()
    assert status(chat) == ""
    assert not any(url.startswith("ws") for url in chat.requests)
    assert any(url.endswith("/webhooks/chat/messages") for url in chat.requests)


def test_a_socket_that_is_closed_by_a_proxy_is_replaced_by_http(
    visit: Callable[..., Visit],
) -> None:
    chat = visit(**PHONE)
    chat.page.route_web_socket(SOCKET, lambda socket: socket.close(code=1011))
    chat.open()
    chat.say(THREAT)
    chat.say("你好")
    chat.expect_turns(user=2, assistant=2)
    assert chat.config["hotline"] in chat.reply(0)
    posted = [url for url in chat.requests if url.endswith("/webhooks/chat/messages")]
    assert len(posted) == 2


def test_without_websocket_too_nothing_is_lost_offline(visit: Callable[..., Visit]) -> None:
    chat = visit(**PHONE)
    chat.page.add_init_script("window.WebSocket = undefined;")
    chat.open()
    chat.page.context.set_offline(True)
    expect(chat.page.locator("#status")).not_to_be_empty()
    chat.say("你好")
    chat.page.context.set_offline(False)
    chat.expect_turns(user=1, assistant=1)


def test_an_http_answer_that_fails_is_asked_for_again_under_the_same_id(
    visit: Callable[..., Visit],
) -> None:
    chat = visit(**PHONE)
    chat.page.add_init_script("window.WebSocket = undefined;")
    bodies: list[dict[str, Any]] = []

    def fail_once(route: Any) -> None:
        bodies.append(route.request.post_data_json)
        if len(bodies) == 1:
            route.fulfill(status=502, body="Bad Gateway")
        else:
            route.continue_()

    chat.page.route("**/webhooks/chat/messages", fail_once)
    chat.open()
    chat.say("你好")
    chat.expect_turns(user=1, assistant=1)
    assert len(bodies) == 2
    assert bodies[0] == bodies[1]


def test_what_the_server_refuses_can_be_sent_again_by_hand(visit: Callable[..., Visit]) -> None:
    chat = visit(**PHONE)
    chat.page.add_init_script("window.WebSocket = undefined;")
    bodies: list[dict[str, Any]] = []

    def refuse_once(route: Any) -> None:
        bodies.append(route.request.post_data_json)
        if len(bodies) == 1:
            body = {"in_reply_to": bodies[0]["message_id"], "error": "not taken", "messages": []}
            route.fulfill(status=503, json=body)
        else:
            route.continue_()

    chat.page.route("**/webhooks/chat/messages", refuse_once)
    chat.open()
    chat.say("你好")
    expect(chat.page.get_by_text(chat.config["strings"]["failed"])).to_be_visible()
    chat.page.get_by_role("button", name=chat.config["strings"]["retry"]).click()
    chat.expect_turns(user=1, assistant=1)
    expect(chat.page.get_by_text(chat.config["strings"]["failed"])).to_be_hidden()
    assert bodies[0] == bodies[1]


def test_a_reload_keeps_the_conversation_and_repeats_nothing(visit: Callable[..., Visit]) -> None:
    chat = visit(**PHONE)
    line = Line(chat)
    chat.open()
    chat.say(THREAT)
    chat.expect_turns(user=1, assistant=1)
    before = chat.page.locator("#log").inner_text()
    chat.open()
    chat.expect_turns(user=1, assistant=1)
    assert chat.page.locator("#log").inner_text() == before
    assert len(line.sent) == 1
    expect(chat.page.locator("#welcome")).to_be_hidden()


def test_a_message_written_offline_survives_a_reload(visit: Callable[..., Visit]) -> None:
    chat = visit(**PHONE).open()
    chat.page.context.set_offline(True)
    chat.say(THREAT)
    chat.expect_turns(user=1, assistant=0)
    chat.page.context.set_offline(False)
    chat.page.reload()
    chat.expect_turns(user=1, assistant=1)
    assert chat.config["hotline"] in chat.reply()


def test_a_new_tab_is_a_new_conversation(visit: Callable[..., Visit]) -> None:
    first = visit(**PHONE).open()
    first.say("你好")
    first.expect_turns(user=1, assistant=1)
    second = Visit(first.page.context.new_page(), first.base_url).open()
    second.expect_turns(user=0, assistant=0)
    assert len({url for url in first.requests + second.requests if url.startswith("ws")}) == 2


def test_attempts_grow_rarer_and_differ_by_chance(visit: Callable[..., Visit]) -> None:
    chat = visit().open()
    delays = chat.page.evaluate(
        """async () => {
          const { backoff } = await import("/connection.js");
          return [0, 1, 2, 3, 20].map((n) => Array.from({ length: 200 }, () => backoff(n)));
        }"""
    )
    for attempt, longest in enumerate([500, 1000, 2000, 4000, 30000]):
        assert max(delays[attempt]) <= longest
        assert min(delays[attempt]) >= longest / 2
        assert len(set(delays[attempt])) > 100


def test_a_server_that_restarts_is_found_again(visit: Callable[..., Visit]) -> None:
    chat = visit(**PHONE)
    down = False
    sockets: list[WebSocketRoute] = []

    def connect(page: WebSocketRoute) -> None:
        if down:
            page.close(code=1001)
        else:
            page.connect_to_server()
            sockets.append(page)

    chat.page.route_web_socket(SOCKET, connect)
    chat.open()
    down = True
    chat.page.route("**/webhooks/chat/*", lambda route: route.abort())
    sockets[-1].close(code=1001)
    reconnecting = chat.config["strings"]["status_reconnecting"]
    expect(chat.page.locator("#status")).to_have_text(reconnecting)
    chat.say("你好")
    chat.expect_turns(user=1, assistant=0)
    down = False
    chat.page.unroute("**/webhooks/chat/*")
    chat.expect_turns(user=1, assistant=1)
    expect(chat.page.locator("#status")).to_be_empty()
