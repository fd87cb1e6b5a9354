"""The input of the chat page: keyboard, input methods, length, and what a screen reader is told."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.bot.channels.chat_browser import DESKTOP, PHONE, THREAT, Visit

FOCUSED = "document.activeElement.id || document.activeElement.className"


def test_a_whole_conversation_by_keyboard_alone(visit: Callable[..., Visit]) -> None:
    chat = visit(**DESKTOP).open()
    keys = chat.page.keyboard
    reached = []
    for _ in range(8):
        keys.press("Tab")
        reached.append(chat.page.evaluate(FOCUSED))
    assert "input" in reached
    assert reached.count("choice") == 4
    chat.page.locator("#input").focus()
    keys.type("第一行")
    keys.press("Shift+Enter")
    keys.type("第二行")
    assert chat.typed() == "第一行\n第二行"
    keys.press("Enter")
    assert chat.typed() == ""
    chat.expect_turns(user=1, assistant=1)
    assert chat.page.evaluate(FOCUSED) == "input"
    keys.type(THREAT)
    keys.press("Enter")
    chat.expect_turns(user=2, assistant=2)
    while chat.page.evaluate(FOCUSED) != "choice":
        keys.press("Shift+Tab")
    keys.press("Space")
    chat.expect_turns(user=3, assistant=3)
    assert chat.page.evaluate(FOCUSED) == "input"


def test_the_send_button_gives_the_focus_back(visit: Callable[..., Visit]) -> None:
    chat = visit(**DESKTOP).open()
    chat.page.locator("#input").fill("你好")
    chat.page.locator("#send").focus()
    chat.page.keyboard.press("Space")
    chat.expect_turns(user=1, assistant=1)
    assert chat.page.evaluate(FOCUSED) == "input"


def test_what_has_the_focus_shows_it(visit: Callable[..., Visit]) -> None:
    chat = visit(**DESKTOP).open()
    seen = set()
    for _ in range(8):
        chat.page.keyboard.press("Tab")
        name = chat.page.evaluate(FOCUSED)
        outline = "getComputedStyle(document.activeElement).outline"
        assert "solid" in chat.page.evaluate(outline), name
        seen.add(name)
    assert {"scroller", "choice", "input"} <= seen


@pytest.mark.parametrize("event", ["{isComposing: true}", "{keyCode: 229}"])
def test_the_enter_of_an_input_method_does_not_send(
    visit: Callable[..., Visit], event: str
) -> None:
    chat = visit(**DESKTOP).open()
    chat.page.locator("#input").fill("ting xi gua zhang")
    chat.page.evaluate(
        f"""document.getElementById("input").dispatchEvent(
          new KeyboardEvent("keydown", {{key: "Enter", cancelable: true, ...{event}}}))"""
    )
    chat.expect_turns(user=0, assistant=0)
    assert chat.typed() == "ting xi gua zhang"


@pytest.mark.parametrize("text", ["", "   ", "\n \n"])
def test_a_blank_input_cannot_be_sent(visit: Callable[..., Visit], text: str) -> None:
    chat = visit(**DESKTOP).open()
    chat.say(text)
    expect(chat.page.locator("#send")).to_be_disabled()
    chat.expect_turns(user=0, assistant=0)


def test_the_length_is_counted_near_the_limit_and_held_at_it(visit: Callable[..., Visit]) -> None:
    chat = visit(**PHONE).open()
    counter = chat.page.locator("#counter")
    limit = chat.config["max_characters"]
    chat.page.locator("#input").fill("字" * 100)
    expect(counter).to_be_empty()
    # One character outside the basic plane is one, as the server counts.
    chat.page.locator("#input").fill("😀" * limit)
    expect(counter).to_have_text(f"{limit}/{limit}")
    expect(chat.page.locator("#send")).to_be_enabled()
    chat.say("字" * (limit + 3))
    assert "3" in counter.inner_text()
    expect(chat.page.locator("#send")).to_be_disabled()
    chat.expect_turns(user=0, assistant=0)
    chat.say("字" * limit)
    chat.expect_turns(user=1, assistant=1)


def test_the_input_grows_with_its_text_and_not_without_end(visit: Callable[..., Visit]) -> None:
    chat = visit(**PHONE).open()
    heights = []
    for lines in (1, 3, 40):
        chat.page.locator("#input").fill("行\n" * (lines - 1) + "行")
        box = chat.page.locator("#input").bounding_box()
        assert box is not None
        heights.append(box["height"])
    assert heights[0] < heights[1] < heights[2] < 200


def test_a_tap_on_a_phone_does_not_open_the_keyboard(visit: Callable[..., Visit]) -> None:
    chat = visit(**PHONE).open()
    chat.page.locator("#openers button").first.tap()
    chat.expect_turns(user=1, assistant=1)
    assert chat.page.evaluate(FOCUSED) != "input"


def test_a_screen_reader_is_told_what_things_are(visit: Callable[..., Visit]) -> None:
    chat = visit(**PHONE).open()
    strings = chat.config["strings"]
    log = chat.page.get_by_role("log", name=strings["log_label"])
    expect(log).to_have_attribute("aria-live", "polite")
    expect(chat.page.get_by_role("textbox", name=strings["input_label"])).to_be_visible()
    expect(chat.page.get_by_role("button", name=strings["send"])).to_be_visible()
    expect(chat.page.get_by_role("heading", level=1)).to_have_text(strings["title"])
    assert chat.page.locator("html").get_attribute("lang") == "zh-CN"
    chat.say("你好")
    chat.expect_turns(user=1, assistant=1)
    assert log.locator(".turn.user").inner_text().startswith(strings["me"])
    assert log.locator(".turn.assistant").inner_text().startswith(strings["assistant"])
