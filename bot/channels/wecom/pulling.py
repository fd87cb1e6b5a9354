"""Reads the accounts that were announced, page by page, and has everything answered before the cursor moves."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from bot.channels.wechat.errors import PlatformError
from bot.channels.wechat.wording import WechatWords
from bot.channels.wecom.account import KfAccount, Page
from bot.channels.wecom.answering import Answering, NotYet
from bot.channels.wecom.progress import Announced, Progress
from bot.channels.wecom.reading import Item, read

logger = logging.getLogger(__name__)

CATCH_UP_SECONDS: Final = 3600.0
"""How often all accounts are read although nothing was announced."""

_AT_ONCE: Final = 16
_FIRST_PAUSE: Final = 1.0
_LONGEST_PAUSE: Final = 60.0
_BEFORE: Final = timedelta(hours=1)


class Puller:
    """Pulls for all accounts of a company. One process at a time may do it; the caller sees to that."""

    def __init__(
        self,
        account: KfAccount,
        progress: Progress,
        answering: Answering,
        words: WechatWords,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._account = account
        self._progress = progress
        self._answering = answering
        self._words = words
        self._clock = clock
        self._one = asyncio.Lock()
        self._free = asyncio.Semaphore(_AT_ONCE)
        self._pauses: dict[str, tuple[float, float]] = {}
        self._caught_up: float | None = None

    async def pull(self) -> None:
        """Reads and answers what was announced; an account that fails is left for a while.

        Raises:
            LedgerError: when nobody can tell what was announced or read.
        """
        async with self._one:
            now = self._clock()
            if self._caught_up is None or now - self._caught_up > CATCH_UP_SECONDS:
                await self._progress.announce_known()
                self._caught_up = now
            await asyncio.gather(
                *(
                    self._pull_one(announced)
                    for announced in await self._progress.announced()
                    if self._pauses.get(announced.account, (0.0, 0.0))[0] <= now
                )
            )

    async def _pull_one(self, announced: Announced) -> None:
        account = announced.account
        try:
            await self._read_all(announced)
        except NotYet:
            self._pause(account)
        except PlatformError as error:
            logger.warning("wecom: messages were not read: %s", error)
            self._pause(account)
        else:
            self._pauses.pop(account, None)

    async def _read_all(self, announced: Announced) -> None:
        cursor = announced.cursor
        while True:
            page = await self._account.sync(announced.account, cursor, announced.token)
            await self._answer_all(self._items(page, announced))
            await self._progress.move(announced, page.cursor, finished=not page.more)
            if not page.more:
                return
            if page.cursor == cursor:
                raise PlatformError("there is more, but the cursor stands still")
            cursor = page.cursor

    def _items(self, page: Page, announced: Announced) -> list[Item]:
        items = [item for item in (read(data, self._words) for data in page.messages) if item]
        if announced.cursor:
            return items
        # A new account hands out what people of the institution have answered before we were there.
        since = announced.at - _BEFORE
        return [item for item in items if not item.message or item.message.received_at >= since]

    async def _answer_all(self, items: list[Item]) -> None:
        done = await self._progress.answered({item.id for item in items})
        by_user: defaultdict[str, list[Item]] = defaultdict(list)
        for item in items:
            if item.id not in done:
                by_user[item.user].append(item)
        outcomes = await asyncio.gather(
            *(self._answer_in_order(own) for own in by_user.values()), return_exceptions=True
        )
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome

    async def _answer_in_order(self, items: list[Item]) -> None:
        async with self._free:
            for item in items:
                await self._answering.answer(item)
                await self._progress.note_answered(item.id)

    def _pause(self, account: str) -> None:
        _, last = self._pauses.get(account, (0.0, _FIRST_PAUSE / 2))
        pause = min(2 * last, _LONGEST_PAUSE)
        self._pauses[account] = (self._clock() + pause, pause)
