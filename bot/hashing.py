"""Keyed hashes that stand for people and conversations wherever something is stored."""

from __future__ import annotations

import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

_REMEMBERED = 1024


@dataclass(frozen=True)
class Pseudonym:
    """The keyed hash of one id.

    ``current`` is what is written from now on; ``former`` are the hashes of the same id under the
    keys of before a rotation, newest first, under which it may still be stored.
    """

    current: str
    former: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        """Every hash to look up, the current one first."""
        return (self.current, *self.former)


class Hasher:
    """HMAC-SHA256 under the keys of ``Settings.secrets``, each kind in a domain of its own."""

    def __init__(self, secrets: Sequence[bytes]) -> None:
        """Takes the keys, the one that signs first.

        Raises:
            ValueError: without any key.
        """
        if not secrets or not all(secrets):
            raise ValueError("keyed hashes need at least one key, and none that is empty")
        self._secrets = tuple(secrets)
        # One message asks for the same few again and again.
        self._remembered = lru_cache(maxsize=_REMEMBERED)(self._pseudonym)

    def pseudonym(self, kind: str, *parts: str) -> Pseudonym:
        """The hashes of an id, 32 hexadecimal digits each; equal parts of two kinds do not meet."""
        return self._remembered(kind, parts)

    def _pseudonym(self, kind: str, parts: tuple[str, ...]) -> Pseudonym:
        current, *former = (_mac(key, kind, parts).hex()[:32] for key in self._secrets)
        return Pseudonym(current, tuple(former))

    def user(self, channel: str, user: str) -> Pseudonym:
        """The hashes of a person, known by the id ``user`` within ``channel``."""
        return self.pseudonym("user", channel, user)

    def conversation(self, conversation: str) -> Pseudonym:
        """The hashes of a conversation, known by its ``InboundMessage.key``."""
        return self.pseudonym("conversation", conversation)

    def turn(self, conversation: str, message_id: str) -> Pseudonym:
        """The hashes of one message, which tell nobody where and by whom it was sent."""
        return self.pseudonym("turn", conversation, message_id)

    def mac(self, kind: str, *parts: str) -> bytes:
        """The full 32 bytes of the hash under the signing key."""
        return _mac(self._secrets[0], kind, parts)


def _mac(key: bytes, kind: str, parts: tuple[str, ...]) -> bytes:
    # JSON keeps the borders of the parts, and its ASCII form takes any text, lone surrogates too.
    message = json.dumps([kind, *parts]).encode("ascii")
    return hmac.digest(key, message, "sha256")
