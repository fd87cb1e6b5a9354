"""What conversations leave for campaigns in the ledger."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from actions.plan import Practice, UserChange
from bot.campaigns.invitations import invitation
from bot.campaigns.turns import practice_of_turn
from bot.hashing import Hasher
from bot.ledger.encoding import rfc3339
from bot.ledger.events import TurnContext, event_source
from bot.ledger.ledger import Ledger, TurnRecord

NOON = datetime(2026, 11, 29, 4, 0, tzinfo=timezone.utc)


class Room:
    """A ledger with the hook of campaigns, and one user of the channel ``rest``."""

    def __init__(self, home: Path) -> None:
        self.hasher = Hasher([b"a key of the tests alone"])
        self.ledger = Ledger.open(
            home, hasher=self.hasher, source=event_source("demo"), hooks=(practice_of_turn,)
        )
        self.user = self.hasher.user("rest", "u1")

    async def turn(self, at: datetime = NOON, **record: Any) -> None:
        context = TurnContext("rest", "u1", "rest:u1", f"m{at.minute}", at, "model", "content", ())
        await self.ledger.record(TurnRecord(context, **record))

    async def push(self, campaign: str, sent: datetime, state: str = "sent") -> None:
        """A campaign as it stands in the ledger once its message went out."""

        def unit(connection: sqlite3.Connection) -> None:
            connection.execute(
                "INSERT INTO campaigns (id, title, script, hash, state, created_by, created_at, "
                "changed_at) VALUES (?, '', 'fake_hotline', 'h', 'running', 'anna', ?, ?)",
                (campaign, rfc3339(sent), rfc3339(sent)),
            )
            connection.execute(
                "INSERT INTO campaign_messages (campaign, user, channel, address, variant, state, "
                "due_at, queued_at, sent_at) VALUES (?, ?, 'rest', 'u1', 'B', ?, ?, ?, ?)",
                (campaign, self.user.current, state, *[rfc3339(sent)] * 3),
            )

        await self.ledger.writer.commit(unit)

    def row(self, columns: str, table: str) -> tuple[Any, ...]:
        [row] = self.ledger.reader.rows(f"SELECT {columns} FROM {table}")
        return row


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    room = Room(tmp_path)
    yield room
    room.ledger.close()


def practice(event: str, *given: tuple[str, int, int], campaign: str | None = None) -> Practice:
    played = {"script": "fake_hotline", "hash": "h", "variant": "B", "given": list(given)}
    scores = [score for _, _, score in given]
    mean = sum(scores) // len(scores) if scores else None
    return Practice("p1", event, campaign, {**played, "score": mean, "before": mean})


async def test_a_practice_is_one_row_from_its_beginning_to_its_end(room: Room) -> None:
    await room.turn(practice=practice("asked"))
    await room.turn(NOON + timedelta(minutes=1), practice=practice("answered", ("a", 0, 100)))
    done = practice("finished", ("a", 0, 100), ("b", 1, 20))
    await room.turn(NOON + timedelta(minutes=2), practice=done)
    answers, *rest = room.row(
        "answers, score, started_at, answered_at, finished_at, stopped_at", "practices"
    )
    assert [(answer["step"], answer["score"]) for answer in json.loads(answers)] == [
        ("a", 100),
        ("b", 20),
    ]
    times = [rfc3339(NOON + timedelta(minutes=minutes)) for minutes in range(3)]
    assert rest == [60, *times, None]


async def test_an_answer_that_arrives_twice_counts_once(room: Room) -> None:
    await room.turn(practice=practice("answered", ("a", 0, 100), ("b", 0, 100)))
    await room.turn(NOON + timedelta(minutes=1), practice=practice("answered", ("a", 0, 100)))
    [answers] = room.row("answers", "practices")
    assert len(json.loads(answers)) == 2


async def test_who_stops_has_stopped_and_not_finished(room: Room) -> None:
    await room.turn(practice=practice("asked"))
    await room.turn(NOON + timedelta(minutes=1), practice=practice("stopped"))
    stopped, finished = room.row("stopped_at, finished_at", "practices")
    assert (stopped, finished) == (rfc3339(NOON + timedelta(minutes=1)), None)


async def test_an_answer_to_a_pushed_campaign_shows_that_it_was_read(room: Room) -> None:
    await room.push("c1", NOON)
    at = NOON + timedelta(minutes=5)
    await room.turn(at, practice=practice("answered", ("a", 0, 100), campaign="c1"))
    times = room.row("delivered_at, read_at, answered_at, finished_at", "campaign_messages")
    assert times == (*[rfc3339(at)] * 3, None)


async def test_who_opts_out_does_so_because_of_the_last_campaign(room: Room) -> None:
    await room.push("c1", NOON - timedelta(days=40))
    await room.push("c2", NOON - timedelta(days=1))
    await room.turn(change=UserChange(opted_out=True))
    rows = room.ledger.reader.rows(
        "SELECT campaign, opted_out_at FROM campaign_messages ORDER BY campaign"
    )
    assert rows == [("c1", None), ("c2", rfc3339(NOON))]


@pytest.mark.parametrize("state", ["sent", "unknown"])
async def test_a_campaign_that_may_have_arrived_waits_for_its_answer(
    room: Room, state: str
) -> None:
    await room.push("c1", NOON - timedelta(days=1), state)
    found = invitation(room.ledger.reader, room.user, NOON)
    assert found is not None
    assert (found.campaign, found.script, found.variant) == ("c1", "fake_hotline", "B")


async def test_a_campaign_in_the_mailbox_waits_for_an_answer_only_once_it_was_seen(
    room: Room,
) -> None:
    await room.push("c1", NOON - timedelta(days=1), "kept")
    assert invitation(room.ledger.reader, room.user, NOON) is None

    def show(connection: sqlite3.Connection) -> None:
        connection.execute(
            "INSERT INTO mailbox (id, user, channel, bubbles, kept_at, shown_at) "
            "SELECT 'campaign-c1-' || id, user, 'rest', '[]', sent_at, ? FROM campaign_messages",
            (rfc3339(NOON),),
        )

    await room.ledger.writer.commit(show)
    assert invitation(room.ledger.reader, room.user, NOON) is not None


async def test_a_campaign_waits_for_seven_days(room: Room) -> None:
    await room.push("c1", NOON - timedelta(days=8))
    assert invitation(room.ledger.reader, room.user, NOON) is None


async def test_a_campaign_that_was_answered_waits_no_longer(room: Room) -> None:
    await room.push("c1", NOON - timedelta(days=1))
    await room.turn(practice=practice("answered", ("a", 0, 100), campaign="c1"))
    assert invitation(room.ledger.reader, room.user, NOON) is None
