"""Brings mail to the clients that are connected to this process, soon after anybody wrote it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from bot.hashing import Hasher
from bot.ledger.errors import LedgerError
from bot.outbound.mailbox import Mail, Mailbox

logger = logging.getLogger(__name__)

LOOK_SECONDS: Final = 1.0

Deliver = Callable[[Sequence[Mail]], Awaitable[None]]


class Watched:
    """One client that is connected; made by :meth:`MailWatch.add`."""

    def __init__(self, users: Sequence[str], deliver: Deliver) -> None:
        self.users = users
        self.seen = 0  # the seq of what it got last
        self.behind = True  # whether it has to be looked after although nothing is new
        self._deliver = deliver
        self._delivering: asyncio.Task[None] | None = None

    @property
    def busy(self) -> bool:
        """Whether it is still being given what was there before."""
        return self._delivering is not None and not self._delivering.done()

    def give(self, mail: Sequence[Mail]) -> None:
        """Gives it mail, in a task of its own: one slow client keeps no other waiting."""
        self.seen = mail[-1].seq
        self._delivering = asyncio.ensure_future(self._bring(mail))

    async def _bring(self, mail: Sequence[Mail]) -> None:
        await self._deliver(mail)


class MailWatch:
    """Looks into the mailbox once a second while anybody is connected, in one query for all of them.

    What is in the mailbox was perhaps put there by another process, which is why nobody simply calls. A client gets
    everything that waits when it connects, and then what is new; what it did not acknowledge it gets again when it
    connects anew.
    """

    def __init__(
        self, mailbox: Mailbox, hasher: Hasher, channel: str, seconds: float = LOOK_SECONDS
    ) -> None:
        self._mailbox = mailbox
        self._hasher = hasher
        self._channel = channel
        self._seconds = seconds
        self._watched: set[Watched] = set()
        self._newest = 0
        self._came = asyncio.Event()
        self._looking: asyncio.Task[None] | None = None

    def add(self, user: str, deliver: Deliver) -> Watched:
        """From now on ``deliver`` gets the mail of this user, in its order and never twice at once."""
        watched = Watched(self._hasher.user(self._channel, user).all, deliver)
        self._watched.add(watched)
        self._came.set()
        if self._looking is None or self._looking.done():
            self._looking = asyncio.ensure_future(self._keep_looking())
        return watched

    def remove(self, watched: Watched) -> None:
        """The client is gone."""
        self._watched.discard(watched)
        self._came.set()

    async def _keep_looking(self) -> None:
        failing = False
        while self._watched:
            self._came.clear()
            try:
                await self._look()
                failing = False
            except LedgerError as error:
                if not failing:
                    logger.error("mail cannot be looked for, and waits: %s", error)
                failing = True
            await self._rest()

    async def _rest(self) -> None:
        try:
            await asyncio.wait_for(self._came.wait(), self._seconds)
        except asyncio.TimeoutError:
            return

    async def _look(self) -> None:
        newest = await asyncio.to_thread(self._mailbox.newest)
        if newest != self._newest:
            self._newest = newest
            for watched in self._watched:
                watched.behind = True
        due = [watched for watched in self._watched if watched.behind and not watched.busy]
        if not due:
            return
        after: dict[str, int] = {}
        for watched in due:
            for user in watched.users:
                after[user] = min(watched.seen, after.get(user, watched.seen))
        found: dict[str, list[Mail]] = {}
        for user, mail in await asyncio.to_thread(self._mailbox.waiting_for, after):
            found.setdefault(user, []).append(mail)
        for watched in due:
            watched.behind = False
            own = [mail for user in watched.users for mail in found.get(user, ())]
            new = sorted((mail for mail in own if mail.seq > watched.seen), key=_order)
            if new and watched in self._watched:
                watched.give(new)


def _order(mail: Mail) -> int:
    return mail.seq
