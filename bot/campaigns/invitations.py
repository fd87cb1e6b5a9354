"""The pushed campaign that a user has not answered yet."""

from __future__ import annotations

from datetime import datetime

from actions.facts import Invitation
from actions.practice import LASTS
from bot.hashing import Pseudonym
from bot.ledger.database import Reader
from bot.ledger.encoding import rfc3339, to_json

_OPEN = (
    "SELECT message.campaign, campaign.script, message.variant FROM campaign_messages AS message "
    "JOIN campaigns AS campaign ON campaign.id = message.campaign LEFT JOIN mailbox "
    "ON mailbox.id = 'campaign-' || message.campaign || '-' || message.id "
    "WHERE message.user IN (SELECT value FROM json_each(:users)) AND message.sent_at > :since "
    # What waits in the mailbox was not seen yet, so that no message answers it.
    "AND (message.state IN ('sent', 'unknown') OR message.state = 'kept' "
    "AND coalesce(message.delivered_at, mailbox.shown_at) IS NOT NULL) AND message.answered_at IS NULL "
    "AND message.opted_out_at IS NULL ORDER BY message.sent_at DESC LIMIT 1"
)


def invitation(reader: Reader, user: Pseudonym, now: datetime) -> Invitation | None:
    """The last campaign that reached the user, if its answer is still awaited; a short blocking read.

    Raises:
        LedgerError: when the ledger cannot be read.
    """
    rows = reader.rows(_OPEN, {"users": to_json(user.all), "since": rfc3339(now - LASTS)})
    return Invitation(*rows[0]) if rows else None
