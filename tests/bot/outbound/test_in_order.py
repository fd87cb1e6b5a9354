"""Messages in several parts."""

from __future__ import annotations

import pytest

from bot.outbound.in_order import in_order
from bot.outbound.message import Delivery, Fate


async def fate_of(*answers: Fate) -> tuple[Fate, int]:
    """The fate of a message of two parts whose tries end so, and how often was tried."""
    given = iter(answers)
    tries = []

    async def send(place: int, part: str) -> Delivery:
        tries.append(part)
        return Delivery(next(given))

    delivery = await in_order(("a", "b"), send, pauses=(0.0, 0.0))
    return delivery.fate, len(tries)


@pytest.mark.parametrize("fate", ["failed", "blocked", "refused", "window_closed", "unknown"])
async def test_while_nothing_went_out_the_fate_of_the_first_part_is_that_of_all(fate: Fate) -> None:
    assert await fate_of(fate) == (fate, 1)


async def test_a_later_part_that_failed_is_tried_again() -> None:
    assert await fate_of("sent", "failed", "failed", "sent") == ("sent", 4)


async def test_half_a_message_can_not_be_sent_anew() -> None:
    assert await fate_of("sent", "failed", "failed", "failed") == ("unknown", 4)
    assert await fate_of("sent", "window_closed") == ("unknown", 2)


async def test_a_message_without_anything_to_show_is_refused() -> None:
    async def send(place: int, part: str) -> Delivery:
        raise AssertionError("nothing is to be sent")

    assert (await in_order((), send)).fate == "refused"
