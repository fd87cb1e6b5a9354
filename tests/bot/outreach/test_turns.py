"""What a conversation leaves for outreach, and what an answer becomes."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from actions.plan import Followup, UserChange
from bot.outbound.mailbox import MailboxSender
from bot.outreach.questions import OPEN, open_question
from bot.outreach.turns import ANSWERED_TYPE
from bot.settings import ROOT
from tests.bot.outreach.conftest import SOURCE, World


def answers(world: World) -> list[dict[str, Any]]:
    """The data of all events of answers."""
    return [
        dict(stored.event["data"])
        for stored in world.ledger.outbox()
        if stored.event["type"] == ANSWERED_TYPE
    ]


async def answer(world: World, said: str, message: str = "m3") -> None:
    asked = open_question(world.reader, world.user(), world.now)
    assert asked is not None
    await world.turn(message=message, followup=Followup(asked.signal, asked.code, asked.id, said))


async def test_who_agreed_is_asked_after_a_day_and_after_three(world: World) -> None:
    told_at = world.now
    await world.reminded()
    assert [(row.step, row.due_at) for row in world.all()] == [
        ("24h", told_at + timedelta(hours=24)),
        ("72h", told_at + timedelta(hours=72)),
    ]
    for hours, texts in ((23, 0), (1, 1), (47, 1), (1, 2)):
        world.later(hours=hours)
        await world.dispatch.round()
        assert len(world.platform.taken) == texts
    first, second = (message.bubbles[0] for _, message in world.platform.taken)
    assert first["text"] != second["text"]
    assert [button["payload"] for button in first["buttons"]] == [
        "没再理他们",
        "还在联系",
        "说不准",
    ]


async def test_agreeing_twice_plans_no_second_time(world: World) -> None:
    signal = await world.reminded()
    await world.turn(message="m3", followup=Followup(signal, "loan_scam"), reach="u1")
    assert len(world.all()) == 2


@pytest.mark.parametrize("said", ["stopped", "went_on", "unknown"])
async def test_an_answer_is_an_event_that_its_schema_describes_and_is_told_once(
    world: World, said: str
) -> None:
    signal = await world.reminded()
    world.later(hours=24)
    await world.dispatch.round()
    asked_at = world.now
    world.later(hours=2)
    asked = open_question(world.reader, world.user(), world.now)
    assert asked is not None
    for message in ("m3", "m3", "m4"):
        followup = Followup(asked.signal, asked.code, asked.id, said)
        await world.turn(message=message, followup=followup)
    [data] = answers(world)
    schema = json.loads((ROOT / "bot/schemas/followup.answered.v1.json").read_text())
    Draft202012Validator(schema).validate(data)
    assert data["signal"] == {"source": SOURCE, "id": signal}
    assert (data["answer"], data["step"]) == (said, "24h")
    assert data["asked_at"].startswith(asked_at.strftime("%Y-%m-%dT%H:%M"))
    assert world.user().current not in json.dumps(data)
    assert open_question(world.reader, world.user(), world.now) is None


async def test_who_said_that_it_is_over_is_not_asked_again_and_who_went_on_is(
    world: World,
) -> None:
    await world.reminded()
    world.later(hours=24)
    await world.dispatch.round()
    await answer(world, "went_on")
    assert [row.state for row in world.all()] == ["sent", "planned"]
    world.later(hours=48)
    await world.dispatch.round()
    await answer(world, "stopped", "m4")
    assert [data["answer"] for data in answers(world)] == ["went_on", "stopped"]


async def test_stopped_cancels_the_second_question(world: World) -> None:
    await world.reminded()
    world.later(hours=24)
    await world.dispatch.round()
    await answer(world, "stopped")
    assert [(row.state, row.reason) for row in world.all()] == [
        ("sent", None),
        ("cancelled", "answered"),
    ]


@pytest.mark.parametrize("change", [UserChange(opted_out=True), UserChange(consent=False)])
async def test_who_opts_out_is_asked_nothing_more(world: World, change: UserChange) -> None:
    await world.reminded()
    await world.turn(message="m3", change=change)
    assert {(row.state, row.reason) for row in world.all()} == {("cancelled", "opted_out")}


async def test_what_waits_in_the_mailbox_is_answered_only_after_it_was_shown(
    world: World,
) -> None:
    world.senders.add(MailboxSender("telegram", world.mailbox))
    await world.reminded()
    world.later(hours=24)
    await world.dispatch.round()
    world.later(days=10)
    assert open_question(world.reader, world.user(), world.now) is None
    [mail] = world.mailbox.waiting("telegram", "u1")
    await world.mailbox.shown("telegram", "u1", [mail.id])
    asked = open_question(world.reader, world.user(), world.now)
    assert asked is not None
    assert asked.id == mail.id


async def test_a_question_of_long_ago_waits_for_no_answer_any_more(world: World) -> None:
    await world.reminded()
    world.later(hours=24)
    await world.dispatch.round()
    assert open_question(world.reader, world.user(), world.now + OPEN / 2) is not None
    assert open_question(world.reader, world.user(), world.now + OPEN * 1.01) is None
    assert open_question(world.reader, world.user("u2"), world.now) is None


async def test_an_answer_cannot_be_given_for_somebody_else(world: World) -> None:
    await world.reminded()
    world.later(hours=24)
    await world.dispatch.round()
    asked = open_question(world.reader, world.user(), world.now)
    assert asked is not None
    await world.turn("u2", followup=Followup(asked.signal, asked.code, asked.id, "stopped"))
    assert answers(world) == []
