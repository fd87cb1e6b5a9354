"""What waits for a user's next visit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.hashing import Hasher
from bot.ledger.database import Reader, database_path
from bot.ledger.events import event_source
from bot.ledger.ledger import Ledger
from bot.outbound.mailbox import Mailbox, MailboxSender
from bot.outbound.message import Delivery, OutboundMessage, Sender
from bot.outbound.senders import Senders

HELLO = OutboundMessage("m1", ({"text": "您好，我是人工客服。"},))
MORE = OutboundMessage("m2", ({"text": "请问方便说说经过吗？"},))


@pytest.fixture
def mailbox(tmp_path: Path) -> Iterator[Mailbox]:
    hasher = Hasher([b"a key of the tests alone"])
    ledger = Ledger.open(tmp_path, hasher=hasher, source=event_source("demo"))
    yield Mailbox(ledger.writer, Reader(database_path(tmp_path)), hasher)
    ledger.close()


async def test_what_is_kept_waits_in_its_order_for_its_user_alone(mailbox: Mailbox) -> None:
    await mailbox.keep("app", "u1", HELLO)
    await mailbox.keep("app", "u1", MORE)
    assert [mail.id for mail in mailbox.waiting("app", "u1")] == ["m1", "m2"]
    assert mailbox.waiting("app", "u2") == ()
    assert mailbox.waiting("rest", "u1") == ()


async def test_the_same_message_kept_twice_waits_once(mailbox: Mailbox) -> None:
    await mailbox.keep("app", "u1", HELLO)
    await mailbox.keep("app", "u1", OutboundMessage("m1", ({"text": "anders"},)))
    assert [mail.bubbles for mail in mailbox.waiting("app", "u1")] == [HELLO.bubbles]


async def test_what_was_shown_waits_no_longer_and_counts_once(mailbox: Mailbox) -> None:
    await mailbox.keep("app", "u1", HELLO)
    assert await mailbox.shown("app", "u1", ["m1"]) == 1
    assert await mailbox.shown("app", "u1", ["m1"]) == 0
    assert mailbox.waiting("app", "u1") == ()


async def test_nobody_can_say_that_words_for_another_were_seen(mailbox: Mailbox) -> None:
    await mailbox.keep("app", "u1", HELLO)
    assert await mailbox.shown("app", "u2", ["m1"]) == 0
    assert await mailbox.read("app", "u2", ["m1"]) == 0
    assert len(mailbox.waiting("app", "u1")) == 1


async def test_what_was_read_was_shown(mailbox: Mailbox) -> None:
    await mailbox.keep("app", "u1", HELLO)
    assert await mailbox.read("app", "u1", ["m1"]) == 1
    assert mailbox.waiting("app", "u1") == ()


class _Fixed(Sender):
    """A channel of which a test says what it answers."""

    def __init__(self, answer: Delivery | Exception) -> None:
        self._answer = answer

    @property
    def channel(self) -> str:
        return "wechat"

    async def send(self, address: str, message: OutboundMessage) -> Delivery:
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


@pytest.mark.parametrize("fate", ["blocked", "window_closed"])
async def test_what_a_channel_cannot_bring_now_waits_for_the_next_visit(
    mailbox: Mailbox, fate: str
) -> None:
    senders = Senders(mailbox)
    senders.add(_Fixed(Delivery(fate)))  # type: ignore[arg-type]
    delivery = await senders.send("wechat", "u1", HELLO)
    assert delivery.fate == "kept"
    assert delivery.detail.startswith(fate)
    assert [mail.id for mail in mailbox.waiting("wechat", "u1")] == ["m1"]


async def test_nothing_waits_where_nobody_wants_it_kept(mailbox: Mailbox) -> None:
    senders = Senders(mailbox)
    senders.add(_Fixed(Delivery("window_closed")))
    assert (await senders.send("wechat", "u1", HELLO, keep=False)).fate == "window_closed"
    assert mailbox.waiting("wechat", "u1") == ()


async def test_a_sender_that_breaks_leaves_it_unknown_whether_the_words_arrived(
    mailbox: Mailbox,
) -> None:
    senders = Senders(mailbox)
    senders.add(_Fixed(RuntimeError("with the words in it")))
    delivery = await senders.send("wechat", "u1", HELLO)
    assert (delivery.fate, delivery.detail) == ("unknown", "RuntimeError")


async def test_a_channel_that_is_off_fails_and_says_so(mailbox: Mailbox) -> None:
    delivery = await Senders(mailbox).send("telegram", "u1", HELLO)
    assert (delivery.fate, delivery.detail) == (
        "failed",
        "telegram: the channel is not switched on",
    )


async def test_the_sender_of_a_channel_without_push_keeps_for_the_next_visit(
    mailbox: Mailbox,
) -> None:
    senders = Senders(mailbox)
    senders.add(MailboxSender("rest", mailbox))
    assert (await senders.send("rest", "u1", HELLO)).fate == "kept"
    assert [mail.id for mail in mailbox.waiting("rest", "u1")] == ["m1"]
