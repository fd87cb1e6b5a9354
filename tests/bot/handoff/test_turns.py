"""What turns leave for the people who take over, and how a user stands with them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from jsonschema import Draft202012Validator

from actions.facts import HandoffFact
from actions.plan import UserChange
from bot.audit import Actor
from bot.handoff.desk import HandoffDesk
from bot.handoff.standing import handoff_fact
from bot.handoff.turns import ASKED_TYPE
from bot.inbound import InboundMessage
from bot.services import Services
from bot.settings import ROOT
from tests.bot.handoff.conftest import NOW, asks, says, ticket_of

LI = Actor("li")


def fact_of(services: Services, user: str, now: datetime = NOW) -> HandoffFact | None:
    message = InboundMessage("rest", user, user, "m9", "转人工", now)
    return handoff_fact(services, message)


def desk_of(services: Services, now: datetime = NOW) -> HandoffDesk:
    ledger = services.ledger
    user_of = services.exchanges.store.user
    return HandoffDesk(
        ledger.reader, ledger.writer, services.senders, services.voices, user_of, lambda: now
    )


async def test_a_request_is_written_once_with_its_event(services: Services) -> None:
    for _ in range(2):
        await services.ledger.record(asks("u1"))
    assert [each.ticket for each in desk_of(services).standing()] == [ticket_of("u1")]
    events = [each.event for each in services.ledger.outbox() if each.event["type"] == ASKED_TYPE]
    assert len(events) == 1
    schema = json.loads((ROOT / "bot/schemas/handoff.asked.v1.json").read_text())
    Draft202012Validator(schema).validate(events[0]["data"])
    assert events[0]["data"]["code"] == "loan_scam"
    assert "两千" not in json.dumps(events[0], ensure_ascii=False)


async def test_a_second_request_of_a_conversation_adds_none(services: Services) -> None:
    await services.ledger.record(asks("u1"))
    again = asks("u1", after=5, message_id="m2")
    assert again.handoff is not None
    other = replace(again.handoff, plan=replace(again.handoff.plan, ticket="RG-other"))
    await services.ledger.record(replace(again, handoff=other))
    assert [each.ticket for each in desk_of(services).standing()] == [ticket_of("u1")]


async def test_the_place_counts_who_asked_before_and_who_is_in_despair(
    services: Services,
) -> None:
    await services.ledger.record(asks("u1", after=1))
    await services.ledger.record(asks("u2", after=2))
    await services.ledger.record(asks("u3", after=3, reason="crisis"))
    places = {}
    for user in ("u1", "u2", "u3", "u4"):
        fact = fact_of(services, user, NOW + timedelta(seconds=9))
        assert fact is not None
        places[user] = (fact.ahead, fact.standing)
    assert places == {
        "u1": (1, "waiting"),
        "u2": (2, "waiting"),
        "u3": (0, "waiting"),
        "u4": (3, None),
    }
    queue = [each.ticket for each in desk_of(services).standing()]
    assert queue == [ticket_of("u3"), ticket_of("u1"), ticket_of("u2")]


async def test_a_crisis_moves_who_waits_already_to_the_front(services: Services) -> None:
    await services.ledger.record(asks("u1", after=1))
    await services.ledger.record(asks("u2", after=2))
    await services.ledger.record(says("u2", "我不想活了", "m2", reason="crisis"))
    assert desk_of(services).standing()[0].ticket == ticket_of("u2")


async def test_what_is_said_meanwhile_is_kept_once_and_in_its_order(services: Services) -> None:
    await services.ledger.record(asks("u1"))
    for text, id in (("在吗", "m2"), ("我很急", "m3"), ("在吗", "m2")):
        await services.ledger.record(says("u1", text, id))
    said = await desk_of(services).read(ticket_of("u1"), LI)
    assert [each.text for each in said] == ["在吗", "我很急"]


async def test_who_took_it_and_went_away_does_not_keep_the_assistant_quiet(
    services: Services,
) -> None:
    await services.ledger.record(asks("u1"))
    await desk_of(services).take(ticket_of("u1"), LI)
    patience = services.voices.now.handoff.patience
    for later, standing in ((patience - timedelta(seconds=1), "taken"), (patience, "waiting")):
        fact = fact_of(services, "u1", NOW + later)
        assert fact is not None
        assert fact.standing == standing


async def test_erasing_takes_the_words_and_leaves_the_count(services: Services) -> None:
    await services.ledger.record(asks("u1"))
    await services.ledger.record(says("u1", "我叫某某", "m2"))
    turn = says("u1", "删除我的记录", "m3")
    await services.ledger.record(replace(turn, change=UserChange(erase=True)))
    rows = services.ledger.reader.rows("SELECT state, user, reach, summary FROM handoffs")
    assert rows == [("ended", "", "", "{}")]
    assert services.ledger.reader.rows("SELECT text FROM handoff_messages") == []
    fact = fact_of(services, "u1")
    assert fact is not None
    assert fact.standing is None


@pytest.mark.parametrize("lacking", ["password", "sender", "content"])
async def test_nobody_is_promised_where_nobody_could_answer(
    services: Services, lacking: str
) -> None:
    assert fact_of(services, "u1") is not None
    if lacking == "password":
        services.settings = services.settings.copy(update={"admin_password": None})
    elif lacking == "content":
        voice = services.voices.now
        services.voices.use(replace(voice, content=replace(voice.content, handoff=False)))
    message = InboundMessage("none" if lacking == "sender" else "rest", "u1", "u1", "m", "", NOW)
    assert handoff_fact(services, message) is None
