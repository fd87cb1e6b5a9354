"""How what is due goes out, and what becomes of what cannot."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import timedelta

import pytest

from actions.plan import UserChange
from bot.outbound.mailbox import MailboxSender
from bot.outbound.message import Delivery
from bot.outreach.claims import LEASE, claim
from bot.outreach.rows import Outreach
from bot.outreach.sending import PAUSES
from tests.bot.outreach.conftest import Platform, World


def only(world: World) -> Outreach:
    [row] = world.all()
    return row


async def test_what_failed_is_tried_again_ever_later_and_given_up_in_the_end(world: World) -> None:
    await world.agrees()
    await world.warns()
    world.platform.fates = [Delivery("failed", "no network")] * 4
    await world.dispatch.round()
    for pause in PAUSES:
        row = only(world)
        assert (row.state, row.reason, row.due_at) == (
            "planned",
            "platform_failed",
            world.now + pause,
        )
        world.now = row.due_at
        await world.dispatch.round()
    assert (only(world).state, only(world).tries) == ("failed", 4)
    world.later(hours=3)
    await world.dispatch.round()
    assert len(world.platform.taken) == 4


async def test_who_is_in_the_hands_of_a_campaign_is_not_written_to_at_the_same_time(
    world: World,
) -> None:
    await world.agrees()
    await world.warns()

    def push(connection: sqlite3.Connection) -> None:
        connection.execute(
            "INSERT INTO campaign_messages (campaign, user, channel, address, variant, state, "
            "due_at, queued_at) VALUES ('c1', ?, 'telegram', 'u1', 'A', 'claimed', '', '')",
            (world.user().current,),
        )

    await world.ledger.writer.commit(push)
    await world.dispatch.round()
    assert only(world).state == "planned"
    await world.ledger.writer.commit(
        lambda connection: connection.execute("UPDATE campaign_messages SET state = 'failed'")
    )
    await world.dispatch.round()
    assert only(world).state == "sent"


async def test_a_platform_that_names_a_time_is_not_asked_before(world: World) -> None:
    await world.agrees()
    await world.warns()
    world.platform.fates = [Delivery("failed", "flood", retry_after=900)]
    await world.dispatch.round()
    assert only(world).due_at == world.now + timedelta(seconds=900)


@pytest.mark.parametrize(
    ("fate", "state", "reason"),
    [
        ("unknown", "unknown", None),
        ("refused", "refused", "platform_refused"),
        ("window_closed", "kept", None),
        ("blocked", "kept", None),
    ],
)
async def test_every_fate_has_its_state(
    world: World, fate: str, state: str, reason: str | None
) -> None:
    await world.agrees()
    await world.warns()
    world.platform.fates = [Delivery(fate)]  # type: ignore[arg-type]
    await world.dispatch.round()
    row = only(world)
    assert (row.state, row.reason, row.delivered_at) == (state, reason, None)
    world.later(hours=3)
    await world.dispatch.round()
    assert len(world.platform.taken) == 1, "it is sent once"


async def test_what_is_kept_is_delivered_only_when_it_was_shown(world: World) -> None:
    world.senders.add(MailboxSender("telegram", world.mailbox))
    await world.agrees()
    planned = await world.warns()
    await world.dispatch.round()
    assert (only(world).state, only(world).delivered_at) == ("kept", None)
    assert world.figures().warnings.delivered == 0
    world.later(hours=30)
    shown_at = world.now
    await world.mailbox.shown("telegram", "u1", [planned.id])
    world.later(hours=1)
    await world.dispatch.round()
    assert only(world).delivered_at == shown_at
    assert world.figures().warnings.delivered == 1


async def test_who_blocked_us_is_not_tried(world: World) -> None:
    await world.agrees()
    await world.warns()
    row = (world.user().current, "2026-11-30T00:00:00.000000Z")
    await world.ledger.writer.commit(
        lambda connection: (
            connection.execute(
                "INSERT INTO unreachable (user, channel, since) VALUES (?, 'telegram', ?)", row
            ).rowcount
        )
    )
    await world.dispatch.round()
    assert (only(world).state, only(world).reason) == ("refused", "blocked")


async def test_after_a_long_stop_nobody_gets_what_no_longer_makes_sense(world: World) -> None:
    await world.reminded()
    world.later(days=9)
    await world.dispatch.round()
    assert {(row.state, row.reason) for row in world.all()} == {("refused", "late")}
    assert world.platform.taken == []


async def test_one_person_never_gets_more_than_the_cap_whoever_sends(world: World) -> None:
    await world.agrees()
    for key in "abcdef":
        await world.warns(key=key)
    processes = [world.process() for _ in range(3)]
    await asyncio.gather(*(process.round() for process in processes))
    assert len(world.platform.taken) == world.voices.now.outreach.policy.most == 3
    assert sum(row.reason == "cap" for row in world.all()) == 3


async def test_several_processes_share_the_work_and_send_each_once(world: World) -> None:
    for number in range(60):
        await world.agrees(f"u{number}")
        await world.warns(f"u{number}", key=str(number))
    settled = await asyncio.gather(*(world.process().round() for _ in range(4)))
    ids = [message.id for _, message in world.platform.taken]
    assert sum(settled) == len(ids) == len(set(ids)) == 60


async def test_a_claim_that_ran_out_is_unknown_and_not_sent_again(world: World) -> None:
    await world.agrees()
    await world.warns()
    writer = world.ledger.writer
    await writer.commit(lambda connection: list(claim(connection, "died", world.now)))
    await world.dispatch.round()
    assert only(world).state == "claimed"
    world.later(minutes=6)
    await world.dispatch.round()
    assert (only(world).state, only(world).sent_at) == (
        "unknown",
        world.now - timedelta(minutes=6) + LEASE,
    )
    assert world.platform.taken == []
    assert world.figures().warnings.unsure == 1


async def test_an_outcome_that_comes_late_still_counts(world: World) -> None:
    """A process that was stopped for long, not dead, knows what it sent."""

    class Slow(Platform):
        async def send(self, address: str, message: object) -> Delivery:  # type: ignore[override]
            world.later(minutes=6)
            await world.process().round()
            assert only(world).state == "unknown"
            return Delivery("sent")

    world.senders.add(Slow())
    await world.agrees()
    await world.warns()
    await world.dispatch.round()
    assert (only(world).state, only(world).delivered_at) == ("sent", world.now)


async def test_an_idle_process_never_asks_for_the_writer(world: World) -> None:
    await world.turn(change=UserChange(informed=True))
    before = world.ledger.writer.units
    assert await world.dispatch.round() == 0
    assert world.ledger.writer.units == before
