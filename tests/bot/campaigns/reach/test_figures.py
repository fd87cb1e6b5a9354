"""Whom a campaign reached and what was learnt."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.campaigns.reach.figures import OUT, SMALLEST, Funnel, difference, funnel, reach_of
from bot.campaigns.reach.learning import paired
from bot.hashing import Hasher
from bot.ledger.database import Reader, database_path
from bot.ledger.events import event_source
from bot.ledger.ledger import Ledger

NOON = "2026-11-30T04:00:00Z"
STATES = ("queued", "claimed", "sent", "kept", "skipped", "failed", "unknown")
# How far somebody got; each step stands for all before it.
STEPS = ("delivered_at", "read_at", "answered_at", "finished_at")
Person = tuple[str, int, bool]


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = Ledger.open(tmp_path, hasher=Hasher([b"tests"]), source=event_source("demo"))
    yield ledger
    ledger.close()


@pytest.fixture
def reader(tmp_path: Path, ledger: Ledger) -> Reader:
    return Reader(database_path(tmp_path))


def person(campaign: str, place: int, who: Person, group: Sequence[str]) -> dict[str, Any]:
    state, steps, opted_out = who
    steps = steps if state in OUT else 0
    row: dict[str, Any] = {name: NOON if at < steps else None for at, name in enumerate(STEPS)}
    row |= {"campaign": campaign, "user": f"u{place}", "state": state}
    row |= {"channel": group[0], "segment": group[1], "variant": group[2]}
    row |= {"sent_at": NOON if state in OUT else None, "opted_out_at": NOON if opted_out else None}
    return row | {"reason": "cap" if state in ("skipped", "failed") else None}


async def write(ledger: Ledger, rows: Sequence[dict[str, Any]]) -> None:
    def unit(connection: sqlite3.Connection) -> None:
        connection.execute("DELETE FROM campaign_messages")
        for row in rows:
            names = ", ".join(row)
            marks = ", ".join(f":{name}" for name in row)
            connection.execute(
                f"INSERT INTO campaign_messages ({names}, address, due_at, queued_at) "
                f"VALUES ({marks}, '', '{NOON}', '{NOON}')",
                row,
            )

    await ledger.writer.commit(unit)


async def test_every_message_is_counted_once_and_the_funnel_never_grows(
    ledger: Ledger, reader: Reader
) -> None:
    chance = random.Random(3)
    for _ in range(20):
        people = [
            person(
                "c1",
                place,
                (chance.choice(STATES), chance.randrange(5), chance.random() < 0.1),
                [chance.choice("xy"), chance.choice(["", "north"]), chance.choice("AB")],
            )
            for place in range(chance.randrange(1, 120))
        ]
        await write(ledger, people)
        found = reach_of(reader, "c1")
        assert sum(found.whole.states.values()) == found.whole.audience == len(people)
        assert found.whole.out == sum(found.whole.states.get(state, 0) for state in OUT)
        counts = [count for _, count in found.whole.steps]
        assert counts == sorted(counts, reverse=True)
        for groups in found.groups.values():
            assert all(group.audience >= SMALLEST for group in groups.values())
            assert sum(group.audience for group in groups.values()) <= len(people)
            for group in groups.values():
                steps = [count for _, count in group.steps]
                assert steps == sorted(steps, reverse=True)


async def test_small_groups_do_not_stand_apart(ledger: Ledger, reader: Reader) -> None:
    people = [person("c1", n, ("sent", 2, False), ["x", "", "A"]) for n in range(20)]
    people += [person("c1", 20 + n, ("sent", 2, False), ["y", "", "B"]) for n in range(9)]
    await write(ledger, people)
    found = reach_of(reader, "c1")
    assert set(found.groups["channel"]) == {"x"}
    assert found.groups["segment"] == {}


async def test_what_waited_in_the_mailbox_is_delivered_once_it_was_shown(
    ledger: Ledger, reader: Reader
) -> None:
    await write(ledger, [person("c1", n, ("kept", 0, False), ["x", "", "A"]) for n in range(2)])

    def show(connection: sqlite3.Connection) -> None:
        [(first,), _] = connection.execute("SELECT id FROM campaign_messages ORDER BY id")
        connection.execute(
            "INSERT INTO mailbox (id, user, channel, bubbles, kept_at, shown_at) "
            "VALUES (?, 'u0', 'x', '[]', ?, ?)",
            (f"campaign-c1-{first}", NOON, NOON),
        )

    await ledger.writer.commit(show)
    whole = reach_of(reader, "c1").whole
    assert (whole.out, whole.delivered, whole.read) == (2, 1, 0)


async def test_the_most_frequent_mistakes_come_first(ledger: Ledger, reader: Reader) -> None:
    def play(connection: sqlite3.Connection) -> None:
        for place in range(20):
            choice, score = (0, 100) if place < 5 else (1, 0) if place < 15 else (2, 30)
            connection.execute(
                "INSERT INTO practices (id, user, channel, script, hash, campaign, started_at, "
                "finished_at, answers, score_before, score_after, score) "
                "VALUES (?, 'u', 'x', 's', 'h', 'c1', ?, ?, ?, ?, 100, ?)",
                (
                    f"p{place}",
                    NOON,
                    NOON,
                    f'[{{"step":"ring","choice":{choice},"score":{score}}}]',
                    score,
                    score,
                ),
            )

    await ledger.writer.commit(play)
    found = reach_of(reader, "c1")
    assert [(each.choice, each.share.value, each.share.of) for each in found.wrong] == [
        (1, 0.5, 20),
        (2, 0.25, 20),
    ]
    assert found.learnt is not None
    assert (found.learnt.people, found.learnt.before, found.learnt.after) == (20, 32.5, 100)
    assert found.learnt.low <= found.learnt.gain <= found.learnt.high


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 100), st.integers(0, 100)), min_size=1, max_size=40))
def test_the_gain_lies_in_its_interval_and_the_same_people_give_the_same(
    scores: list[tuple[int, int]],
) -> None:
    first, again = paired(scores), paired(scores)
    assert first == again
    assert first is not None
    assert first.people == len(scores)
    gains = [after - before for before, after in scores]
    assert min(gains) <= first.low <= first.high <= max(gains)


def test_who_lacks_one_of_the_scores_is_left_out() -> None:
    assert paired([(None, 100), (20, None)]) is None
    found = paired([(None, 100), (20, 80)])
    assert found is not None
    assert (found.people, found.before, found.after) == (1, 20, 80)


@pytest.mark.parametrize(
    ("first", "second", "by_chance"),
    [((100, 30), (100, 33), True), ((1000, 300), (1000, 400), False), ((20, 0), (20, 10), False)],
)
def test_a_difference_says_when_it_may_be_chance(
    first: tuple[int, int], second: tuple[int, int], by_chance: bool
) -> None:
    one, other = (Funnel(out=out, answered=answered) for out, answered in (first, second))
    found = difference(one, other)
    assert found is not None
    assert found.low <= found.value <= found.high
    assert found.by_chance is by_chance


def test_nobody_is_a_funnel_of_noughts() -> None:
    assert funnel([]) == Funnel(states={}, reasons={})
    assert funnel([]).rate("answered") is None
