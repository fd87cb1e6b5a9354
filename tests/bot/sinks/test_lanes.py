"""One event at a time, many contacts side by side: who is blamed when something does not get through."""

from __future__ import annotations

import asyncio
import json

import pytest

from bot.ledger.reading import StoredEvent
from bot.sinks.base import Delivery, SinkError
from bot.sinks.lanes import LaneSink, Refused


def event(seq: int, subject: str | None = None) -> StoredEvent:
    told = {"id": f"{seq:x}", **({"subject": subject} if subject else {})}
    return StoredEvent(seq, "/a", f"{seq:x}", "loan_scam", json.dumps(told))


class Scripted(LaneSink):
    """Takes everything but what it is told to refuse or to hang at."""

    def __init__(self, parallel: int = 4) -> None:
        super().__init__("scripted", parallel)
        self.sent: list[int] = []
        self.under_way = self.most = 0
        self.refuses: set[int] = set()
        self.hangs: set[int] = set()
        self.down = False
        self.goes_after = 1000

    async def send(self, event: StoredEvent) -> None:
        self.sent.append(event.seq)
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        try:
            await asyncio.sleep(0.05 if event.seq in self.hangs else 0.001)
        finally:
            self.under_way -= 1
        if event.seq in self.refuses:
            raise Refused("HTTP 422")
        self.down = self.down or len(self.sent) > self.goes_after
        if self.down or event.seq in self.hangs:
            raise SinkError("no answer within 1 s")

    async def close(self) -> None:
        """Has nothing."""


@pytest.fixture
def sink() -> Scripted:
    return Scripted()


async def test_contacts_go_side_by_side_and_the_events_of_one_in_their_order(
    sink: Scripted,
) -> None:
    events = [event(seq, f"c{seq % 5}") for seq in range(1, 51)]
    assert await sink.deliver(events) == Delivery()
    assert sink.most == 4
    for contact in range(5):
        mine = [seq for seq in sink.sent if seq % 5 == contact]
        assert mine == sorted(mine)


async def test_behind_a_refused_event_those_of_its_contact_wait_and_others_go_on(
    sink: Scripted,
) -> None:
    sink.refuses = {2}
    delivery = await sink.deliver([event(1, "a"), event(2, "a"), event(3, "a"), event(4, "b")])
    assert delivery == Delivery({2: "HTTP 422"}, frozenset({3}))
    assert sorted(sink.sent) == [1, 2, 4]


async def test_events_without_a_contact_do_not_wait_for_each_other(sink: Scripted) -> None:
    sink.refuses = {1}
    assert (await sink.deliver([event(1), event(2), event(3)])).left == frozenset()


async def test_an_event_at_which_the_receiver_hangs_is_to_blame_if_it_takes_later_ones(
    sink: Scripted,
) -> None:
    sink.hangs = {1}
    delivery = await sink.deliver([event(seq) for seq in range(1, 10)])
    assert delivery == Delivery({1: "no answer within 1 s"})


async def test_no_event_is_to_blame_if_nothing_gets_through(sink: Scripted) -> None:
    sink.down = True
    delivery = await sink.deliver([event(seq) for seq in range(1, 100)])
    assert delivery.trouble == "no answer within 1 s"
    assert delivery.refused == {}
    assert len(delivery.left) == 99
    assert len(sink.sent) <= 8 + 4  # it is not asked in vain a hundred times


async def test_of_a_receiver_that_goes_in_the_middle_only_what_was_under_way_can_be_blamed(
    sink: Scripted,
) -> None:
    sink.goes_after = 20
    delivery = await sink.deliver([event(seq) for seq in range(1, 100)])
    assert delivery.trouble
    assert len(delivery.refused) < 4  # those whose neighbour got through just before
    assert 60 < len(delivery.left) < 85


async def test_a_single_event_that_hangs_is_not_blamed_since_nothing_tells_it_from_an_outage(
    sink: Scripted,
) -> None:
    sink.hangs = {1}
    assert await sink.deliver([event(1)]) == Delivery({}, frozenset({1}), "no answer within 1 s")


async def test_a_mistake_in_a_sink_ends_the_delivery_and_all_that_is_under_way() -> None:
    class Broken(Scripted):
        async def send(self, event: StoredEvent) -> None:
            await super().send(event)
            if event.seq == 3:
                raise ValueError("a mistake")

    sink = Broken()
    with pytest.raises(ValueError, match="a mistake"):
        await sink.deliver([event(seq) for seq in range(1, 50)])
    sent = len(sink.sent)
    await asyncio.sleep(0.05)
    assert len(sink.sent) == sent < 49
    assert sink.under_way == 0
