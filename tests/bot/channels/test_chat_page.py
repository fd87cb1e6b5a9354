"""The chat page in a real Chromium: what it shows, and a conversation by finger and by keyboard."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import WebSocketRoute, expect

from tests.bot.channels.chat_browser import DESKTOP, PHONE, SOCKET, THREAT, Visit

SIZES = [pytest.param(PHONE, id="phone"), pytest.param(DESKTOP, id="desktop")]
SCHEMES = ["light", "dark"]

# Contrast of every visible text with the nearest painted ground under it, as WCAG 2 counts it.
CONTRASTS = """() => {
  const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = (colour) => {
    const [r, g, b] = numbers(colour).slice(0, 3).map((part) => {
      const share = part / 255;
      return share <= .04045 ? share / 12.92 : ((share + .055) / 1.055) ** 2.4;
    });
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (!colour.startsWith("rgba") || numbers(colour)[3] === 1) return colour;
    }
    throw new Error("no ground");
  };
  const found = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || !element.checkVisibility()) continue;
    if (element.closest(".unseen")) continue;
    const [a, b] = [light(getComputedStyle(element).color), light(ground(element))];
    const contrast = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    found.push([texts.currentNode.data, contrast]);
  }
  const input = document.getElementById("input");
  const hint = light(getComputedStyle(input, "::placeholder").color);
  const under = light(ground(input));
  found.push(["placeholder", (Math.max(hint, under) + .05) / (Math.min(hint, under) + .05)]);
  return found;
}"""


@pytest.mark.parametrize("size", SIZES)
def test_a_threat_is_met_with_a_warning_and_the_hotline(
    visit: Callable[..., Visit], size: dict[str, Any]
) -> None:
    chat = visit(**size).open()
    expect(chat.page.locator("#hotline")).to_have_text(chat.config["hotline"])
    chat.say(THREAT)
    chat.expect_turns(user=1, assistant=1)
    assert chat.config["hotline"] in chat.reply()
    expect(chat.page.locator("#typing")).to_be_hidden()
    assert chat.complaints == []


@pytest.mark.parametrize("size", SIZES)
def test_the_page_says_who_speaks_and_how_to_reach_a_person(
    visit: Callable[..., Visit], size: dict[str, Any]
) -> None:
    chat = visit(**size).open()
    config = chat.config
    for name in ("automated", "note_1", "note_2", "note_3", "note_urgent", "greeting"):
        expect(chat.page.get_by_text(config["strings"][name], exact=True)).to_be_in_viewport()
    expect(chat.page.locator("#institution")).to_have_text(config["institution"])
    expect(chat.page).to_have_title(config["strings"]["title"])


@pytest.mark.parametrize("size", SIZES)
def test_nothing_is_wider_than_the_screen(
    visit: Callable[..., Visit], size: dict[str, Any]
) -> None:
    chat = visit(**size).open()
    chat.say("長" * 300 + "w" * 300)
    chat.expect_turns(user=1, assistant=1)
    width, height = chat.page.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
    )
    assert (width, height) == tuple(size["viewport"].values())


def test_the_column_stays_narrow_on_a_desktop(visit: Callable[..., Visit]) -> None:
    chat = visit(**DESKTOP).open()
    box = chat.page.locator("#app").bounding_box()
    assert box is not None
    assert box["width"] <= 760
    assert abs(box["x"] * 2 + box["width"] - 1280) < 2


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("size", SIZES)
def test_every_text_stands_out_from_its_ground(
    visit: Callable[..., Visit], size: dict[str, Any], scheme: str
) -> None:
    chat = visit(**size, color_scheme=scheme).open()
    found = chat.page.evaluate(CONTRASTS)
    chat.page.locator("#openers button").first.click()
    chat.expect_turns(user=1, assistant=1)
    chat.page.context.set_offline(True)
    chat.say("字" * 10)
    chat.page.locator("#input").fill("字" * 2001)
    expect(chat.page.locator("#counter")).not_to_be_empty()
    found += chat.page.evaluate(CONTRASTS)
    assert len(found) > 30
    assert [text for text in found if text[1] < 4.5] == []


def test_the_dark_page_is_dark(visit: Callable[..., Visit]) -> None:
    shades = []
    for scheme in SCHEMES:
        chat = visit(**PHONE, color_scheme=scheme).open()
        colour = chat.page.evaluate("getComputedStyle(document.body).backgroundColor")
        shades.append(sum(int(part) for part in re.findall(r"\d+", colour)[:3]))
    light, dark = shades
    assert light > 600
    assert dark < 120


def test_reduced_motion_stops_every_animation(visit: Callable[..., Visit]) -> None:
    chat = visit(**PHONE, reduced_motion="reduce").open()
    chat.say("你好")
    chat.expect_turns(user=1, assistant=1)
    assert chat.page.evaluate("document.getAnimations().length") == 0
    names = "getComputedStyle(document.querySelector('.dots i')).animationName"
    assert chat.page.evaluate(names) == "none"


def test_chinese_is_drawn_with_a_chinese_font(visit: Callable[..., Visit]) -> None:
    # Without one, every character is the same empty box.
    drawn = (
        visit()
        .open()
        .page.evaluate(
            """["账", "诈"].map((text) => {
          const canvas = document.createElement("canvas");
          const pen = canvas.getContext("2d");
          pen.font = getComputedStyle(document.body).font;
          pen.fillText(text, 20, 40);
          return canvas.toDataURL();
        })"""
        )
    )
    assert drawn[0] != drawn[1], "no Chinese font: apt-get install fonts-noto-cjk"


def test_the_page_asks_nobody_but_its_own_host(visit: Callable[..., Visit]) -> None:
    chat = visit(**PHONE).open()
    chat.say("看看 https://elsewhere.example/a.png 和 <img src='//elsewhere.example/b.png'>")
    chat.expect_turns(user=1, assistant=1)
    assert any(url.startswith("ws") for url in chat.requests)
    assert chat.hosts() == {urlsplit(chat.base_url).netloc}


def test_nothing_that_is_written_becomes_markup_or_a_link(visit: Callable[..., Visit]) -> None:
    chat = visit(**PHONE).open()
    text = "<b>0085200001111</b> https://elsewhere.example <script>alert(1)</script>\n  第二行"
    chat.say(text)
    chat.expect_turns(user=1, assistant=1)
    bubble = chat.page.locator(".turn.user .bubble")
    assert bubble.evaluate("element => element.textContent") == text
    assert "\n  第二行" in bubble.inner_text()
    assert chat.page.locator("a").count() == 0
    assert chat.page.locator("#log").locator("b, script, iframe").count() == 0
    detection = chat.page.locator("meta[name=format-detection]").get_attribute("content")
    assert "telephone=no" in str(detection)


def test_a_number_to_dial_stays_on_one_line(visit: Callable[..., Visit]) -> None:
    chat = visit(**PHONE).open()
    texts = ["字" * before + "400-012-345，12378" for before in range(8, 18)]
    for text in texts:
        chat.say(text)
    numbers = chat.page.locator(".turn.user .number")
    expect(numbers).to_have_count(2 * len(texts))
    lines = numbers.evaluate_all("all => all.map((number) => number.getClientRects().length)")
    assert set(lines) == {1}
    bubbles = chat.page.locator(".turn.user .bubble").evaluate_all(
        "all => all.map(b => b.textContent)"
    )
    assert bubbles == texts


@pytest.mark.parametrize("size", SIZES)
def test_a_suggested_opener_is_sent_by_one_tap(
    visit: Callable[..., Visit], size: dict[str, Any]
) -> None:
    chat = visit(**size).open()
    opener = chat.config["openers"][0]
    chat.page.get_by_role("button", name=opener).click()
    chat.expect_turns(user=1, assistant=1)
    expect(chat.page.locator(".turn.user .bubble")).to_have_text(opener)
    expect(chat.page.locator("#welcome")).to_be_hidden()


@pytest.mark.parametrize("size", SIZES)
def test_a_quick_reply_can_be_pressed_once(
    visit: Callable[..., Visit], size: dict[str, Any]
) -> None:
    chat = visit(**size).open()
    chat.say(THREAT)
    chat.expect_turns(user=1, assistant=1)
    choices = chat.page.locator(".turn.assistant .choice")
    title = choices.first.inner_text()
    choices.first.click()
    chat.expect_turns(user=2, assistant=2)
    expect(chat.page.locator(".turn.user .bubble").last).to_have_text(title)
    first_row = chat.page.locator(".turn.assistant").first.locator(".choice")
    for index in range(first_row.count()):
        expect(first_row.nth(index)).to_be_disabled()
    expect(first_row.first).to_have_attribute("aria-pressed", "true")


def test_a_quick_reply_shows_its_title_and_sends_its_payload(visit: Callable[..., Visit]) -> None:
    chat = visit(**PHONE)
    sent: list[dict[str, Any]] = []

    def answer(socket: WebSocketRoute) -> None:
        def reply(frame: str | bytes) -> None:
            sent.append(json.loads(frame))
            bubble = {"text": "请选", "buttons": [{"title": "看号码", "payload": "/核实号码"}]}
            about = {"in_reply_to": sent[-1]["message_id"], "messages": [bubble]}
            socket.send(json.dumps({"type": "reply"} | about))

        socket.on_message(reply)
        socket.send('{"type": "hello"}')

    chat.page.route_web_socket(SOCKET, answer)
    chat.open()
    chat.say("你好")
    chat.page.get_by_role("button", name="看号码").click()
    chat.expect_turns(user=2, assistant=2)
    expect(chat.page.locator(".turn.user .bubble").last).to_have_text("看号码")
    assert [message["text"] for message in sent] == ["你好", "/核实号码"]
