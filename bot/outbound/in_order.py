"""A message in several parts: sent one after the other, and what that comes to as a whole."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeVar

from bot.outbound.message import Delivery

_Part = TypeVar("_Part")

PAUSES: Final = (1.0, 3.0)
"""Seconds between tries for a part that is not the first."""

_LONGEST_PAUSE: Final = 30.0


async def in_order(
    parts: Sequence[_Part],
    send: Callable[[int, _Part], Awaitable[Delivery]],
    pauses: Sequence[float] = PAUSES,
) -> Delivery:
    """Sends parts with ``send``, which gets the place of each and tells its fate.

    While nothing went out the fate of the first part is that of the message. Later parts are tried a few times,
    since a message of which half went out cannot be sent again without repeating it: if they fail for good it
    is ``unknown``.
    """
    if not parts:
        return Delivery("refused", "there is nothing in it that this channel can show")
    for place, part in enumerate(parts):
        delivery = await send(place, part)
        for pause in pauses if place else ():
            if delivery.fate != "failed":
                break
            await asyncio.sleep(min(delivery.retry_after or pause, _LONGEST_PAUSE))
            delivery = await send(place, part)
        if delivery.fate != "sent":
            return delivery if place == 0 else _broken_off(place, len(parts), delivery)
    return Delivery("sent")


def _broken_off(out: int, parts: int, delivery: Delivery) -> Delivery:
    return Delivery("unknown", f"{out} of {parts} parts went out: {delivery.detail}")
