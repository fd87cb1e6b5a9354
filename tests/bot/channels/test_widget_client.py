"""The JavaScript client of the examples, run as an institution's page on another origin would run it."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.bot.channels.app.backend import token
from tests.bot.channels.test_widget import eventually
from tests.bot.channels.widget_serving import ChatService, Host

CLIENT = Path(__file__).parents[3] / "examples/app-chat/javascript/jingzhong.js"

START = """async (service) => {
  const { JingzhongChat } = await import("/jingzhong.js");
  window.seen = [];
  const note = (kind) => (...what) => window.seen.push([kind, ...what]);
  window.chat = new JingzhongChat(service, window.token, {
    reply: note("reply"), refused: note("refused"), mail: ({ id }) => note("mail")(id),
    history: (entries) => note("history")(entries.map(({ role }) => role)), state: note("state"),
  });
  window.sockets = [];
  const Plain = window.WebSocket;
  window.WebSocket = class extends Plain {
    constructor(...all) { super(...all); window.sockets.push(this); }
  };
  await window.chat.start();
}"""


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    running = Host()
    yield running
    running.close()


@pytest.fixture(scope="module")
def chat(host: Host, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChatService]:
    running = ChatService(tmp_path_factory.mktemp("client"), host.origin)
    host.service = running.base_url
    yield running
    running.close()


@pytest.fixture
def page(browser: Browser, chat: ChatService, host: Host) -> Iterator[Page]:
    host.user = uuid.uuid4().hex
    host.sign = lambda: token(host.user)
    context = browser.new_context()
    page = context.new_page()
    page.route(
        f"{host.origin}/jingzhong.js",
        lambda route: route.fulfill(path=CLIENT, content_type="text/javascript"),
    )
    page.goto(host.origin)
    page.evaluate(START, chat.base_url)
    expect_seen(page, ["state", "online"])
    yield page
    context.close()


def expect_seen(page: Page, wanted: list[object], times: int = 1) -> None:
    eventually(lambda: page.evaluate("window.seen").count(wanted), times)


def test_a_message_is_answered_and_sent_again_under_its_id_after_a_break(page: Page) -> None:
    page.evaluate("window.id = window.chat.say('hello')")
    id = page.evaluate("window.id")
    expect_seen(page, ["reply", id, [{"text": "heard hello"}]])
    page.evaluate("window.sockets.at(-1).close(); window.id = window.chat.say('broken')")
    id = page.evaluate("window.id")
    expect_seen(page, ["reply", id, [{"text": "heard broken"}]])
    page.wait_for_timeout(500)
    kinds = [seen[0] for seen in page.evaluate("window.seen")]
    # Its own words do not come back to it as history.
    assert kinds.count("history") == 0
    assert len(page.evaluate("window.sockets.map(s => s.url)")) == 2


def test_mail_is_acknowledged_and_read(page: Page, chat: ChatService, host: Host) -> None:
    mail = chat.write(host.user, {"text": "您好"})
    expect_seen(page, ["mail", mail])
    eventually(lambda: chat.receipts(mail), (True, False))
    page.evaluate("id => window.chat.read(id)", mail)
    eventually(lambda: chat.receipts(mail), (True, True))


def test_tokens_are_renewed_and_one_that_is_refused_is_told(
    browser: Browser, page: Page, host: Host
) -> None:
    def short() -> str:
        now = int(time.time())
        return token(host.user, iat=now, exp=now + 3)

    host.sign = short
    before = page.evaluate("window.asked")
    page.evaluate("window.sockets.at(-1).close()")
    expect_seen(page, ["state", "online"], times=2)
    page.wait_for_function(f"window.asked >= {before + 3}", timeout=10_000)
    assert page.evaluate("window.sockets.length") == 2
    host.sign = lambda: token(host.user, kid="unknown")
    page.evaluate("window.sockets.at(-1).close()")
    eventually(lambda: ["state", "signin"] in page.evaluate("window.seen"), True)


def test_the_bar_and_the_phrase_can_be_fetched(page: Page, chat: ChatService) -> None:
    assert page.evaluate("window.chat.banner()")["level"] == "hint"
    assert len(page.evaluate("window.chat.phrase()").split()) == 4
