"""The four words by which a customer recognises the chat."""

from __future__ import annotations

from bot.channels.app.phrase import WORDS, phrase_of
from bot.hashing import Hasher

LIST = [f"词{number}" for number in range(128)]
HASHER = Hasher([b"a key of the tests alone"])


def test_a_session_has_the_same_words_all_through_it() -> None:
    first = phrase_of(HASHER, LIST, "u1", "session-1")
    assert phrase_of(HASHER, LIST, "u1", "session-1") == first
    assert len(set(first)) == WORDS


def test_another_session_another_user_and_another_key_have_others() -> None:
    phrases = {
        phrase_of(HASHER, LIST, "u1", "session-1"),
        phrase_of(HASHER, LIST, "u1", "session-2"),
        phrase_of(HASHER, LIST, "u2", "session-1"),
        phrase_of(Hasher([b"another key of the tests"]), LIST, "u1", "session-1"),
    }
    assert len(phrases) == 4


def test_all_words_come_up_about_equally_often() -> None:
    seen = dict.fromkeys(LIST, 0)
    for number in range(2000):
        for word in phrase_of(HASHER, LIST, "u1", f"session-{number}"):
            seen[word] += 1
    # 62.5 each; a deviation of six standard deviations would be a fault.
    assert min(seen.values()) > 15
    assert max(seen.values()) < 110
