from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.hashing import Hasher

texts = st.text(st.characters(blacklist_categories=()), max_size=20)


def test_the_hash_of_a_user_never_changes_between_versions() -> None:
    # A changed hash would forget every consent and every opt-out.
    assert Hasher([b"key"]).user("rest", "u1").current == "efb1bc07f921fe488ace162b7c7fee17"


@given(texts, texts)
def test_a_hash_is_32_hexadecimal_digits_and_the_same_each_time(channel: str, user: str) -> None:
    found = Hasher([b"key"]).user(channel, user)
    assert re.fullmatch("[0-9a-f]{32}", found.current)
    assert found == Hasher([b"key"]).user(channel, user)


@given(texts)
def test_the_same_id_has_another_hash_for_each_kind_channel_and_key(name: str) -> None:
    hasher = Hasher([b"key"])
    hashes = {
        hasher.user("rest", name).current,
        hasher.user("telegram", name).current,
        hasher.conversation(name).current,
        hasher.turn("rest", name).current,
        Hasher([b"other key"]).user("rest", name).current,
    }
    assert len(hashes) == 5


def test_after_a_rotation_the_former_hashes_are_known_newest_first() -> None:
    oldest, older = Hasher([b"k1"]).user("rest", "u1"), Hasher([b"k2"]).user("rest", "u1")
    now = Hasher([b"k3", b"k2", b"k1"]).user("rest", "u1")
    assert now.former == (older.current, oldest.current)
    assert now.all == (now.current, older.current, oldest.current)
    assert len(set(now.all)) == 3


@pytest.mark.parametrize("secrets", [[], [b""], [b"key", b""]])
def test_a_hash_without_a_key_is_refused(secrets: list[bytes]) -> None:
    with pytest.raises(ValueError, match="key"):
        Hasher(secrets)
