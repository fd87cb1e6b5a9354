"""What is told of outreach, and what it is a share of."""

from __future__ import annotations

import pytest

from actions.plan import Followup
from bot.outbound.message import Delivery
from bot.outreach.figures import Asked, OutreachFigures
from bot.outreach.questions import open_question
from tests.bot.outreach.conftest import World


def group(figures: OutreachFigures, name: str, key: str) -> Asked:
    return next(each for each in figures.questions if (each.group, each.key) == (name, key))


async def says(world: World, user: str, said: str, message: str) -> None:
    asked = open_question(world.reader, world.user(user), world.now)
    assert asked is not None
    followup = Followup(asked.signal, asked.code, asked.id, said)
    await world.turn(user, message, followup=followup)


async def test_the_share_is_of_answers_alone_and_a_threat_counts_once(world: World) -> None:
    for number in range(5):
        code = "loan_scam" if number < 4 else "credit_repair"
        await world.reminded(f"u{number}", code)
    world.platform.fates = [Delivery("sent")] * 4 + [Delivery("unknown")]
    world.later(hours=24)
    await world.dispatch.round()
    said = {"u0": "stopped", "u1": "went_on", "u2": "unknown"}
    for user, answer in said.items():
        world.later(minutes=1)
        await says(world, user, answer, "m3")
    world.later(hours=48)
    await world.dispatch.round()
    await says(world, "u1", "stopped", "m4")  # what was said last is what became of it
    found = world.figures()
    reach = found.whole.reach
    assert (reach.planned, reach.sent, reach.unsure, reach.waiting) == (10, 8, 1, 0)
    assert (reach.delivered, reach.answered, reach.not_sent) == (8, 4, 1)
    assert found.whole.answers == {"stopped": 2, "unknown": 1}
    figure = found.whole.dissuaded
    assert figure is not None
    assert figure.of == 3
    assert figure.value == pytest.approx(2 / 3)
    assert figure.interval is not None
    low, high = figure.interval
    assert (round(low, 3), round(high, 3)) == (0.208, 0.939)  # Wilson, 95 %
    assert group(found, "step", "24h").answers == {"stopped": 1, "went_on": 1, "unknown": 1}
    assert group(found, "step", "72h").answers == {"stopped": 1}
    assert group(found, "code", "credit_repair").dissuaded is None
    assert [(each.state, each.reason, each.count) for each in found.not_sent] == [
        ("cancelled", "answered", 1)
    ]


async def test_without_an_answer_there_is_no_share(world: World) -> None:
    assert world.figures().whole.dissuaded is None
    await world.reminded()
    world.later(hours=24)
    await world.dispatch.round()
    found = world.figures()
    assert found.whole.dissuaded is None
    assert (found.whole.reach.sent, found.whole.reach.waiting) == (1, 1)


async def test_an_unsure_question_that_was_answered_had_arrived(world: World) -> None:
    world.platform.fates = [Delivery("unknown")]
    await world.reminded()
    world.later(hours=24)
    await world.dispatch.round()
    await says(world, "u1", "stopped", "m3")
    reach = world.figures().whole.reach
    assert (reach.sent, reach.unsure, reach.delivered, reach.answered) == (0, 1, 1, 1)


async def test_warnings_are_counted_apart(world: World) -> None:
    await world.agrees()
    await world.warns()
    await world.warns("stranger", key="k2")
    await world.dispatch.round()
    found = world.figures()
    assert (found.warnings.planned, found.warnings.sent, found.warnings.not_sent) == (2, 1, 1)
    assert found.whole.reach.planned == 0
