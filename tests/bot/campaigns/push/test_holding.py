"""Campaigns that are held or ended while they go out, by people, by their wording, and by the end of a process."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.campaigns.push.book import PushError
from bot.campaigns.push.pace import BURST
from bot.campaigns.push.sending import AT_ONCE
from bot.campaigns.scripts import Script
from bot.campaigns.scripts_approval import ApprovalBook
from bot.outbound.message import Delivery
from tests.bot.campaigns.push.street import ANNA, BERT, BUBBLES, NOON, Notebook, Street

LATER = NOON + timedelta(minutes=6)
"""When what a dead process had in hand is given up."""


def swap(street: Street, script: Script) -> None:
    street.library = replace(street.library, scripts={**street.library.scripts, script.id: script})


async def test_a_script_that_changed_since_stops_the_campaign(
    street: Street, notebook: Notebook
) -> None:
    campaign = await street.campaign(street.people(3))
    changed = replace(street.script, hash="other")
    street.library = replace(
        street.library, scripts={**street.library.scripts, changed.id: changed}
    )
    await street.sending.send()
    assert notebook.got == []
    assert street.book.need(campaign.id).state == "paused"
    with pytest.raises(PushError, match="was changed"):
        await street.book.start(campaign.id, changed, ANNA)


async def test_a_script_whose_approval_is_taken_back_stops_the_campaign(
    street: Street, notebook: Notebook
) -> None:
    campaign = await street.campaign(street.people(3))
    await ApprovalBook(street.reader, street.ledger.writer).decline(street.script, BERT.name, BERT)
    await street.sending.send()
    assert notebook.got == []
    assert street.book.need(campaign.id).state == "paused"


async def test_words_that_may_not_leave_hold_the_campaign_and_cost_nobody_their_message(
    street: Street, notebook: Notebook
) -> None:
    campaign = await street.campaign(street.people(3))
    whole = street.script
    bad = replace(whole.openings[1], bubbles=("请拨打 17000001234",))
    swap(street, replace(whole, openings=(whole.openings[0], bad)))
    await street.sending.send()
    assert notebook.got == []
    assert street.book.need(campaign.id).state == "paused"
    swap(street, whole)
    await street.book.start(campaign.id, whole, ANNA)
    await street.send_all(campaign.id)
    assert len(notebook.got) == 3


async def test_a_paused_campaign_sends_nothing_and_goes_on_where_it_stopped(
    street: Street, notebook: Notebook
) -> None:
    street.rules.rates["test"] = BURST * 3 * BUBBLES  # type: ignore[index]
    campaign = await street.campaign(street.people(5))
    await street.sending.send()
    await street.book.pause(campaign.id, ANNA)
    street.clock = lambda: NOON + timedelta(seconds=5)
    await street.sending.send()
    assert len(notebook.got) == 3
    await street.book.start(campaign.id, street.script, ANNA)
    await street.send_all(campaign.id)
    assert len({address for address, _ in notebook.got}) == 5


async def test_a_cancelled_campaign_is_over_for_all_who_have_not_got_it(
    street: Street, notebook: Notebook
) -> None:
    street.rules.rates["test"] = BURST * 2 * BUBBLES  # type: ignore[index]
    campaign = await street.campaign(street.people(5))
    await street.sending.send()
    await street.book.cancel(campaign.id, BERT)
    street.clock = lambda: NOON + timedelta(seconds=5)
    await street.sending.send()
    assert len(notebook.got) == 2
    progress = street.book.progress(campaign.id)
    assert progress.states == {"sent": 2, "skipped": 3}
    assert progress.reasons == {"cancelled": 3}


async def test_what_is_in_hand_when_a_campaign_is_cancelled_and_was_not_taken_is_not_tried_again(
    street: Street, notebook: Notebook
) -> None:
    notebook.quick = 0
    notebook.answers = [Delivery("sent"), Delivery("failed")]
    campaign = await street.campaign(street.people(2))
    sending = asyncio.create_task(street.sending.send())
    await notebook.has(2)
    await street.book.cancel(campaign.id, ANNA)
    notebook.free.set()
    await sending
    street.clock = lambda: NOON + timedelta(seconds=5)
    await street.sending.send()
    assert street.book.progress(campaign.id).states == {"sent": 1, "skipped": 1}
    assert len(notebook.got) == 2


async def test_a_process_has_so_few_in_hand_that_a_pause_is_soon_noticed(
    street: Street, notebook: Notebook
) -> None:
    street.rules.rates["test"] = 100_000  # type: ignore[index]
    campaign = await street.campaign(street.people(3 * AT_ONCE))
    await street.sending.send()
    await street.book.pause(campaign.id, ANNA)
    await street.sending.send()
    assert len(notebook.got) == AT_ONCE


async def test_a_process_that_is_told_to_end_leaves_to_the_others_what_it_has_not_begun(
    street: Street, notebook: Notebook
) -> None:
    notebook.quick = 10
    people = AT_ONCE
    campaign = await street.campaign(street.people(people))
    sending = asyncio.create_task(street.sending.send())
    await notebook.has(20)
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    begun, states = len(notebook.got), street.book.progress(campaign.id).states
    assert states["sent"] + states["unknown"] == begun
    assert states.get("queued", 0) == people - begun
    notebook.free.set()
    street.clock = lambda: NOON + timedelta(seconds=5)
    await street.send_all(campaign.id)
    assert len(notebook.people) == len(set(notebook.people)) == people


async def test_what_a_dead_process_had_in_hand_is_given_up_in_a_campaign_that_was_cancelled_since(
    street: Street, notebook: Notebook
) -> None:
    notebook.quick = 0
    campaign = await street.campaign(street.people(2))
    dead = asyncio.create_task(street.sending.send())
    await notebook.has(2)
    await street.book.cancel(campaign.id, ANNA)
    other = Street(street.home, Notebook())
    other.clock = lambda: LATER
    await other.sending.send()
    assert other.book.progress(campaign.id).states == {"unknown": 2}
    other.close()
    dead.cancel()
    with pytest.raises(asyncio.CancelledError):
        await dead


async def test_an_outcome_that_comes_after_its_claim_was_given_up_counts(
    street: Street, notebook: Notebook
) -> None:
    notebook.quick = 0
    campaign = await street.campaign(street.people(1))
    slow = asyncio.create_task(street.sending.send())
    await notebook.has(1)
    other = Street(street.home, Notebook())
    other.clock = lambda: LATER
    await other.sending.send()
    assert other.book.progress(campaign.id).states == {"unknown": 1}
    other.close()
    notebook.free.set()
    await slow
    assert street.book.progress(campaign.id).states == {"sent": 1}
