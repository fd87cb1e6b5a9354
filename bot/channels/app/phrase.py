"""The phrase by which a customer recognises that a chat is the institution's own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.hashing import Hasher

WORDS: Final = 4


def phrase_of(hasher: Hasher, words: Sequence[str], user: str, session: str) -> tuple[str, ...]:
    """Four different words for a session of a user: the same ones all through it, and others in the next.

    Nobody without the service's own key can tell them. They prove nothing to anybody but who sees both screens, so
    replies never ask for them.
    """
    chance = int.from_bytes(hasher.mac("phrase", user, session), "big")
    left, chosen = list(words), []
    for _ in range(WORDS):
        chance, place = divmod(chance, len(left))
        chosen.append(left.pop(place))
    return tuple(chosen)
