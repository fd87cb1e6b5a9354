"""Pauses between tries."""

from __future__ import annotations

from bot.sinks.backoff import Backoff, Retries


def test_pauses_grow_up_to_the_longest_and_never_fall_below_the_plan() -> None:
    backoff = Backoff(first=1, longest=100, factor=3)
    for failures, plain in enumerate([1, 3, 9, 27, 81, 100, 100], start=1):
        assert plain <= backoff.pause(failures, "x") <= plain * 1.25


def test_a_pause_is_the_same_every_time_and_another_for_another_event() -> None:
    backoff = Backoff(first=1, longest=100)
    assert backoff.pause(3, "hook 1") == backoff.pause(3, "hook 1")
    assert len({backoff.pause(3, f"hook {seq}") for seq in range(100)}) == 100


def test_after_any_number_of_failures_there_is_a_pause() -> None:
    assert Backoff(first=1, longest=30).pause(10_000, "x") <= 30 * 1.25


def test_an_event_that_is_refused_as_planned_is_tried_for_a_quarter_of_an_hour() -> None:
    retries = Retries()
    pauses = [retries.backoff.pause(n, "hook 1") for n in range(1, retries.tries)]
    assert 15 * 60 < sum(pauses) < 21 * 60
