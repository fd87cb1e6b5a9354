"""What a post gets: its reply at once, or the word that the reply comes later, and then it does."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Any

from bot.channels.base import Bubble, Refused, Unavailable
from bot.channels.wechat.account import Account
from bot.channels.wechat.choices import Choices
from bot.channels.wechat.errors import Denied, PlatformError, Unwanted
from bot.channels.wechat.inbox import Inbox, Kept
from bot.channels.wechat.rendering import Rendered, cut
from bot.exchanges.locks import KeyedLocks
from bot.inbound import InboundMessage
from bot.ledger.errors import LedgerError

logger = logging.getLogger(__name__)

Fetch = Callable[[InboundMessage, str], Awaitable[InboundMessage]]
"""Fetches a photo by its media id, see :meth:`bot.channels.wechat.pictures.Pictures.with_data`."""

Receive = Callable[[InboundMessage], Awaitable[list[Bubble]]]
"""Has a message answered, see :meth:`bot.channels.base.Channel.receive`."""


@dataclass(frozen=True)
class Timing:
    """Seconds. WeChat hangs up after five and posts the same again, three times in all.

    ``passive`` is how long a post waits for its reply, ``altogether`` how long a message is tried for while WeChat
    posts it again, with a ``pause`` between two tries.
    """

    passive: float = 4.5
    altogether: float = 13.0
    pause: float = 1.0


@dataclass(frozen=True)
class Speech:
    """How the assistant hears and speaks here.

    ``fetch`` gets the photo of a message, ``receive`` answers it, ``render`` turns bubbles into texts, and
    ``cut_notice`` is said below a cut one.
    """

    fetch: Fetch
    receive: Receive
    render: Callable[[list[Bubble]], Rendered]
    cut_notice: Callable[[], str]


@dataclass(eq=False)
class _Turn:
    """One message that is being answered, for all posts of it; ``handed`` once a post was told to expect nothing."""

    reply: asyncio.Future[Rendered]
    handed: bool = False


class Answering:
    """Answers messages. All posts of one message share one answer, and only one way brings it to the user."""

    def __init__(
        self,
        speech: Speech,
        account: Account,
        kept: tuple[Inbox, Choices],
        unwanted: Callable[[str], Awaitable[None]],
        timing: Timing | None = None,
    ) -> None:
        """``unwanted`` is told of users whom nothing reaches any more."""
        self._speech = speech
        self._account = account
        self._inbox, self._choices = kept
        self._unwanted = unwanted
        self._timing = timing or Timing()
        self._turns: dict[tuple[str, str], _Turn] = {}
        self._sending: set[tuple[str, str]] = set()
        self._order = KeyedLocks()
        self._fetching = KeyedLocks()
        self._running: set[asyncio.Task[Any]] = set()

    async def answer(self, message: InboundMessage, photo: str = "") -> str | None:
        """The text that answers this post; ``None`` where the reply comes by itself, or came.

        ``photo`` is the media id of a picture in it.

        A caller that is cancelled no longer waits; the message is answered all the same.
        """
        if await self._is_handed_over(message):
            return None
        turn = self._turn(message, photo)
        await asyncio.wait({turn.reply}, timeout=self._timing.passive)
        if not turn.reply.done():
            if await self._hand_over(message, turn):
                return None
            # Nothing may be promised. WeChat hangs up, and its next post of the message waits here again.
            await asyncio.wait({turn.reply})
        if turn.handed:
            return None
        try:
            reply = turn.reply.result()
        except Refused as error:
            # Whoever sends too much and wrote a moment ago needs no second answer that says so.
            return None if error.told else error.text
        except Unavailable as error:
            # WeChat will not post it again, so that the user must hear it from us.
            return error.text
        if len(reply.texts) <= 1:
            return reply.texts[0] if reply.texts else None
        if await self._hand_over(message, turn):
            # In one way, so that the parts come in their order.
            return None
        return cut(reply.texts[0], self._speech.cut_notice())

    async def send_due(self) -> None:
        """Answers what was promised and is still owed, such as after the end of a process.

        Raises:
            LedgerError: when nobody can tell.
        """
        for kept in await self._inbox.due():
            if _key(kept.message) not in self._sending:
                await self._keep_promise(kept, asyncio.ensure_future(self._think(kept.message)))

    async def finish(self, seconds: float) -> None:
        """Waits for what is under way, but no longer than this; the rest is in the inbox."""
        if self._running:
            await asyncio.wait(self._running, timeout=seconds)

    async def _is_handed_over(self, message: InboundMessage) -> bool:
        try:
            return await self._inbox.has(message)
        except LedgerError as error:
            logger.warning("wechat: the inbox was not read: %s", error)
            return False

    def _turn(self, message: InboundMessage, photo: str) -> _Turn:
        key = _key(message)
        turn = self._turns.get(key)
        if turn is None:
            turn = self._turns[key] = _Turn(self._begin(self._think(message, photo)))
            turn.reply.add_done_callback(lambda _: self._turns.pop(key, None))
        return turn

    async def _think(self, message: InboundMessage, photo: str = "") -> Rendered:
        until = time.monotonic() + self._timing.altogether
        while True:
            try:
                bubbles = await (await self._let_in(message, photo))
                break
            except Refused:
                raise
            except Unavailable:
                if time.monotonic() + self._timing.pause >= until:
                    raise
                await asyncio.sleep(self._timing.pause)
        reply = self._speech.render(bubbles)
        await self._choices.remember(message.user, reply.choices)
        return reply

    async def _let_in(self, message: InboundMessage, photo: str) -> asyncio.Future[list[Bubble]]:
        """Puts a message to the assistant, behind what its user sent before that is still being fetched."""
        async with self._fetching.hold(message.user):
            if photo:
                message = await self._speech.fetch(message, photo)
            return asyncio.ensure_future(self._speech.receive(message))

    async def _hand_over(self, message: InboundMessage, turn: _Turn) -> bool:
        """Promises the reply, if it can be sent and the promise be kept beyond the end of this process."""
        if turn.handed:
            return True
        if not self._account.can_send:
            return False
        # Whoever posts may hang up now; half a promise must not be left.
        return await asyncio.shield(self._begin(self._promise(message, turn)))

    async def _promise(self, message: InboundMessage, turn: _Turn) -> bool:
        try:
            kept = await self._inbox.keep(message)
        except LedgerError as error:
            logger.error("wechat: a message was not kept for later: %s", error)
            return False
        if not turn.handed:
            turn.handed = True
            self._begin(self._keep_promise(kept, turn.reply))
        return True

    async def _keep_promise(self, kept: Kept, reply: asyncio.Future[Rendered]) -> None:
        key = _key(kept.message)
        self._sending.add(key)
        try:
            async with self._order.hold(kept.message.user):
                await self._send(kept, (await asyncio.shield(reply)).texts)
        except Refused as error:
            await self._send(kept, () if error.told else (error.text,))
        except Unavailable:
            logger.warning("wechat: a promised reply is not there yet; tried again")
        except LedgerError as error:
            logger.warning("wechat: how far a reply got was not noted: %s", error)
        finally:
            self._sending.discard(key)

    async def _send(self, kept: Kept, texts: tuple[str, ...]) -> None:
        user = kept.message.user
        try:
            for sent in range(kept.sent, len(texts)):
                await self._account.send_text(user, texts[sent])
                kept = replace(kept, sent=sent + 1)
                await self._inbox.progress(kept)
        except Denied as error:
            logger.warning("wechat: a reply cannot be sent: %s", error)
            if isinstance(error, Unwanted):
                await self._unwanted(user)
        except PlatformError as error:
            logger.warning("wechat: a reply waits: %s", error)
            return
        await self._inbox.settle(kept)

    def _begin(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = asyncio.ensure_future(work)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if task.cancelled() or task.exception() is None:
            return
        if not isinstance(task.exception(), Unavailable):
            # Its words may quote the user.
            logger.error("wechat: a reply failed: %s", type(task.exception()).__name__)


def _key(message: InboundMessage) -> tuple[str, str]:
    return message.user, message.message_id
