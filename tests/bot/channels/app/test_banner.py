"""What the app's yellow bar says to whom."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from actions.plan import Dispute, Signal, UserChange
from actions.signal_ids import event_id
from actions.state import STATE_SLOT, ConversationState, RunningThreat
from bot.channels.app.banner import Banners
from bot.exchanges.exchange import Asked, Outcome, TalkTurn
from bot.inbound import InboundMessage
from bot.ledger.encoding import to_json
from bot.ledger.events import TurnContext
from bot.ledger.ledger import TurnRecord
from bot.services import Services
from tests.conftest import make_services

NOW = datetime.now(timezone.utc)
USER, CONVERSATION = "u1", "app:u1"


class Told:
    """A user who told something, and what the bar says to them then."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.banners = Banners(services, services.ledger.reader, lambda: NOW)
        self.turns = 0

    async def tells(
        self,
        code: str = "loan_scam",
        stage: str = "approached",
        days_ago: float = 0.1,
        **state: Any,
    ) -> str:
        """A message with a signal and the state that the conversation is in afterwards; returns the event's id."""
        self.turns += 1
        message_id = f"m{self.turns}"
        event = event_id(CONVERSATION, message_id, code)
        at = NOW - timedelta(days=days_ago)
        context = TurnContext("app", USER, CONVERSATION, message_id, at, "model", "content")
        record = TurnRecord(context, (Signal(code, 0.9, stage),))
        threat = RunningThreat(code, stage, event, self.turns)
        after = ConversationState(turn=self.turns, threats=(threat,), **state)
        await self.commit(record, after, message_id)
        return event

    async def commit(self, record: TurnRecord, after: ConversationState, message_id: str) -> None:
        message = InboundMessage("app", USER, USER, message_id, "", record.context.received_at)
        store = self.services.exchanges.store
        asked = Asked(CONVERSATION, lambda: 0, message)
        opened = await store.open(asked)
        turn = None
        if not record.change.erase:
            turn = TalkTurn(to_json({STATE_SLOT: after.as_json()}), "[]")
        await store.commit(asked, opened, Outcome(record, [], turn))

    async def bar(self) -> dict[str, Any] | None:
        return await self.banners.of("app", USER)


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Told]:
    services = make_services(tmp_path)
    yield Told(services)
    services.close()


async def test_who_told_nothing_gets_the_general_hint(told: Told) -> None:
    bar = await told.bar()
    assert bar is not None
    assert (bar["level"], bar["code"]) == ("hint", None)
    assert bar["action"]["say"] is None


async def test_who_told_of_an_offer_is_warned_of_its_kind_for_seven_days(told: Told) -> None:
    await told.tells("loan_scam", days_ago=6.9)
    bar = await told.bar()
    assert bar is not None
    assert (bar["level"], bar["code"]) == ("warning", "loan_scam")
    assert "保证金" in bar["text"]
    assert bar["action"]["say"]


async def test_after_seven_days_the_hint_is_back(told: Told) -> None:
    await told.tells(days_ago=7.1)
    assert (await told.bar() or {})["code"] is None


async def test_the_latest_offer_counts(told: Told) -> None:
    await told.tells("loan_scam", days_ago=2)
    await told.tells("fake_hotline", days_ago=1)
    assert (await told.bar() or {})["code"] == "fake_hotline"


async def test_another_user_sees_nothing_of_it(told: Told) -> None:
    await told.tells()
    assert (await told.banners.of("app", "u2") or {})["code"] is None
    assert (await told.banners.of("chat", USER) or {})["code"] is None


async def test_a_tip_off_warns_nobody(told: Told) -> None:
    await told.tells(stage="reporting")
    assert (await told.bar() or {})["code"] is None


async def test_nobody_in_despair_is_met_by_a_bar(told: Told) -> None:
    await told.tells(urgent="crisis")
    assert await told.bar() is None


async def test_a_minor_sees_the_hint_alone(told: Told) -> None:
    await told.tells(minor=True)
    assert (await told.bar() or {})["code"] is None


async def test_what_the_user_disputes_is_not_held_up_to_them(told: Told) -> None:
    event = await told.tells()
    context = TurnContext("app", USER, CONVERSATION, "m9", NOW, "model", "content")
    await told.services.ledger.record(TurnRecord(context, dispute=Dispute((event,))))
    assert (await told.bar() or {})["code"] is None


@pytest.mark.parametrize(("verdict", "code"), [("false_alarm", None), ("confirmed", "loan_scam")])
async def test_what_staff_took_back_is_gone_and_what_they_confirmed_stays(
    told: Told, verdict: str, code: str | None
) -> None:
    event = await told.tells()

    def unit(connection: Any) -> None:
        connection.execute(
            "INSERT INTO verdicts (event_id, verdict, by, at) VALUES (?, ?, 'a', ?)",
            (event, verdict, NOW.isoformat()),
        )

    await told.services.ledger.writer.commit(unit)
    assert (await told.bar() or {})["code"] == code


async def test_who_had_everything_erased_is_reminded_of_nothing(told: Told) -> None:
    await told.tells()
    context = TurnContext("app", USER, CONVERSATION, "m9", NOW, "model", "content")
    erasing = TurnRecord(context, change=UserChange(erase=True))
    await told.commit(erasing, ConversationState(), "m9")
    assert (await told.bar() or {})["code"] is None
