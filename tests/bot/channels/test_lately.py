"""What happened lately."""

from __future__ import annotations

from bot.channels.lately import Lately


def test_a_key_is_new_again_after_its_time() -> None:
    now = [0.0]
    lately = Lately(60, clock=lambda: now[0])
    assert lately.first("a")
    now[0] = 59
    assert not lately.first("a")
    now[0] = 61
    assert lately.first("a")


def test_of_too_many_keys_the_oldest_is_forgotten() -> None:
    lately = Lately(60, most=2)
    for key in "abc":
        lately.add(key)
    assert [key in lately for key in "abc"] == [False, True, True]
