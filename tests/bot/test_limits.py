"""What one person may send, what may be under way, and how long a refused message has to wait."""

from __future__ import annotations

import random
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.inbound import InboundMessage
from bot.limits import Limit, LimitExceeded, Limits


@dataclass
class Clock:
    """Seconds that pass when a test says so."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


def message(user: str = "borrower", conversation: str | None = None) -> InboundMessage:
    return InboundMessage(
        channel="test",
        user=user,
        conversation=conversation or user,
        message_id="m",
        text="text",
        received_at=datetime.now(timezone.utc),
    )


def refusal(limits: Limits, user: str = "borrower") -> LimitExceeded | None:
    """Sends a message that is answered at once; tells whether it was refused."""
    try:
        with limits.admit(message(user)):
            return None
    except LimitExceeded as error:
        return error


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_person_may_send_a_burst_and_not_one_message_more(clock: Clock) -> None:
    limits = Limits(Limit(burst=5, per_minute=60), clock)
    assert [refusal(limits) for _ in range(5)] == [None] * 5
    error = refusal(limits)
    assert error is not None
    assert (error.reason, error.retry_after) == ("rate", 1)


def test_a_refused_message_costs_nothing(clock: Clock) -> None:
    limits = Limits(Limit(burst=2, per_minute=60), clock)
    assert sum(refusal(limits) is None for _ in range(50)) == 2
    clock.now += 1
    assert sum(refusal(limits) is None for _ in range(50)) == 1


def test_who_waits_long_enough_may_send_a_whole_burst_again_and_no_more(clock: Clock) -> None:
    limits = Limits(Limit(burst=5, per_minute=60), clock)
    for pause in (0.0, 5.0, 3600.0):
        clock.now += pause
        assert sum(refusal(limits) is None for _ in range(20)) == 5


def test_in_the_long_run_as_many_pass_as_a_minute_has(clock: Clock) -> None:
    limits = Limits(Limit(burst=10, per_minute=30), clock)
    rng = random.Random(1)
    passed = 0
    for _ in range(20_000):
        passed += refusal(limits) is None
        clock.now += rng.expovariate(1 / 0.36)
    minutes = (clock.now - 1000) / 60
    assert 30 * minutes * 0.99 < passed <= 30 * minutes + 11


@given(
    st.integers(1, 20),
    st.floats(0.5, 600),
    st.lists(st.floats(0, 40), max_size=40),
)
def test_whoever_waits_as_long_as_told_is_let_in(
    burst: int, per_minute: float, pauses: list[float]
) -> None:
    clock = Clock()
    limits = Limits(Limit(burst=burst, per_minute=per_minute), clock)
    for pause in pauses:
        clock.now += pause
        error = refusal(limits)
        if error is not None:
            assert 1 <= error.retry_after < 60 / per_minute + 1
            clock.now += error.retry_after
            assert refusal(limits) is None


def test_the_rate_of_one_person_does_not_touch_another(clock: Clock) -> None:
    limits = Limits(Limit(burst=2, per_minute=1), clock)
    assert [refusal(limits, "loud") is None for _ in range(4)] == [True, True, False, False]
    assert [refusal(limits, "calm") is None for _ in range(2)] == [True, True]


def test_a_person_is_one_over_all_conversations_and_another_on_each_channel(clock: Clock) -> None:
    limits = Limits(Limit(burst=2, per_minute=1), clock)
    for talk in ("a", "b"):
        with limits.admit(message(conversation=talk)):
            pass
    with pytest.raises(LimitExceeded), limits.admit(message(conversation="c")):
        pass
    elsewhere = InboundMessage("other", "borrower", "a", "m", "text", datetime.now(timezone.utc))
    with limits.admit(elsewhere):
        pass


def test_a_conversation_may_have_only_so_many_messages_under_way(clock: Clock) -> None:
    limits = Limits(Limit(in_conversation=3, altogether=100), clock)
    with ExitStack() as under_way:
        for _ in range(3):
            under_way.enter_context(limits.admit(message()))
        error = refusal(limits)
        assert error is not None
        assert (error.reason, error.retry_after) == ("queue", 2)
        assert refusal(limits, "another") is None
    assert refusal(limits) is None


def test_only_so_many_messages_may_be_under_way_altogether(clock: Clock) -> None:
    limits = Limits(Limit(in_conversation=3, altogether=5), clock)
    with ExitStack() as under_way:
        for number in range(5):
            under_way.enter_context(limits.admit(message(f"user {number}")))
        error = refusal(limits, "another")
        assert error is not None
        assert error.reason == "queue"
        under_way.pop_all().close()
    assert refusal(limits, "another") is None


def test_a_message_that_finds_the_queue_full_does_not_count_against_its_sender(
    clock: Clock,
) -> None:
    limits = Limits(Limit(burst=2, per_minute=1, in_conversation=1), clock)
    with limits.admit(message()):
        assert all(refusal(limits) is not None for _ in range(10))
    assert refusal(limits) is None


def test_a_message_that_fails_is_under_way_no_more(clock: Clock) -> None:
    limits = Limits(Limit(in_conversation=1, altogether=1), clock)
    for _ in range(3):
        with pytest.raises(RuntimeError), limits.admit(message()):
            raise RuntimeError
    assert refusal(limits) is None


def test_of_very_many_people_those_who_were_silent_longest_are_forgotten(clock: Clock) -> None:
    limits = Limits(Limit(burst=1, per_minute=0.001), clock)
    for number in range(50_000):
        assert refusal(limits, f"user {number}") is None
    assert refusal(limits, "user 0") is not None  # which makes itself heard again
    for number in range(50_000, 50_010):
        assert refusal(limits, f"user {number}") is None
    assert refusal(limits, "user 0") is not None
    assert refusal(limits, "user 40000") is not None
    assert refusal(limits, "user 5") is None


def test_whose_allowance_is_whole_again_takes_no_memory(clock: Clock) -> None:
    limits = Limits(Limit(burst=2, per_minute=60.0), clock)
    for number in range(1_000):
        assert refusal(limits, f"user {number}") is None
        clock.now += 0.01
    # One message is made up for in a second: a hundred of them came within the last one.
    assert 95 <= limits.remembered <= 105
