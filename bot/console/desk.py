"""What the parts of the console work with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.console.wording import Wording, Words
from bot.hashing import Hasher
from bot.ledger.database import Reader
from bot.ledger.encoding import utc_now
from bot.ledger.events import event_source
from bot.ledger.reading import LedgerView
from bot.ledger.writer import Writer
from bot.services import Services
from bot.staff.accounts import StaffBook


@dataclass(frozen=True)
class Desk:
    """Made once a process.

    ``reader`` is the console's own, so that no question of a page holds up a message; ``source`` is that of the
    ledger's events.
    """

    services: Services
    reader: Reader
    view: LedgerView
    wording: Wording
    staff: StaffBook
    clock: Callable[[], datetime] = utc_now

    @classmethod
    def of(cls, services: Services) -> Desk:
        """The desk of a running service."""
        view = LedgerView.at(services.settings.home)
        return cls(
            services,
            view.reader,
            view,
            Wording(services.settings.content, lambda: services.content.version),
            StaffBook(view.reader, services.ledger.writer),
        )

    @property
    def writer(self) -> Writer:
        """The writer of the ledger."""
        return self.services.ledger.writer

    @property
    def hasher(self) -> Hasher:
        """The keyed hashes of the service."""
        return self.services.hasher

    @property
    def source(self) -> str:
        """The source of the ledger's events."""
        return event_source(self.services.content.short_name)

    def words(self, part: str) -> Words:
        """The words of a part."""
        return self.wording.of(part)
