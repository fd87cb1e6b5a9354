"""What clients told of mail outlives the mail."""

from __future__ import annotations

from bot.campaigns.reach.funnels import funnels_of
from bot.campaigns.reach.receipts import note_receipts
from tests.bot.campaigns.reach.conftest import NOON, Tables

LATER = "2026-11-30T05:00:00.000Z"


async def test_what_was_delivered_and_read_stays_so_when_the_mail_is_gone(tables: Tables) -> None:
    await tables.messages(*({"id": n, "state": "kept"} for n in range(1, 4)))
    await tables.mail(
        {"id": "campaign-c1-1", "shown_at": NOON, "read_at": LATER},
        {"id": "campaign-c1-2", "shown_at": NOON},
        {"id": "campaign-c1-3"},
        {"id": "outreach-3", "shown_at": NOON, "read_at": NOON},
    )
    before = funnels_of(tables.reader, "c1")
    assert await note_receipts(tables.reader, tables.ledger.writer) == 2
    await tables.ledger.writer.commit(lambda connection: connection.execute("DELETE FROM mailbox"))
    assert funnels_of(tables.reader, "c1") == before
    assert (before[0].delivered, before[0].read) == (2, 1)


async def test_what_is_noted_is_not_noted_again_and_a_later_reading_is(tables: Tables) -> None:
    await tables.messages({"id": 1, "state": "kept"})
    await tables.mail({"id": "campaign-c1-1", "shown_at": NOON})
    assert await note_receipts(tables.reader, tables.ledger.writer) == 1
    assert await note_receipts(tables.reader, tables.ledger.writer) == 0
    await tables.ledger.writer.commit(
        lambda connection: connection.execute("UPDATE mailbox SET read_at = ?", (LATER,))
    )
    assert await note_receipts(tables.reader, tables.ledger.writer) == 1
    assert funnels_of(tables.reader, "c1")[0].read == 1


async def test_mail_of_a_campaign_is_never_taken_for_another_message(tables: Tables) -> None:
    await tables.messages({"id": 1, "campaign": "c2", "state": "kept"})
    await tables.mail({"id": "campaign-c1-1", "shown_at": NOON})
    assert await note_receipts(tables.reader, tables.ledger.writer) == 0
