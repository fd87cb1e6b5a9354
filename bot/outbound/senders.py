"""The senders of all channels that are switched on."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from bot.outbound.mailbox import Mailbox, MailboxSender
from bot.outbound.message import Delivery, OutboundMessage, Sender

logger = logging.getLogger(__name__)


class Senders:
    """Finds the sender of a channel; a channel adds its own when it is made."""

    def __init__(self, mailbox: Mailbox) -> None:
        """What no channel can deliver now may wait in ``mailbox``."""
        self._mailbox = mailbox
        self._senders: dict[str, Sender] = {}

    def add(self, sender: Sender) -> None:
        """Makes this the sender of its channel."""
        self._senders[sender.channel] = sender

    def channels(self) -> Iterable[str]:
        """The channels that can be sent to."""
        return tuple(self._senders)

    async def send(
        self, channel: str, address: str, message: OutboundMessage, *, keep: bool = True
    ) -> Delivery:
        """Sends a message, and never raises; with ``keep`` what cannot reach the user now waits for the next visit.

        Whose address it is the channel's sender tells.
        """
        sender = self._senders.get(channel)
        if sender is None:
            return Delivery("failed", f"{channel}: the channel is not switched on")
        try:
            delivery = await sender.send(address, message)
        except Exception as error:
            # Its words may quote the message.
            logger.error("%s: a message was not sent: %s", channel, type(error).__name__)
            return Delivery("unknown", type(error).__name__)
        if keep and delivery.fate in ("blocked", "window_closed"):
            mailbox = MailboxSender(channel, self._mailbox)
            kept = await mailbox.send(sender.user(address), message)
            return Delivery(kept.fate, f"{delivery.fate}: {kept.detail}", kept.retry_after)
        return delivery
