"""The chat page beyond words of one's own: mail, history, yellow bar, pictures, large letters."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Route, expect

from tests.bot.channels.chat_browser import DESKTOP, PHONE, Line, Visit
from tests.bot.channels.test_chat_page import CONTRASTS
from tests.bot.channels.test_widget import eventually
from tests.bot.channels.widget_serving import ChatService

BAR = {
    "level": "warning",
    "code": "credit_repair",
    "text": "近期有人收费“修复征信”。",
    "action": {"title": "看怎么提异议", "say": "征信异议怎么提"},
}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChatService]:
    running = ChatService(tmp_path_factory.mktemp("page"))
    yield running
    running.close()


@pytest.fixture
def visit(browser: Browser, service: ChatService) -> Iterator[Callable[..., Visit]]:
    contexts = []

    def start(**options: Any) -> Visit:
        contexts.append(browser.new_context(**options))
        return Visit(contexts[-1].new_page(), service.base_url)

    yield start
    for context in contexts:
        context.close()


def session_of(chat: Visit) -> str:
    kept = chat.page.evaluate("sessionStorage.getItem('jingzhong.chat')")
    return str(json.loads(kept)["session"])


def picture(name: str = "shot.png", pixels: int = 40) -> Any:
    data = io.BytesIO()
    Image.new("RGB", (pixels, pixels), "#0d6672").save(data, "PNG")
    return {"name": name, "mimeType": "image/png", "buffer": data.getvalue()}


def test_a_person_is_told_apart_from_the_assistant(
    visit: Callable[..., Visit], service: ChatService
) -> None:
    chat = visit(**PHONE).open()
    chat.say("hello")
    chat.expect_turns(user=1, assistant=1)
    agent = {"from": "agent", "name": "小林"}
    mail = service.write(session_of(chat), {"text": "我是小林", "custom": agent}, channel="chat")
    label = chat.page.locator(".turn.person .by")
    expect(label).to_have_text(f"{chat.config['strings']['agent']} 小林")
    expect(chat.page.locator(".turn.assistant .by")).to_have_count(1)
    eventually(lambda: service.receipts(mail), (True, True))


def test_mail_in_a_tab_that_nobody_looks_at_is_delivered_and_read_later(
    visit: Callable[..., Visit], service: ChatService
) -> None:
    chat = visit(**PHONE)
    chat.page.add_init_script(
        "window.away = true; Object.defineProperty(document, 'hidden', {get: () => window.away});"
    )
    chat.open()
    chat.say("hello")
    chat.expect_turns(user=1, assistant=1)
    mail = service.write(session_of(chat), {"text": "您好"}, channel="chat")
    chat.expect_turns(user=1, assistant=2)
    eventually(lambda: service.receipts(mail), (True, False))
    chat.page.evaluate("window.away = false; document.dispatchEvent(new Event('visibilitychange'))")
    eventually(lambda: service.receipts(mail), (True, True))


def test_mail_is_shown_once_however_often_it_comes(
    visit: Callable[..., Visit], service: ChatService
) -> None:
    chat = visit(**PHONE)
    chat.page.route("**/webhooks/chat/receipts", lambda route: route.abort())
    line = Line(chat)
    chat.open()
    chat.say("hello")
    chat.expect_turns(user=1, assistant=1)
    service.write(session_of(chat), {"text": "您好"}, channel="chat")
    chat.expect_turns(user=1, assistant=2)
    # Not acknowledged, it comes again with the next socket.
    line.cut_before_next_reply = True
    chat.say("again")
    chat.expect_turns(user=2, assistant=3)
    chat.page.reload()
    chat.expect_turns(user=2, assistant=3)
    chat.page.wait_for_timeout(1500)
    chat.expect_turns(user=2, assistant=3)


def test_without_websocket_mail_comes_over_http(
    visit: Callable[..., Visit], service: ChatService
) -> None:
    chat = visit(**PHONE)
    chat.page.add_init_script("window.WebSocket = undefined;")
    chat.open()
    chat.say("hello")
    chat.expect_turns(user=1, assistant=1)
    service.write(session_of(chat), {"text": "您好"}, channel="chat")
    chat.open()
    chat.expect_turns(user=1, assistant=2)


def test_what_was_said_elsewhere_stands_where_it_belongs_and_once(
    visit: Callable[..., Visit],
) -> None:
    chat = visit(**PHONE)
    entries = [
        {"role": "user", "id": "m-1", "at": "2025-01-01T08:00:00Z", "text": "earlier"},
        {"role": "assistant", "id": "m-1", "at": "2025-01-01T08:00:00Z", "messages": [{"text": "yes"}]},
        {"role": "mail", "id": "p-1", "at": "2025-01-01T09:00:00Z", "messages": [{"text": "mail"}], "read": True},
    ]  # fmt: skip
    chat.page.route(
        "**/webhooks/chat/history*", lambda route: route.fulfill(json={"entries": entries})
    )
    line = Line(chat)
    chat.open()
    chat.expect_turns(user=1, assistant=2)
    expect(chat.page.locator("#welcome")).to_be_hidden()
    line.cut_before_next_reply = True
    chat.say("now")
    chat.expect_turns(user=2, assistant=3)
    chat.page.reload()
    chat.expect_turns(user=2, assistant=3)
    texts = chat.page.locator(".bubble").all_inner_texts()
    assert texts == ["earlier", "yes", "mail", "now", "heard now"]


def test_the_yellow_bar_says_its_sentence_and_can_be_put_away(
    visit: Callable[..., Visit],
) -> None:
    chat = visit(**PHONE)
    chat.page.route("**/webhooks/chat/banner*", lambda route: route.fulfill(json={"banner": BAR}))
    chat.open()
    bar = chat.page.locator("#bar")
    expect(bar).to_contain_text(str(BAR["text"]))
    found = chat.page.evaluate(CONTRASTS)
    assert [text for text in found if text[1] < 4.5] == []
    chat.page.get_by_role("button", name="看怎么提异议").tap()
    chat.expect_turns(user=1, assistant=1)
    expect(chat.page.locator(".turn.user .bubble")).to_have_text("征信异议怎么提")
    expect(bar).to_be_hidden()
    again = visit(**PHONE)
    again.page.route("**/webhooks/chat/banner*", lambda route: route.fulfill(json={"banner": BAR}))
    again.open()
    again.page.get_by_role("button", name=again.config["strings"]["bar_close"]).tap()
    expect(again.page.locator("#bar")).to_be_hidden()


def test_pictures_are_chosen_seen_taken_out_and_sent(visit: Callable[..., Visit]) -> None:
    chat = visit(**DESKTOP).open()
    strings, page = chat.config["strings"], chat.page
    page.get_by_role("button", name=strings["pictures_add"]).click()
    expect(page.locator("#limits")).to_contain_text(str(chat.config["max_pictures"]))
    expect(page.locator("#limits")).to_contain_text("10")
    page.locator("#album").set_input_files([picture("a.png"), picture("b.png")])
    expect(page.locator(".preview img")).to_have_count(2)
    page.get_by_role("button", name=f"{strings['picture_remove']} a.png").click()
    expect(page.locator(".preview img")).to_have_count(1)
    expect(page.locator("#send")).to_be_enabled()
    requests: list[Any] = []
    page.on("request", lambda request: requests.append(request))
    page.locator("#send").click()
    chat.expect_turns(user=1, assistant=1)
    expect(page.locator(".turn.user img")).to_have_count(1)
    posted = [request for request in requests if request.url.endswith("/webhooks/chat/pictures")]
    assert len(posted) == 1
    expect(page.locator("#tray")).to_be_hidden()
    page.reload()
    expect(page.locator(".turn.user .bubble")).to_have_text(
        strings["pictures_sent"].replace("{count}", "1")
    )
    chat.expect_turns(user=1, assistant=1)


@pytest.mark.parametrize(
    ("files", "complaint"),
    [
        ([{"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"%PDF"}], "picture_wrong_type"),
        ([{"name": "a.png", "mimeType": "image/png", "buffer": b"0" * 1_100_000}], "picture_too_big"),
        ([picture(f"{number}.png") for number in range(4)], "pictures_too_many"),
    ],
)  # fmt: skip
def test_what_cannot_be_sent_is_said_before_sending(
    visit: Callable[..., Visit], files: list[Any], complaint: str
) -> None:
    chat = visit(**DESKTOP)
    smaller = chat.config | {"max_picture_bytes": 1024 * 1024}
    chat.page.route("**/webhooks/chat/config", lambda route: route.fulfill(json=smaller))
    chat.open()
    chat.page.locator("#album").set_input_files(files)
    told = re.sub(r"\{\w+\}", r"\\d+", chat.config["strings"][complaint])
    expect(chat.page.get_by_role("alert")).to_have_text(re.compile(f"^{told}$"))


def test_a_picture_shows_how_far_it_is_and_can_be_sent_again(visit: Callable[..., Visit]) -> None:
    chat = visit(**PHONE)
    chat.page.add_init_script(
        """window.ids = [];
        const { send } = XMLHttpRequest.prototype;
        XMLHttpRequest.prototype.send = function (form) {
          window.ids.push(form.get("message_id"));
          send.call(this, form);
        };"""
    )
    chat.open()
    held: list[Route] = []
    chat.page.route("**/webhooks/chat/pictures", lambda route: held.append(route))
    chat.page.locator("#album").set_input_files([picture()])
    chat.page.locator("#send").tap()
    expect(chat.page.locator(".turn.user progress")).to_be_visible()
    while not held:
        chat.page.wait_for_timeout(50)
    held[0].abort()
    strings = chat.config["strings"]
    expect(chat.page.get_by_text(strings["failed"])).to_be_visible()
    chat.page.unroute("**/webhooks/chat/pictures")
    chat.page.get_by_role("button", name=strings["retry"]).tap()
    chat.expect_turns(user=1, assistant=1)
    first, second = chat.page.evaluate("window.ids")
    assert first == second


def test_a_picture_of_ours_is_shown_and_one_of_elsewhere_is_not(
    visit: Callable[..., Visit], service: ChatService
) -> None:
    chat = visit(**PHONE).open()
    chat.say("hello")
    chat.expect_turns(user=1, assistant=1)
    ours, theirs = {"image": "/favicon.svg"}, {"image": "https://elsewhere.example/a.png"}
    service.write(
        session_of(chat), ours | {"text": "看图"}, theirs | {"text": "另一张"}, channel="chat"
    )
    chat.expect_turns(user=1, assistant=2)
    expect(chat.page.locator(".picture")).to_have_count(1)
    assert all("elsewhere" not in url for url in chat.requests)


def test_larger_letters_are_remembered(visit: Callable[..., Visit]) -> None:
    chat = visit(**PHONE).open()
    size = "parseFloat(getComputedStyle(document.getElementById('input')).fontSize)"
    before = chat.page.evaluate(size)
    button = chat.page.get_by_role("button", name=chat.config["strings"]["larger"])
    button.tap()
    expect(button).to_have_attribute("aria-pressed", "true")
    assert chat.page.evaluate(size) >= before * 1.2
    chat.page.reload()
    expect(button).to_have_attribute("aria-pressed", "true")
    assert chat.page.evaluate("document.documentElement.scrollWidth") == 390


@pytest.mark.parametrize("size", [(640, 400), (320, 568)])
def test_at_double_zoom_everything_can_be_reached(
    visit: Callable[..., Visit], size: tuple[int, int]
) -> None:
    # 200 % of a window of 1280 x 800, and the narrowest phone with large letters.
    chat = visit(viewport={"width": size[0], "height": size[1]}).open()
    chat.page.get_by_role("button", name=chat.config["strings"]["larger"]).click()
    chat.say("buttons")
    chat.expect_turns(user=1, assistant=1)
    assert chat.page.evaluate("document.documentElement.scrollWidth") == size[0]
    for name in ("#input", "#send", "#pictures", "#larger"):
        expect(chat.page.locator(name)).to_be_in_viewport(ratio=1)
    height = chat.page.locator("#scroller").evaluate("element => element.clientHeight")
    assert height >= size[1] * 0.25
    chat.page.get_by_role("button", name="Press").click()
    chat.expect_turns(user=2, assistant=2)
