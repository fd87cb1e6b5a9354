"""People take over, answer and hand back; the user gets their words in the chat."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.audit import Actor, AuditLog
from bot.handoff.desk import HandoffDesk, HandoffError
from bot.outbound.wording import WordingError
from bot.services import Services
from tests.bot.handoff.conftest import NOW, asks, says, ticket_of

LI, WANG = Actor("li"), Actor("wang")
TICKET = ticket_of("u1")


@pytest.fixture
async def desk(services: Services) -> HandoffDesk:
    await services.ledger.record(asks("u1"))
    ledger = services.ledger
    user_of = services.exchanges.store.user
    return HandoffDesk(
        ledger.reader, ledger.writer, services.senders, services.voices, user_of, lambda: NOW
    )


def mail(services: Services) -> list[str]:
    return [one.bubbles[0]["text"] for one in services.mailbox.waiting("rest", "u1")]


async def test_an_answer_reaches_the_chat_and_its_fate_is_kept(
    desk: HandoffDesk, services: Services
) -> None:
    await desk.take(TICKET, LI)
    delivery = await desk.answer(TICKET, "您好，我看到您说的了。", LI)
    assert delivery.fate == "kept"
    assert mail(services) == ["人工客服：您好，我看到您说的了。"]
    await services.ledger.record(says("u1", "好的", "m2"))
    said = await desk.read(TICKET, LI)
    assert [(each.side, each.author, each.fate) for each in said] == [
        ("agent", "li", "kept"),
        ("user", None, None),
    ]
    request = desk.get(TICKET)
    assert request is not None
    assert request.answered_at == NOW
    assert not request.is_late(request.due_at.replace(year=2030))


@pytest.mark.parametrize(
    "words", ["请打 100 0000 1234 找我", "加我微信 abc12345", "看 http://evil.example"]
)
async def test_numbers_and_addresses_that_are_not_ours_do_not_go_out(
    desk: HandoffDesk, services: Services, words: str
) -> None:
    await desk.take(TICKET, LI)
    with pytest.raises(WordingError):
        await desk.answer(TICKET, words, LI)
    assert mail(services) == []
    assert await desk.read(TICKET, LI) == []


async def test_only_who_took_it_speaks_and_another_one_may_relieve_them(
    desk: HandoffDesk,
) -> None:
    with pytest.raises(HandoffError) as refused:
        await desk.answer(TICKET, "您好", LI)
    assert refused.value.why == "not_taken"
    await desk.take(TICKET, LI)
    await desk.take(TICKET, WANG)
    with pytest.raises(HandoffError) as refused:
        await desk.answer(TICKET, "您好", LI)
    assert refused.value.why == "others"
    assert (await desk.answer(TICKET, "您好", WANG)).is_out


async def test_handing_back_is_told_and_ends_it(desk: HandoffDesk, services: Services) -> None:
    await desk.take(TICKET, LI)
    await desk.end(TICKET, LI)
    assert "自动安全助手" in mail(services)[0]
    assert desk.standing() == []
    assert [each.ticket for each in desk.ended(5)] == [TICKET]
    for change in (desk.take(TICKET, LI), desk.end(TICKET, LI), desk.answer(TICKET, "好", LI)):
        with pytest.raises(HandoffError) as refused:
            await change
        assert refused.value.why == "ended"


async def test_a_channel_that_is_off_is_told_to_the_person_and_stands_in_the_record(
    desk: HandoffDesk, services: Services
) -> None:
    turn = asks("u2")
    away = replace(turn.context, channel="away", conversation="away:u2")
    await services.ledger.record(replace(turn, context=away))
    await desk.take(ticket_of("u2"), LI)
    assert (await desk.answer(ticket_of("u2"), "您好", LI)).fate == "failed"
    assert [each.fate for each in await desk.read(ticket_of("u2"), LI)] == ["failed"]


async def test_every_act_and_every_look_of_another_one_stands_in_the_audit(
    desk: HandoffDesk, services: Services
) -> None:
    await desk.read(TICKET, WANG)
    await desk.take(TICKET, LI)
    await desk.read(TICKET, LI)
    await desk.answer(TICKET, "您好", LI)
    await desk.end(TICKET, LI)
    entries = AuditLog(services.ledger.reader).latest(action="handoff.")
    assert [(each.actor, each.action) for each in reversed(entries)] == [
        ("wang", "handoff.read"),
        ("li", "handoff.take"),
        ("li", "handoff.answer"),
        ("li", "handoff.end"),
    ]


async def test_an_unknown_number_is_told(desk: HandoffDesk) -> None:
    assert desk.get("RG-none") is None
    for change in (desk.take("RG-none", LI), desk.read("RG-none", LI)):
        with pytest.raises(HandoffError) as refused:
            await change
        assert refused.value.why == "missing"
