"""Who is let in how often while banned, and whom the service bans by itself."""

from __future__ import annotations

import logging
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.audit import SYSTEM
from bot.bans.book import BanBook
from bot.channels.lately import Lately
from bot.hashing import Hasher, Pseudonym
from bot.inbound import InboundMessage
from bot.ledger.encoding import utc_now
from bot.ledger.errors import LedgerError

logger = logging.getLogger(__name__)

_MOST_PEOPLE: Final = 10_000
_SAME_AGAIN: Final = 86_400.0  # seconds in which platforms send again what was not acknowledged


@dataclass(frozen=True)
class BanRules:
    """The figures, in seconds. After ``refusals`` within ``within`` a person is banned for ``term``; 0: nobody is.

    Of a banned person one message is read in each ``every``, and they are told of the ban once in ``tell``. What
    other processes ban or lift is known after ``stale``.
    """

    refusals: int = 10
    within: float = 600.0
    term: float = 3600.0
    every: float = 60.0
    tell: float = 3600.0
    stale: float = 2.0


class Banned(Exception):
    """A message is not read, since its person is banned until then and was read a moment ago.

    ``retry_after`` is in seconds; ``told`` says that the person heard of the ban lately.
    """

    def __init__(self, until: datetime, retry_after: int, *, told: bool) -> None:
        super().__init__("refused for a ban")
        self.until = until
        self.retry_after = retry_after
        self.told = told


class Door:
    """Slows banned people down, and never shuts them out.

    An account is shared, a phone is taken away, a frightened person presses a button thirty times: whoever is banned
    can still tell of a transfer under way, and is answered in full, once a minute. What is read is treated like the
    message of anybody else, signal and all.
    """

    def __init__(
        self,
        book: BanBook,
        hasher: Hasher,
        rules: BanRules | None = None,
        clock: Callable[[], datetime] = utc_now,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        """The reader of ``book`` should be one that nobody else waits for."""
        self._book = book
        self._hasher = hasher
        self._rules = rules or BanRules()
        self._clock = clock
        self._seconds = seconds
        self._banned: Mapping[str, datetime] = {}
        self._looked_at: float | None = None
        self._read = Lately(self._rules.every, _MOST_PEOPLE, seconds)
        self._told = Lately(self._rules.tell, _MOST_PEOPLE, seconds)
        self._let_in = Lately(_SAME_AGAIN, _MOST_PEOPLE, seconds)
        self._refusals: OrderedDict[str, deque[float]] = OrderedDict()

    def admit(self, message: InboundMessage) -> None:
        """Lets a message pass, or not; one that passed passes again when it is sent again.

        Raises:
            Banned: when it is not to be read.
        """
        person = self._hasher.user(message.channel, message.user)
        until = self._until(person)
        # What could not be recorded at first comes once more, and must not be taken for the next message.
        same = person.current, message.conversation, message.message_id
        if until is None or same in self._let_in:
            return
        if self._read.first(person.current):
            self._let_in.add(same)
            return
        told = not self._told.first(person.current)
        raise Banned(until, int(self._rules.every), told=told)

    async def refused(self, message: InboundMessage) -> bool:
        """Notes that a message was refused for its rate; tells whether its person is banned for it now."""
        person = self._hasher.user(message.channel, message.user)
        if not self._is_enough(person.current):
            return False
        try:
            await self._book.add(
                person, timedelta(seconds=self._rules.term), SYSTEM, channel=message.channel
            )
        except LedgerError as error:
            logger.warning("a person who floods was not banned: %s", error)
            return False
        self._looked_at = None
        # The rate would refuse the next one; from the next minute on it has room for what the ban lets pass.
        self._read.add(person.current)
        logger.info("a person was banned for a flood on %s", message.channel)
        return True

    def _is_enough(self, person: str) -> bool:
        if not self._rules.refusals:
            return False
        now = self._seconds()
        times = self._refusals.pop(person, deque(maxlen=self._rules.refusals))
        times.append(now)
        if len(times) == self._rules.refusals and now - times[0] <= self._rules.within:
            return True
        self._refusals[person] = times
        if len(self._refusals) > _MOST_PEOPLE:
            self._refusals.popitem(last=False)
        return False

    def _until(self, person: Pseudonym) -> datetime | None:
        now = self._seconds()
        if self._looked_at is None or now - self._looked_at >= self._rules.stale:
            self._looked_at = now
            try:
                self._banned = self._book.in_force()
            except LedgerError as error:
                # Those of before are the best that is known.
                logger.warning("bans were not read: %s", error)
        if not self._banned:
            return None
        ends = [self._banned[key] for key in person.all if key in self._banned]
        return max((end for end in ends if end > self._clock()), default=None)
