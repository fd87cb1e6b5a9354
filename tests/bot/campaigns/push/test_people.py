"""Who may be written to, and where, when it comes to sending."""

from __future__ import annotations

from pathlib import Path

from actions.plan import UserChange
from bot.campaigns.push.audience import Recipient
from bot.hashing import Pseudonym
from bot.users import Address
from tests.bot.campaigns.push.street import KEYS, NOON, Notebook, Street


async def told(street: Street, user: Pseudonym, change: UserChange, address: str = "") -> None:
    """A user says something, and where they are is remembered."""
    place = Address("test", address) if address else None
    await street.ledger.writer.commit(
        lambda connection: street.ledger.users.apply(
            connection, user, change, at=NOON, address=place
        )
    )


async def test_who_opted_out_after_the_key_was_changed_gets_nothing(
    street: Street, notebook: Notebook, tmp_path: Path
) -> None:
    campaign = await street.campaign(street.people(2))
    rotated = Street(tmp_path, notebook, keys=(b"a new key", *KEYS))
    await told(rotated, rotated.hasher.user("test", "p0"), UserChange(opted_out=True))
    await rotated.send_all(campaign.id)
    assert notebook.people == ["p1"]
    rotated.close()


async def test_whoever_is_named_by_the_hash_of_the_signals_is_reached_where_they_wrote_from(
    street: Street, notebook: Notebook
) -> None:
    user = street.hasher.user("test", "p7")
    await told(street, user, UserChange(consent=True), "p7")
    campaign = await street.campaign([Recipient(Pseudonym(user.current), "test", "")])
    await street.send_all(campaign.id)
    assert notebook.people == ["p7"]


async def test_a_hash_that_nobody_is_known_by_is_skipped_and_says_so(
    street: Street, notebook: Notebook
) -> None:
    campaign = await street.campaign([Recipient(Pseudonym("0" * 32), "test", "", "", "form 1")])
    await street.send_all(campaign.id)
    assert notebook.got == []
    assert street.book.progress(campaign.id).reasons == {"unknown_user": 1}


async def test_an_address_that_the_channel_itself_gave_counts_more_than_the_id_of_a_list(
    street: Street, notebook: Notebook
) -> None:
    [person] = street.people(1)
    await told(street, person.user, UserChange(consent=True), "account/p0")
    campaign = await street.campaign([person])
    await street.send_all(campaign.id)
    assert notebook.people == ["account/p0"]
