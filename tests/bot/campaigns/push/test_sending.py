"""Campaigns on their way to people."""

from __future__ import annotations

import random
from collections import Counter
from datetime import datetime, timedelta

import pytest

from actions.plan import UserChange
from bot.campaigns.invitations import invitation
from bot.campaigns.push.book import Draft, PushError
from bot.outbound.message import Delivery
from tests.bot.campaigns.push.street import ANNA, BERT, NOON, Notebook, Street


async def test_everybody_gets_the_opening_of_their_variant_and_the_first_step_with_its_choices(
    street: Street, notebook: Notebook
) -> None:
    campaign = await street.campaign(street.people(20))
    await street.send_all(campaign.id)
    assert len(notebook.got) == len({address for address, _ in notebook.got}) == 20
    labels = [choice.label for choice in street.script.steps[street.script.first].choices]
    openings = set()
    for address, message in notebook.got:
        variant = street.book.variant(campaign.id, street.hasher.user("test", address).current)
        said = street.library.player.filled(street.script.opening(variant).bubbles[0])
        assert message.bubbles[0]["text"] == said
        assert [button["title"] for button in message.bubbles[-1]["buttons"]] == labels
        openings.add(variant)
    assert openings == {"A", "B"}


async def test_what_went_out_waits_for_its_answer(street: Street) -> None:
    campaign = await street.campaign(street.people(1))
    await street.send_all(campaign.id)
    user = street.hasher.user("test", "p0")
    found = invitation(street.reader, user, NOON + timedelta(days=1))
    assert found is not None
    assert (found.campaign, found.script) == (campaign.id, "fake_hotline")


async def test_nothing_goes_out_without_a_second_person(street: Street) -> None:
    await street.approve_script()
    made = await street.book.create(Draft("t", street.script), street.people(1), ANNA)
    with pytest.raises(PushError, match="no approval"):
        await street.book.start(made.id, street.script, ANNA)
    with pytest.raises(PushError, match="your own"):
        await street.book.approve(made.id, ANNA)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (UserChange(opted_out=True), "opted_out"),
        (UserChange(minor=True), "minor"),
        (UserChange(crisis=True), "crisis"),
        (UserChange(consent=False), "no_consent"),
    ],
)
async def test_whoever_must_not_be_disturbed_is_left_out_at_the_moment_of_sending(
    street: Street, notebook: Notebook, change: UserChange, reason: str
) -> None:
    campaign = await street.campaign(street.people(2))
    user = street.hasher.user("test", "p1")
    await street.ledger.writer.commit(
        lambda connection: street.ledger.users.apply(connection, user, change, at=NOON)
    )
    await street.send_all(campaign.id)
    assert [address for address, _ in notebook.got] == ["p0"]
    assert street.book.progress(campaign.id).reasons == {reason: 1}


@pytest.mark.parametrize(
    "window",
    [{"ends_at": NOON}, {"starts_at": NOON + timedelta(2), "ends_at": NOON + timedelta(1)}],
)
async def test_a_campaign_that_would_be_over_before_it_begins_is_not_made(
    street: Street, window: dict[str, datetime]
) -> None:
    with pytest.raises(PushError, match="would end before it begins"):
        await street.book.create(Draft("t", street.script, **window), street.people(1), ANNA)


async def test_without_any_consent_nobody_is_written_to(street: Street, notebook: Notebook) -> None:
    campaign = await street.campaign(street.people(2, consent=None))
    await street.send_all(campaign.id)
    assert notebook.got == []
    assert street.book.progress(campaign.id).reasons == {"no_consent": 2}


async def test_at_night_a_campaign_waits_for_the_morning(
    street: Street, notebook: Notebook
) -> None:
    campaign = await street.campaign(street.people(2))
    street.clock = lambda: NOON.replace(hour=22)
    await street.sending.send()
    assert notebook.got == []
    street.clock = lambda: NOON.replace(hour=9) + timedelta(days=1)
    await street.send_all(campaign.id)
    assert len(notebook.got) == 2


