"""The events that a forwarder has in hand: read from the ledger in their order, some of them not delivered yet."""

from __future__ import annotations

from collections.abc import Collection

from bot.ledger.reading import LedgerView, StoredEvent


class Window:
    """A stretch of the outbox above ``after``, up to and including ``last`` or without an end.

    ``open`` holds what was read and is not settled. Events of other ``types`` than those named, if any are, are
    passed over.
    """

    def __init__(
        self,
        view: LedgerView,
        after: int,
        *,
        last: int | None = None,
        types: frozenset[str] | None = None,
    ) -> None:
        self.open: list[StoredEvent] = []
        self.more = False
        """Whether the last reading got as much as it asked for."""
        self._view = view
        self._read = after
        self._last = last
        self._types = types

    @property
    def position(self) -> int:
        """The ``seq`` up to which everything is settled."""
        return self.open[0].seq - 1 if self.open else self._read

    @property
    def ended(self) -> bool:
        """Whether its last event is settled."""
        return self._last is not None and self.position >= self._last

    def fill(self, size: int) -> None:
        """Reads until ``size`` events are open, or fewer where there are no more; a short blocking read.

        Raises:
            LedgerError: when the ledger cannot be read.
        """
        room = size - len(self.open)
        if room <= 0 or (self._last is not None and self._read >= self._last):
            return
        page = self._view.outbox(self._read, room)
        self.more = len(page) == room
        if page:
            self._read = page[-1].seq
        if self._last is not None and (self._read >= self._last or not self.more):
            page = [event for event in page if event.seq <= self._last]
            self._read = self._last
        self.open += [e for e in page if self._types is None or e.type in self._types]

    def settle(self, seqs: Collection[int]) -> None:
        """Says that nothing more has to be done for these."""
        self.open = [event for event in self.open if event.seq not in seqs]
