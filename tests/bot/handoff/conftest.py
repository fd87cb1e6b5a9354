"""A real service without the assistant, whose borrowers ask for a person."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from actions.plan import Handoff
from bot.handoff.asking import HandoffTurn
from bot.ledger.events import TurnContext
from bot.ledger.ledger import TurnRecord
from bot.outbound.mailbox import MailboxSender
from bot.services import Services, build_services
from bot.settings import Settings

NOW = datetime(2026, 11, 30, 2, 0, tzinfo=timezone.utc)  # ten o'clock in Beijing
SUMMARY = {
    "threats": [
        {
            "code": "loan_scam",
            "stage": "paid",
            "contacts": ["+8610000001234"],
            "amounts": ["2000"],
            "agency": None,
        }
    ],
    "tone": "desperate",
    "urgent": None,
    "minor": False,
    "said": [{"side": "user", "text": "我交了两千保证金"}],
}


def ticket_of(user: str) -> str:
    """A number for the request of a user."""
    return f"RG-{user}"


def asks(user: str, after: int = 0, reason: str = "request", message_id: str = "m1") -> TurnRecord:
    """The turn in which a user gets a ticket, so many seconds after :data:`NOW`."""
    plan = Handoff("asked", ticket_of(user), reason, "2026-11-30T03:00:00Z", SUMMARY)
    return _turn(user, plan, after, message_id, "转人工")


def says(user: str, text: str, message_id: str, after: int = 60, reason: str = "") -> TurnRecord:
    """A later turn of somebody who waits."""
    return _turn(user, Handoff("heard", ticket_of(user), reason), after, message_id, text)


def _turn(user: str, plan: Handoff, after: int, message_id: str, said: str) -> TurnRecord:
    context = TurnContext(
        channel="rest",
        user=user,
        conversation=f"rest:{user}",
        message_id=message_id,
        received_at=NOW + timedelta(seconds=after),
        model="m",
        content="c",
    )
    return TurnRecord(context, handoff=HandoffTurn(plan, said, user))


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    built = build_services(Settings(home=tmp_path / "home", admin_password="correct horse battery"))
    built.senders.add(MailboxSender("rest", built.mailbox))
    yield built
    built.close()
