"""From the offer to the event, through the real assistant: somebody is asked again and answers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.ledger.encoding import utc_now
from bot.ledger.reading import LedgerView
from bot.outbound.mailbox import MailboxSender
from bot.outreach.rows import Outreach, OutreachView
from bot.outreach.sending import Dispatch
from bot.outreach.turns import ANSWERED_TYPE
from tests.conftest import Answer, Desk, make_services

OFFER = "有人说交两千保证金就能放款五万，我打算交了"
YES = "好，到时问我"


class Chat(Desk):
    """An assistant on a channel that reaches its users when they come, with an own clock for sending."""

    def __init__(self, home: Path, model: Path) -> None:
        super().__init__(make_services(home), model)
        self.services.senders.add(MailboxSender(self.channel, self.services.mailbox))

    def passes(self, **span: float) -> None:
        """So much time passes, as far as sending knows, until a moment of the day at which nobody sleeps."""
        services, ledger = self.services, self.services.ledger
        now = utc_now() + timedelta(**span)
        now = now.replace(hour=4)  # noon in Beijing
        now = now if now >= utc_now() + timedelta(**span) else now + timedelta(days=1)
        dispatch = Dispatch(
            *(ledger.reader, ledger.writer, services.hasher, services.voices),
            *(services.exchanges.store.user, services.senders, lambda: now),
        )
        self.loop.run_until_complete(dispatch.round())

    @property
    def rows(self) -> list[Outreach]:
        """What was planned, by when it is due."""
        found = OutreachView(self.services.ledger.reader).list(100)
        return sorted(found, key=lambda row: row.due_at)

    def answers(self) -> list[Any]:
        """The data of the events of answers."""
        view: LedgerView = self.services.ledger
        return [each.event["data"] for each in view.outbox() if each.event["type"] == ANSWERED_TYPE]


@pytest.fixture
def chat(model: Path, tmp_path: Path) -> Iterator[Chat]:
    made = Chat(tmp_path, model)
    yield made
    made.close()


def buttons(answer: Answer) -> list[str]:
    return [button["title"] for bubble in answer.bubbles for button in bubble.get("buttons") or ()]


def test_who_agreed_is_asked_at_the_next_visit_and_the_answer_becomes_an_event(chat: Chat) -> None:
    warned = chat.say("u1", OFFER)
    assert YES in buttons(warned)
    assert chat.rows == []
    assert "别再发了" in chat.say("u1", YES).text
    assert [row.step for row in chat.rows] == ["24h", "72h"]
    chat.passes(hours=24)
    assert [row.state for row in chat.rows] == ["kept", "planned"]
    visit = chat.say("u1", "我没理他")
    assert "按约定来问一声" in visit.text
    assert chat.answers() == [], "it was said before the question was seen"
    reply = chat.say("u1", "没再理他们")
    assert "您稳住了" in reply.text
    assert [data["answer"] for data in chat.answers()] == ["stopped"]
    assert chat.answers()[0]["signal"]["id"] == warned.signals[0]["id"]
    assert [(row.state, row.answer) for row in chat.rows] == [
        ("kept", "stopped"),
        ("cancelled", None),
    ]


def test_who_paid_meanwhile_is_told_what_to_do_and_it_is_a_signal(chat: Chat) -> None:
    chat.say("u2", OFFER)
    chat.say("u2", YES)
    chat.passes(hours=24)
    chat.say("u2", "你好")
    paid = chat.say("u2", "已经转了")
    assert [data["answer"] for data in chat.answers()] == ["went_on"]
    assert [signal["data"]["stage"] for signal in paid.signals] == ["paid"]
    assert "110" in paid.text


def test_who_opts_out_hears_nothing_more(chat: Chat) -> None:
    chat.say("u3", OFFER)
    chat.say("u3", YES)
    chat.say("u3", "别再发了")
    chat.passes(hours=24)
    assert {(row.state, row.reason) for row in chat.rows} == {("cancelled", "opted_out")}


def test_an_erasure_takes_the_person_out_of_it(chat: Chat) -> None:
    chat.say("u4", OFFER)
    chat.say("u4", YES)
    chat.say("u4", "删除我的数据")
    chat.say("u4", "确认删除")
    chat.passes(hours=24)
    assert {row.user for row in chat.rows} == {None}
    assert {row.state for row in chat.rows} == {"cancelled"}
