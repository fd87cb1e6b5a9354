"""Which contacts partners have listed too, in memory, so that a message waits for no disk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from actions.plan import Contact
from bot.cases.contacts import ContactKey, contact_keys
from bot.ledger.database import Reader
from bot.ledger.encoding import rfc3339, utc_now
from bot.sharing.alliance_key import AllianceKey
from bot.sharing.sender import HASH_NAME
from bot.sharing.tlp import Tlp


@dataclass(frozen=True)
class _Listing:
    partner: str
    listed_on: str
    tlp: str
    disputed: bool
    expires_at: str


class Corroboration:
    """A snapshot of the partners' lists.

    A hit is a hint for the people who read the signal: it must never change a signal's confidence, since two
    institutions that copy each other's lists would otherwise prove each other right. Read from one thread.
    """

    def __init__(
        self,
        reader: Reader,
        alliance: AllianceKey | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """Begins empty; ``alliance`` lets it recognise entries that were listed as keyed hashes."""
        self._reader = reader
        self._alliance = alliance
        self._clock = clock
        self._state: tuple[Any, ...] = ()
        self._listings: Mapping[str, tuple[_Listing, ...]] = {}

    def __len__(self) -> int:
        """How many contacts are listed."""
        return len(self._listings)

    def refresh(self) -> bool:
        """Reads the lists anew if any was imported since; tells whether it did. Short and blocking.

        Raises:
            LedgerError: when the ledger cannot be read; the snapshot then stays as it was.
        """
        state = tuple(self._reader.rows("SELECT max(seq) FROM partner_imports"))
        if state == self._state:
            return False
        # What is for those present alone (TLP:RED) must not travel on in signals.
        rows = self._reader.rows(
            "SELECT coalesce(key, hash), partner, listed_on, tlp, disputed, expires_at FROM partner_entries "
            "WHERE retracted_at IS NULL AND tlp <> ? ORDER BY partner, ref",
            (Tlp.RED.value,),
        )
        listings: dict[str, list[_Listing]] = {}
        for name, partner, listed_on, tlp, disputed, expires_at in rows:
            listing = _Listing(partner, listed_on, tlp, bool(disputed), expires_at)
            listings.setdefault(name, []).append(listing)
        self._listings = {name: tuple(found) for name, found in listings.items()}
        self._state = state
        return True

    def of(self, keys: Iterable[ContactKey]) -> list[dict[str, Any]] | None:
        """What partners say of these contacts, ``None`` if nothing: the ``corroboration`` of a signal.

        Each item has ``partner``, ``contact`` (the key as text), ``listed_on`` (a day), ``tlp`` and
        ``disputed``.
        """
        if not self._listings:
            return None
        now = rfc3339(self._clock())
        hits = [
            {
                "partner": listing.partner,
                "contact": str(key),
                "listed_on": listing.listed_on,
                "tlp": listing.tlp,
                "disputed": listing.disputed,
            }
            for key in dict.fromkeys(keys)
            for listing in self._of(key)
            if listing.expires_at > now
        ]
        return hits or None

    def told(self, contacts: Sequence[Contact], agency: str | None) -> list[dict[str, Any]]:
        """As :meth:`of` for what a signal names; what the ledger asks before it writes one."""
        if not self._listings:
            return []
        named = [{"kind": contact.kind, "value": contact.value} for contact in contacts]
        return self.of(contact_keys({"contacts": named, "agency": agency})) or []

    def _of(self, key: ContactKey) -> Iterable[_Listing]:
        yield from self._listings.get(str(key), ())
        if self._alliance is not None:
            hashed = f"{HASH_NAME}:{self._alliance.id}:{self._alliance.of(key)}"
            yield from self._listings.get(hashed, ())
