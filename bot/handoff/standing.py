"""How the user of a message stands with the people of ours, for the decision about it."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from actions.facts import HandoffFact
from actions.handoff import TAKEN
from actions.signal_ids import event_id
from bot.inbound import InboundMessage
from bot.ledger.encoding import parse_time, rfc3339, to_json
from bot.ledger.receipts import receipt_number
from bot.services import Services

WAITING: Final = "waiting"
_PREFIX: Final = "RG"
_STANDING = (
    "SELECT id, state, urgent, asked_at, due_at, agent_at FROM handoffs "
    "WHERE conversation IN (SELECT value FROM json_each(?)) AND state <> 'ended'"
)
# Those in despair go first, then who has waited longest.
_BEFORE = (
    "SELECT count(*) FROM handoffs WHERE state = 'waiting' "
    "AND (urgent > :urgent OR (urgent = :urgent AND asked_at < :at))"
)


def handoff_fact(services: Services, message: InboundMessage) -> HandoffFact | None:
    """What the decision needs to know; ``None`` where nobody could answer. Short blocking reads.

    Nobody can where the institution has switched it off, where nobody can log in to the console, and on a channel to
    which nothing can be sent.

    Raises:
        LedgerError: when the ledger cannot be read.
    """
    if (
        not services.content.handoff
        or services.settings.admin_password is None
        or message.channel not in services.senders.channels()
    ):
        return None
    rules, now = services.voices.now.handoff, message.received_at
    reader = services.ledger.reader
    hashes = services.hasher.conversation(message.key).all
    rows = reader.rows(_STANDING, (to_json(hashes),))
    if not rows:
        due = rules.due(now)
        return HandoffFact(
            ticket=_ticket(services, message),
            is_open=rules.is_open(now),
            ahead=_before(services, 0, now),
            due=rules.written(due),
            due_en=rules.written(due, english=True),
            due_at=rfc3339(due),
        )
    id, state, urgent, asked_at, due_at, agent_at = rows[0]
    # Somebody who took it and went away must not leave the user in silence.
    present = agent_at is not None and now - parse_time(agent_at) < rules.patience
    return HandoffFact(
        ticket=id,
        is_open=rules.is_open(now),
        ahead=_before(services, urgent, parse_time(asked_at)),
        due=rules.written(parse_time(due_at)),
        due_en=rules.written(parse_time(due_at), english=True),
        due_at=due_at,
        standing=TAKEN if state == TAKEN and present else WAITING,
    )


def _before(services: Services, urgent: int, at: datetime) -> int:
    rows = services.ledger.reader.rows(_BEFORE, {"urgent": urgent, "at": rfc3339(at)})
    return int(rows[0][0])


def _ticket(services: Services, message: InboundMessage) -> str:
    """A number of letters like that of a tip-off, which nobody can guess."""
    id = event_id(message.key, message.message_id, "handoff")
    return _PREFIX + receipt_number(services.hasher, id)[len(_PREFIX) :]