async def test_whoever_would_get_it_after_its_end_does_not_get_it(
    street: Street, notebook: Notebook
) -> None:
    campaign = await street.campaign(street.people(2), ends_at=NOON.replace(hour=23))
    street.clock = lambda: NOON.replace(hour=22)
    await street.send_all(campaign.id)
    assert notebook.got == []
    assert street.book.progress(campaign.id).reasons == {"quiet_hours": 2}


async def test_a_campaign_begins_when_it_is_to_and_not_before(
    street: Street, notebook: Notebook
) -> None:
    campaign = await street.campaign(street.people(1), starts_at=NOON + timedelta(hours=1))
    await street.sending.send()
    assert notebook.got == []
    street.clock = lambda: NOON + timedelta(hours=1)
    await street.send_all(campaign.id)
    assert len(notebook.got) == 1


async def test_a_platform_that_asks_to_wait_is_waited_for_and_costs_no_try(
    street: Street, notebook: Notebook
) -> None:
    campaign = await street.campaign(street.people(1))
    notebook.answers = [Delivery("failed", retry_after=30.0)] * 5
    for minute in range(6):
        street.clock = lambda minute=minute: NOON + timedelta(minutes=minute)  # type: ignore[misc]
        await street.sending.send()
    assert street.book.progress(campaign.id).states == {"sent": 1}


async def test_what_may_have_arrived_is_not_sent_again(street: Street, notebook: Notebook) -> None:
    campaign = await street.campaign(street.people(1))
    notebook.answers = [Delivery("unknown")]
    await street.send_all(campaign.id)
    assert len(notebook.got) == 1
    assert street.book.progress(campaign.id).states == {"unknown": 1}


async def test_whoever_had_everything_erased_is_not_written_to(
    street: Street, notebook: Notebook
) -> None:
    campaign = await street.campaign(street.people(2))
    await street.ledger.erase(street.hasher.user("test", "p0"))
    await street.send_all(campaign.id)
    assert [address for address, _ in notebook.got] == ["p1"]
    assert street.book.progress(campaign.id).reasons == {"erased": 1}


async def test_what_the_platform_does_not_take_is_tried_three_times_ever_later(
    street: Street, notebook: Notebook
) -> None:
    campaign = await street.campaign(street.people(1))
    notebook.answers = [Delivery("failed")] * 3
    tried = []
    for tenth in range(60):
        street.clock = lambda tenth=tenth: NOON + timedelta(seconds=tenth / 10)  # type: ignore[misc]
        await street.sending.send()
        if len(notebook.got) > len(tried):
            tried.append(tenth)
    assert tried == [0, 10, 30]
    assert street.book.progress(campaign.id).states == {"failed": 1}


async def test_somebody_in_two_campaigns_gets_no_more_than_the_cap_of_both_together(
    street: Street, notebook: Notebook
) -> None:
    most = street.voices.now.outreach.policy.most
    people = street.people(1)
    await street.approve_script()
    for n in range(most + 2):
        made = await street.book.create(Draft(f"t{n}", street.script), people, ANNA)
        await street.book.approve(made.id, BERT)
        await street.book.start(made.id, street.script, ANNA)
    for second in range(20):
        street.clock = lambda second=second: NOON + timedelta(seconds=second)  # type: ignore[misc]
        await street.sending.send()
    assert len(notebook.got) == most


async def test_at_a_faulty_platform_the_states_still_add_up_and_nobody_is_served_twice(
    street: Street, notebook: Notebook
) -> None:
    chance = random.Random(5)
    fates = ("sent", "sent", "failed", "unknown", "refused")
    notebook.answers = [Delivery(chance.choice(fates)) for _ in range(2000)]
    fate = list(notebook.answers)
    campaign = await street.campaign(street.people(300))
    seconds = iter(range(10_000))
    street.clock = lambda: NOON + timedelta(seconds=next(seconds))
    await street.send_all(campaign.id)
    progress = street.book.progress(campaign.id)
    assert (progress.total, progress.left) == (300, 0)
    assert set(progress.states) == {"sent", "unknown", "failed"}
    out = Counter(
        address
        for (address, _), answer in zip(notebook.got, fate)
        if answer.fate in ("sent", "unknown")
    )
    assert set(out.values()) == {1}
    assert len(out) == progress.states["sent"] + progress.states["unknown"]
