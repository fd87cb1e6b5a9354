"""Sends in a customer service of WeCom what answers nothing: for 48 hours, and five messages, after the user's last."""

from __future__ import annotations

import hashlib
import logging

from bot.channels.reach import Reach
from bot.channels.wechat.sender import attempted
from bot.channels.wechat.wording import WechatWords
from bot.channels.wecom.account import Content, KfAccount
from bot.channels.wecom.reading import CHANNEL, parts_of_address
from bot.channels.wecom.rendering import MOST, rendered
from bot.outbound.in_order import in_order
from bot.outbound.message import Delivery, OutboundMessage, Sender

logger = logging.getLogger(__name__)


class WecomSender(Sender):
    """Sends to users of the customer service; the address names the account (``open_kfid``) and the user."""

    def __init__(self, account: KfAccount, words: WechatWords, reach: Reach) -> None:
        self._account = account
        self._words = words
        self._reach = reach

    @property
    def channel(self) -> str:
        """The channel's name."""
        return CHANNEL

    def user(self, address: str) -> str:
        """The user of an address: one person, in whichever account they write."""
        return parts_of_address(address)[1]

    async def send(self, address: str, message: OutboundMessage) -> Delivery:
        """Sends a message, in five of WeCom's at the most."""
        account, user = parts_of_address(address)
        if not account or not user:
            return Delivery("refused", "the address names no account and user of WeCom")
        contents = rendered([dict(bubble) for bubble in message.bubbles], self._words)
        if len(contents) > MOST:
            logger.error("wecom: a message has %d parts, %d are sent", len(contents), MOST)

        async def send_one(place: int, content: Content) -> Delivery:
            # Of the same name however often it is tried, since WeCom takes each name once.
            name = hashlib.sha256(f"{message.id}/{place}".encode()).hexdigest()[:32]
            return await attempted(self._account.send(account, user, name, content))

        delivery = await in_order(contents[:MOST], send_one)
        if delivery.fate == "blocked":
            await self._reach.lost(CHANNEL, user)
        return delivery
