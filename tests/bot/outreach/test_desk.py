"""What risk control may send, to whom, and what it is told instead."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from actions.plan import UserChange
from bot.audit import AuditLog
from bot.outbound.mailbox import MailboxSender
from bot.outreach.desk import OutreachError, WarningWish, cancel
from bot.outreach.reasons import LINES
from bot.outreach.sending import Dispatch
from tests.bot.outreach.conftest import FAKE_HOTLINE, LI, World


async def test_who_agreed_is_warned_once_in_the_words_of_the_content(world: World) -> None:
    await world.agrees()
    planned = await world.warns()
    assert (planned.state, planned.reason) == ("planned", None)
    await world.dispatch.round()
    await world.dispatch.round()
    [(address, message)] = world.platform.taken
    assert address == "u1"
    assert message.id == planned.id
    assert "假客服" in message.bubbles[0]["text"]
    assert "{" not in message.bubbles[0]["text"]
    done = world.view.get(planned.id)
    assert done is not None
    assert (done.state, done.sent_at, done.delivered_at) == ("sent", world.now, world.now)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"consent": None}, "no_consent"),
        ({"consent": False}, "no_consent"),
        ({"opted_out": True}, "opted_out"),
        ({"minor": True}, "minor"),
        ({"crisis": True}, "crisis"),
    ],
)
async def test_a_refusal_says_why_is_kept_and_sends_nothing(
    world: World, change: dict[str, Any], reason: str
) -> None:
    await world.agrees(**change)
    refused = await world.warns()
    assert (refused.state, refused.reason) == ("refused", reason)
    await world.dispatch.round()
    assert world.platform.taken == []
    assert [(each.reason, each.count) for each in world.figures().not_sent] == [(reason, 1)]
    assert LINES[reason]


async def test_who_is_not_known_has_no_address(world: World) -> None:
    assert (await world.warns("stranger")).reason == "unknown_user"


async def test_a_consent_of_the_institution_counts_until_the_person_says_otherwise(
    world: World,
) -> None:
    world.senders.add(MailboxSender("app", world.mailbox))
    wish = WarningWish(FAKE_HOTLINE, "k1", channel="app", person="U7", consent_ref="contract 3.2")
    planned = await world.desk.warn(wish, LI)
    assert (planned.state, planned.consent_ref) == ("planned", "contract 3.2")
    await world.dispatch.round()
    assert [mail.id for mail in world.mailbox.waiting("app", "U7")] == [planned.id]
    await world.agrees("u2", consent=False)
    assert (await world.warns("u2", "k2", consent_ref="contract 3.2")).reason == "no_consent"


async def test_the_same_key_is_the_same_warning_and_for_another_one_an_error(world: World) -> None:
    await world.agrees()
    await world.agrees("u2")
    first = await world.warns()
    assert (await world.warns()).id == first.id
    assert len(world.all()) == 1
    with pytest.raises(OutreachError, match="another warning"):
        await world.warns("u2")


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        ({"template": "utter_greet"}, "template"),
        ({"template": "utter_outreach_followup_24h"}, "template"),
        ({"values": {"number": "10000001234"}}, "values"),
        ({"user": "somebody"}, "user"),
    ],
)
async def test_only_templates_go_out_and_only_to_somebody(
    world: World, wish: dict[str, Any], why: str
) -> None:
    await world.agrees()
    with pytest.raises(OutreachError) as error:
        await world.warns(**wish)
    assert error.value.why == why
    assert world.all() == []


async def test_at_night_it_waits_for_the_morning(world: World) -> None:
    world.now = datetime(
        2026, 11, 30, 15, 0, tzinfo=timezone.utc
    )  # eleven in the evening in Beijing
    await world.agrees()
    planned = await world.warns()
    assert (planned.state, planned.reason) == ("planned", "quiet_hours")
    assert planned.due_at == datetime(2026, 12, 1, 1, 0, tzinfo=timezone.utc)
    await world.dispatch.round()
    assert world.platform.taken == []
    world.now = planned.due_at
    await world.dispatch.round()
    assert len(world.platform.taken) == 1


async def test_warnings_and_campaigns_are_one_history(world: World) -> None:
    await world.agrees()
    sent = (world.now - timedelta(days=1)).isoformat(timespec="microseconds")
    for campaign in "abc":
        row = (campaign, world.user().current, sent.replace("+00:00", "Z"))
        await world.ledger.writer.commit(
            lambda connection, row=row: (
                connection.execute(
                    "INSERT INTO campaign_messages (campaign, user, channel, address, variant, state, due_at, "
                    "queued_at, sent_at) VALUES (?1, ?2, 'telegram', 'u1', 'A', 'sent', ?3, ?3, ?3)",
                    row,
                ).rowcount
            )
        )
    planned = await world.warns()
    assert (planned.state, planned.reason) == ("planned", "cap")
    assert planned.due_at == world.now + timedelta(days=6)


async def test_what_changed_since_it_was_planned_is_heeded_when_it_is_sent(world: World) -> None:
    await world.agrees()
    planned = await world.warns()
    await world.turn(message="m9", change=UserChange(crisis=True))
    await world.dispatch.round()
    found = world.view.get(planned.id)
    assert found is not None
    assert (found.state, found.reason) == ("refused", "crisis")
    assert world.platform.taken == []


async def test_what_waits_can_be_taken_back_and_what_is_out_cannot(world: World) -> None:
    await world.agrees()
    planned = await world.warns()
    writer = world.ledger.writer
    assert (await cancel(writer, planned.id, LI)).state == "cancelled"
    await world.dispatch.round()
    assert world.platform.taken == []
    with pytest.raises(OutreachError, match="is cancelled"):
        await cancel(writer, planned.id, LI)
    with pytest.raises(OutreachError, match="there is no message"):
        await cancel(writer, "nothing", LI)
    entries = AuditLog(world.reader).latest(action="outreach.")
    assert [each.action for each in entries] == ["outreach.cancel", "outreach.warn"]
    assert world.user().current not in str([each.detail for each in entries])


async def test_an_erased_person_is_never_written_to(world: World) -> None:
    await world.agrees()
    planned = await world.warns()
    await world.turn(message="m9", change=UserChange(erase=True))
    await world.dispatch.round()
    found = world.view.get(planned.id)
    assert found is not None
    assert (found.user, found.state, found.reason) == (None, "cancelled", "erased")
    assert world.platform.taken == []


async def test_a_consent_given_under_an_older_key_is_found(world: World) -> None:
    """After a rotation of keys the row has the old hash, and the record is moved to the new one."""
    await world.agrees()
    await world.warns()
    world.hasher = type(world.hasher)([b"a new key", b"a key of the tests alone"])

    async def moved(user: Any) -> Any:
        return await world.ledger.users.get(user)

    change = UserChange(informed=True)
    new = world.hasher.user("telegram", "u1")
    await world.ledger.writer.commit(
        lambda connection: world.ledger.users.apply(connection, new, change, at=world.now)
    )
    dispatch = Dispatch(
        *(world.reader, world.ledger.writer, world.hasher, world.voices),
        *(moved, world.senders, lambda: world.now),
    )
    await dispatch.round()
    assert len(world.platform.taken) == 1
