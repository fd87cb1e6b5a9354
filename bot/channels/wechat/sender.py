"""Sends customer-service messages that answer no post: WeChat takes them for 48 hours after the user's last word."""

from __future__ import annotations

from collections.abc import Awaitable

from bot.channels.reach import Reach
from bot.channels.wechat.account import Account
from bot.channels.wechat.choices import Choices
from bot.channels.wechat.errors import (
    Denied,
    Elsewhere,
    NotPermitted,
    PlatformError,
    Unanswered,
    Unwanted,
    WindowClosed,
)
from bot.channels.wechat.reading import CHANNEL
from bot.channels.wechat.rendering import rendered
from bot.channels.wechat.wording import WechatWords
from bot.outbound.in_order import in_order
from bot.outbound.message import Delivery, OutboundMessage, Sender


async def attempted(call: Awaitable[None]) -> Delivery:
    """What became of a call of WeChat's or WeCom's interface that sends one message."""
    try:
        await call
    except Unwanted as error:
        return Delivery("blocked", str(error))
    except (WindowClosed, NotPermitted, Elsewhere) as error:
        # Without the right to send, too, words reach the user with the next reply alone.
        return Delivery("window_closed", str(error))
    except Denied as error:
        return Delivery("refused", str(error))
    except Unanswered as error:
        return Delivery("unknown", str(error))
    except PlatformError as error:
        return Delivery("failed", str(error))
    return Delivery("sent")


class WechatSender(Sender):
    """Sends to followers of the official account; the address is the user's openid."""

    def __init__(
        self, account: Account, words: WechatWords, choices: Choices, reach: Reach
    ) -> None:
        self._account = account
        self._words = words
        self._choices = choices
        self._reach = reach

    @property
    def channel(self) -> str:
        """The channel's name."""
        return CHANNEL

    async def send(self, address: str, message: OutboundMessage) -> Delivery:
        """Sends a message as few texts; numbers below it stand for its buttons from then on."""
        if not self._account.can_send:
            return Delivery("window_closed", "the account may send nothing but replies")
        reply = rendered([dict(bubble) for bubble in message.bubbles], self._words)
        delivery = await in_order(
            reply.texts, lambda _, text: attempted(self._account.send_text(address, text))
        )
        if delivery.fate == "blocked":
            await self._reach.lost(CHANNEL, address)
        # Otherwise the numbers below the last reply still stand for what they stood for.
        if reply.choices and delivery.fate in ("sent", "unknown"):
            await self._choices.remember(address, reply.choices)
        return delivery
