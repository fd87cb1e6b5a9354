"""From the wish for a person to the person's words, and back to the assistant."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.audit import Actor
from bot.handoff.desk import HandoffDesk
from bot.services import Services
from tests.bot.handoff.chatting import Chat
from tests.bot.handoff.conftest import NOW

LI = Actor("li")
PERSON: dict[str, Any] = {"intent": "handoff", "act": ("handoff", 0.99)}
EVENING = NOW.replace(hour=12, minute=59)  # 20:59 in Beijing


@pytest.fixture
def people(services: Services) -> HandoffDesk:
    ledger = services.ledger
    user_of = services.exchanges.store.user
    return HandoffDesk(
        ledger.reader, ledger.writer, services.senders, services.voices, user_of, lambda: NOW
    )


def texts(bubbles: list[dict[str, Any]]) -> list[str]:
    return [bubble["text"] for bubble in bubbles]


async def test_a_whole_conversation_with_a_person(services: Services, people: HandoffDesk) -> None:
    chat = Chat(services, "u1")
    await chat.say("你好", NOW, "m1")
    queued = texts(await chat.say("转人工", NOW, "m2", **PERSON))
    assert "前面还有0位" in queued[0]
    [request] = people.standing()
    assert request.ticket in queued[0]
    assert request.summary["said"][0] == {"side": "user", "text": "你好"}
    assert request.summary["said"][-1] == {"side": "user", "text": "转人工"}

    assert texts(await chat.say("我的卡号是6222020000000000123", NOW, "m3")) != []
    await people.take(request.ticket, LI)
    assert await chat.say("在吗", NOW, "m4") == []
    assert await chat.say("在吗", NOW, "m4") == []
    await people.answer(request.ticket, "我在，您慢慢说。", LI)
    assert texts(await chat.say("好", NOW, "m5")) == ["人工客服：我在，您慢慢说。"]
    assert await chat.say("好的", NOW, "m6") == []

    said = await people.read(request.ticket, LI)
    assert [each.side for each in said] == ["user", "user", "agent", "user", "user"]
    assert "6222020000000000123" not in said[0].text
    await people.end(request.ticket, LI)
    after = texts(await chat.say("谢谢", NOW, "m7", intent="thanks", act=("thanks", 0.99)))
    assert "自动安全助手" in after[0]
    assert len(after) > 1


async def test_an_emergency_is_answered_while_a_person_talks(
    services: Services, people: HandoffDesk
) -> None:
    chat = Chat(services, "u1")
    await chat.say("转人工", NOW, "m1", **PERSON)
    await people.take(people.standing()[0].ticket, LI)
    answer = texts(
        await chat.say("我正在转账", NOW, "m2", urgent="emergency", marks=frozenset({"moved"}))
    )
    assert "110" in answer[0]
    assert [each.text for each in await people.read(people.standing()[0].ticket, LI)] == [
        "我正在转账"
    ]


async def test_a_crisis_goes_to_the_front_of_the_queue(
    services: Services, people: HandoffDesk
) -> None:
    await Chat(services, "u1").say("转人工", NOW, "m1", **PERSON)
    answer = texts(
        await Chat(services, "u2").say(
            "我不想活了", NOW + timedelta(seconds=1), "m1", urgent="crisis"
        )
    )
    assert "12356" in answer[0]
    assert "真人" in answer[-1]
    front = people.standing()[0]
    assert (front.reason, front.urgent) == ("crisis", True)


@pytest.mark.parametrize(
    ("minutes", "begins"), [(0, "好，已经为您转人工"), (1, "现在人工不在"), (2, "现在人工不在")]
)
async def test_at_nine_in_the_evening_the_queue_becomes_a_ticket(
    services: Services, minutes: int, begins: str
) -> None:
    chat = Chat(services, "u1")
    [answer, *_] = texts(
        await chat.say("转人工", EVENING + timedelta(minutes=minutes), "m1", **PERSON)
    )
    assert answer.startswith(begins)
    if minutes:
        assert "12月1日10点00分前" in answer


async def test_two_people_who_ask_are_two_in_the_queue(
    services: Services, people: HandoffDesk
) -> None:
    for index in range(3):
        chat = Chat(services, f"u{index}")
        answer = texts(await chat.say("转人工", NOW + timedelta(seconds=index), "m1", **PERSON))
        assert f"前面还有{index}位" in answer[0]
    assert len(people.standing()) == 3
