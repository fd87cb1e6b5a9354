"""Campaigns on their way to people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from actions.plan import UserChange
from bot.campaigns.invitations import invitation
from bot.campaigns.push.book import Draft, PushError
from bot.outbound.message import Delivery, OutboundMessage, Sender
from tests.bot.campaigns.push.platform import Faults, Platform, delivered
from tests.bot.campaigns.push.street import ANNA, BERT, NOON, Street

BUBBLES = 3
"""What one person gets of the script: two of the opening, and the first step."""


class Notebook(Sender):
    """Takes everything and keeps it."""

    def __init__(self) -> None:
        self.got: list[tuple[str, OutboundMessage]] = []
        self.answers: list[Delivery] = []

    @property
    def channel(self) -> str:
        return "test"

    async def send(self, address: str, message: OutboundMessage) -> Delivery:
        self.got.append((address, message))
        return self.answers.pop(0) if self.answers else Delivery("sent")


@pytest.fixture
def notebook() -> Notebook:
    return Notebook()


@pytest.fixture
def street(tmp_path: Path, notebook: Notebook) -> Iterator[Street]:
    street = Street(tmp_path, notebook)
    yield street
    street.close()


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


async def test_a_paused_campaign_sends_nothing_and_goes_on_where_it_stopped(
    street: Street, notebook: Notebook
) -> None:
    street.rules.rates["test"] = 3 * BUBBLES  # type: ignore[index]
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
    street.rules.rates["test"] = 2 * BUBBLES  # type: ignore[index]
    campaign = await street.campaign(street.people(5))
    await street.sending.send()
    await street.book.cancel(campaign.id, BERT)
    street.clock = lambda: NOON + timedelta(seconds=5)
    await street.sending.send()
    assert len(notebook.got) == 2
    progress = street.book.progress(campaign.id)
    assert progress.states == {"sent": 2, "skipped": 3}
    assert progress.reasons == {"cancelled": 3}


async def test_no_second_takes_more_than_the_channel_allows(
    street: Street, notebook: Notebook
) -> None:
    street.rules.rates["test"] = 3 * BUBBLES  # type: ignore[index]
    await street.campaign(street.people(10))
    for _ in range(4):
        await street.sending.send()
    assert len(notebook.got) == 3
    street.clock = lambda: NOON + timedelta(seconds=1)
    await street.sending.send()
    assert len(notebook.got) == 6


async def test_what_the_platform_does_not_take_is_tried_three_times(
    street: Street, notebook: Notebook
) -> None:
    campaign = await street.campaign(street.people(1))
    notebook.answers = [Delivery("failed")] * 3
    for minute in range(4):
        street.clock = lambda minute=minute: NOON + timedelta(minutes=minute)  # type: ignore[misc]
        await street.sending.send()
    assert len(notebook.got) == 3
    assert street.book.progress(campaign.id).states == {"failed": 1}


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


async def test_at_a_faulty_platform_the_states_still_add_up_and_nobody_is_served_twice(
    tmp_path: Path,
) -> None:
    home, file = tmp_path / "home", tmp_path / "delivered"
    home.mkdir()
    platform = Platform(file, 10_000, Faults(busy=10, lost=5, blocked=5))
    street = Street(home, platform, rate=200)
    campaign = await street.campaign(street.people(600))
    seconds = iter(range(10_000))
    street.clock = lambda: NOON + timedelta(seconds=next(seconds))
    await street.send_all(campaign.id)
    progress = street.book.progress(campaign.id)
    assert progress.total == 600
    assert set(progress.states) == {"sent", "unknown", "failed"}
    arrived = Counter(delivered(file))
    assert set(arrived.values()) == {1}
    assert len(arrived) == progress.states["sent"] + progress.states["unknown"]
    street.close()
