"""Messages of the customer service that answer nothing, against a server that speaks WeCom's interface."""

from __future__ import annotations

import pytest

from bot.channels.reach import Reach
from bot.channels.wecom.reading import address_of
from bot.outbound.message import OutboundMessage
from tests.bot.channels.wecom.customer_service import ACCOUNT, Wecom, person, said

QUESTION = OutboundMessage(
    "q1",
    (
        {
            "text": "那家公司后来联系过您吗？",
            "buttons": [{"title": "没有", "payload": "没有再联系"}],
        },
    ),
)


def test_a_message_reaches_its_user_in_their_account_as_a_menu(wecom: Wecom) -> None:
    user = person()
    assert wecom.write(address_of(ACCOUNT, user), QUESTION) == "sent"
    (sent,) = wecom.theirs.sent(user)
    assert sent["open_kfid"] == ACCOUNT
    assert said(sent) == "那家公司后来联系过您吗？\n没有"


def test_a_message_that_wecom_has_taken_is_not_taken_twice(wecom: Wecom) -> None:
    user = person()
    message = OutboundMessage(f"once-{user}", ({"text": "提醒您"},))
    assert wecom.write(address_of(ACCOUNT, user), message) == "sent"
    wecom.write(address_of(ACCOUNT, user), message)
    assert wecom.theirs.said(user) == ["提醒您"]


@pytest.mark.parametrize(
    ("code", "fate"),
    [
        (95001, "window_closed"),
        (95002, "window_closed"),
        (95013, "window_closed"),
        (95018, "window_closed"),
        (43004, "blocked"),
        (40003, "refused"),
        (-1, "failed"),
        (None, "unknown"),
    ],
)
def test_what_wecom_says_becomes_a_fate(wecom: Wecom, code: int | None, fate: str) -> None:
    user = person()
    wecom.theirs.refuse.append(code)
    message = OutboundMessage(f"m-{user}", ({"text": "提醒您"},))
    assert wecom.write(address_of(ACCOUNT, user), message) == fate
    assert wecom.theirs.said(user) == []
    reach = Reach(wecom.services.ledger, wecom.services.hasher)
    assert reach.is_lost("wecom", user) == (fate == "blocked")


def test_what_waits_comes_with_the_next_reply_whichever_account_it_was_meant_for(
    wecom: Wecom,
) -> None:
    user = person()
    wecom.theirs.refuse.append(95001)
    message = OutboundMessage(f"w-{user}", ({"text": "请回拨我们"},))
    assert wecom.write(address_of("wk-another", user), message, keep=True) == "kept"
    assert any("请回拨我们" in text for text in wecom.say(user, "在吗"))


@pytest.mark.parametrize("address", ["", "wm-alone", "/wm", "wk/"])
def test_an_address_without_account_or_user_is_refused(wecom: Wecom, address: str) -> None:
    assert wecom.write(address, QUESTION) == "refused"


def test_at_most_five_messages_go_out(wecom: Wecom) -> None:
    user = person()
    menus = tuple(
        {"text": f"第{n}问", "buttons": [{"title": "好", "payload": "好"}]} for n in range(7)
    )
    assert wecom.write(address_of(ACCOUNT, user), OutboundMessage("x", menus)) == "sent"
    assert len(wecom.theirs.said(user)) == 5
