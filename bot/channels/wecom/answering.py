"""Answers what was read, each message once as far as that can be known."""

from __future__ import annotations

import hashlib
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bot.channels.base import Bubble, Refused, Unavailable
from bot.channels.lately import Lately
from bot.channels.reach import Reach
from bot.channels.wechat.errors import Denied, Elsewhere, Unreached
from bot.channels.wecom.account import Content, KfAccount
from bot.channels.wecom.reading import CHANNEL, Item
from bot.channels.wecom.rendering import MOST
from bot.inbound import InboundMessage
from bot.ledger.encoding import utc_now

logger = logging.getLogger(__name__)

Fetch = Callable[[InboundMessage, str], Awaitable[InboundMessage]]
"""Fetches a photo by its media id, see :meth:`bot.channels.wechat.pictures.Pictures.with_data`."""

Receive = Callable[[InboundMessage], Awaitable[list[Bubble]]]
"""Has a message answered, see :meth:`bot.channels.base.Channel.receive`."""

_WELCOME: Final = timedelta(seconds=18)  # WeCom takes a welcome for 20
_BUSY_PAUSE: Final = 60.0
_REMEMBERED: Final = 10_000
_MOST_TRIES: Final = 8


class NotYet(Exception):
    """The message has to be read again: it was not recorded, or its reply not taken."""


@dataclass(frozen=True)
class Speech:
    """How the assistant hears and speaks here.

    ``fetch`` gets the photo of a message, ``receive`` answers it, ``render`` turns bubbles into messages; ``healthy``
    tells whether all that this needs works.
    """

    fetch: Fetch
    receive: Receive
    render: Callable[[list[Bubble]], tuple[Content, ...]]
    healthy: Callable[[], bool]


class Answering:
    """Answers items of the page, one of a user after the other; who calls sees to that order."""

    def __init__(self, speech: Speech, account: KfAccount, reach: Reach) -> None:
        self._speech = speech
        self._account = account
        self._reach = reach
        self._told_busy = Lately(_BUSY_PAUSE)
        # How many messages of a reply are out, and how often an item failed, in this process.
        self._sent: OrderedDict[str, int] = OrderedDict()
        self._failed: OrderedDict[str, int] = OrderedDict()

    async def answer(self, item: Item) -> None:
        """Does what the item asks for.

        Raises:
            NotYet: when it has to be tried again.
        """
        if item.refuses:
            await self._reach.lost(CHANNEL, item.user)
        message = item.message
        if message is None:
            return
        if item.welcome is not None and utc_now() - message.received_at > _WELCOME:
            return
        if item.photo:
            message = await self._speech.fetch(message, item.photo)
        try:
            bubbles = await self._speech.receive(message)
        except Refused as error:
            # To read it again would hold up everybody else; the user is asked to write again.
            if error.is_news(self._told_busy, item.user):
                await self._send(item, self._speech.render([{"text": error.text}]))
            return
        except Unavailable:
            if self._given_up(item):
                return
            raise NotYet from None
        await self._send(item, self._speech.render(bubbles))

    async def _send(self, item: Item, contents: tuple[Content, ...]) -> None:
        if len(contents) > MOST:
            logger.error("wecom: a reply has %d messages, %d are sent", len(contents), MOST)
        try:
            for place in range(self._sent.get(item.id, 0), min(len(contents), MOST)):
                await self._send_one(item, place, contents[place])
                _note(self._sent, item.id, place + 1)
            await self._reach.regained(CHANNEL, item.user)
        except Elsewhere:
            # A person of the institution has the session: what was told is recorded, and they answer.
            logger.info("wecom: not ours to speak in a session")
        except Denied as error:
            logger.warning("wecom: a reply cannot be sent: %s", error)
        except Unreached as error:
            logger.warning("wecom: a reply waits: %s", error)
            raise NotYet from None

    async def _send_one(self, item: Item, place: int, content: Content) -> None:
        # Of the same name however often it is tried, since WeCom takes each name once.
        name = hashlib.sha256(f"{item.id}/{place}".encode()).hexdigest()[:32]
        if item.welcome is None:
            await self._account.send(item.account, item.user, name, content)
        elif place == 0:
            await self._account.send_on_event(item.welcome, name, content)

    def _given_up(self, item: Item) -> bool:
        """Whether an item failed again and again while all that it needs worked: it holds up everybody else."""
        tries = self._failed.get(item.id, 0) + 1
        _note(self._failed, item.id, tries)
        if tries < _MOST_TRIES or not self._speech.healthy():
            return False
        logger.error("wecom: gave a message up after %d tries", tries)
        return True


def _note(counts: OrderedDict[str, int], key: str, count: int) -> None:
    counts.pop(key, None)
    counts[key] = count
    if len(counts) > _REMEMBERED:
        counts.popitem(last=False)
