"""Who shares, and how a contact leaves: what all formats of an export have in common."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.sharing.alliance_key import AllianceKey
from bot.sharing.entries import SharedEntry
from bot.sharing.policy import SharingPolicy

HASH_NAME: Final = "hmac-sha-256"

# The namespace of all ids that follow from others; random, and never to be changed.
_NAMESPACE: Final = uuid.UUID("0d3e3c5e-6f2b-4b52-9a57-9d2c6c1f7a41")


@dataclass(frozen=True)
class Sender:
    """The institution as the alliance knows it; ``source`` is that of its events."""

    source: str
    name: str
    policy: SharingPolicy
    alliance: AllianceKey | None

    def id(self, *parts: str) -> str:
        """A UUID that is the same for the same parts in every export, and differs between institutions."""
        return str(uuid.uuid5(_NAMESPACE, "\n".join((self.source, *parts))))

    def can_express(self, entry: SharedEntry) -> bool:
        """Whether the entry can leave with the key at hand: in clear, or hashed under that very key."""
        return entry.in_clear or (
            self.alliance is not None and entry.form == f"hmac:{self.alliance.id}"
        )

    def hashed(self, entry: SharedEntry) -> str:
        """The keyed hash of an entry's contact as it leaves, such as ``hmac-sha-256:1f2e3d4c:09ab…``."""
        assert self.alliance is not None, "ask can_express first"
        return f"{HASH_NAME}:{self.alliance.id}:{self.alliance.of(entry.key)}"


@dataclass(frozen=True)
class Parcel:
    """What one export holds.

    ``cases`` has, by case, all entries that the recipient then knows of it, also those that an incremental
    export does not repeat.
    """

    sender: Sender
    entries: Sequence[SharedEntry]
    cases: Mapping[str, Sequence[SharedEntry]]
    at: datetime
