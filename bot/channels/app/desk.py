"""What a client of the in-app chat can ask for, the same over a socket and over HTTP, with a token and without."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, Final

from bot.channels.app.banner import Banners
from bot.channels.app.history import LOOKS_BACK, history
from bot.channels.app.mail_watch import MailWatch
from bot.channels.base import Channel, OnNewMessage, Refused, Unavailable
from bot.channels.chat_protocol import NOT_TAKEN, ChatMessage, Receipts
from bot.exchanges.exchange import StoreUnavailable
from bot.gate import UNAVAILABLE
from bot.inbound import Attachment, InboundMessage
from bot.ledger.encoding import rfc3339, utc_now
from bot.ledger.errors import LedgerError
from bot.outbound.mailbox import Mail

logger = logging.getLogger(__name__)

NOT_NOW: Final = "not available: try again"


@dataclass(frozen=True)
class Visitor:
    """Who a client speaks for: ``user`` within the channel, and the ``phrase`` that their app shows, if it does."""

    user: str
    phrase: str | None = field(default=None, repr=False)


class ChatDesk:
    """The answers of one channel, as the fields of docs/app-chat.md."""

    def __init__(self, channel: Channel, on_new_message: OnNewMessage) -> None:
        self._channel = channel
        self._on_new_message = on_new_message
        self._name = channel.name()
        self._services = channel.services
        self._banners = Banners(self._services, self._services.ledger.reader)
        self.watch = MailWatch(self._services.mailbox, self._services.hasher, self._name)

    async def reply(
        self, visitor: Visitor, message: ChatMessage, attachments: tuple[Attachment, ...] = ()
    ) -> dict[str, Any]:
        """The fields of a ``reply``, or with ``error`` among them those of an ``error``; never raises."""
        inbound = InboundMessage(
            channel=self._name,
            user=visitor.user,
            conversation=visitor.user,
            message_id=message.message_id,
            text=message.text,
            received_at=datetime.now(timezone.utc),
            attachments=attachments,
            address=visitor.user,
            phrase=visitor.phrase,
        )
        reply: dict[str, Any] = {"in_reply_to": message.message_id}
        try:
            return reply | {"messages": await self._channel.receive(inbound, self._on_new_message)}
        except Unavailable as error:
            reply |= {"error": NOT_TAKEN, "messages": [{"text": error.text}]}
            wait = {"retry_after": error.retry_after} if isinstance(error, Refused) else {}
            return reply | wait
        except Exception as error:
            # Whatever broke, the client must not wait for ever. The error's own words may quote the
            # user, so that the log gets its kind and place only.
            place = "".join(traceback.format_tb(error.__traceback__))
            logger.error("a chat message was not answered: %s\n%s", type(error).__name__, place)
            return reply | {"error": NOT_TAKEN}

    async def history(self, visitor: Visitor) -> dict[str, Any]:
        """What was said lately.

        Raises:
            Unavailable: when it cannot be read.
        """
        now = utc_now()
        with self._available():
            talk = await self._services.exchanges.talk(f"{self._name}:{visitor.user}")
            mail = await asyncio.to_thread(
                self._services.mailbox.lately, self._name, visitor.user, now - LOOKS_BACK
            )
        return {"entries": [entry.as_json() for entry in history(talk.turns, mail, now)]}

    async def mail(self, visitor: Visitor) -> dict[str, Any]:
        """What waits.

        Raises:
            Unavailable: when it cannot be read.
        """
        mailbox = self._services.mailbox
        with self._available():
            waiting = await asyncio.to_thread(mailbox.waiting, self._name, visitor.user)
        return {"mail": [mail_fields(one) for one in waiting]}

    async def receipts(self, visitor: Visitor, receipts: Receipts) -> dict[str, Any]:
        """Notes what a client got and what was looked at, and tells how much of it was new.

        Raises:
            Unavailable: when it cannot be written.
        """
        mailbox, user = self._services.mailbox, visitor.user
        with self._available():
            got = await mailbox.shown(self._name, user, receipts.delivered + receipts.read)
            read = await mailbox.read(self._name, user, receipts.read) if receipts.read else 0
        return {"delivered": got, "read": read}

    async def banner(self, visitor: Visitor) -> dict[str, Any]:
        """The app's yellow bar.

        Raises:
            Unavailable: when it cannot be told.
        """
        with self._available():
            return {"banner": await self._banners.of(self._name, visitor.user)}

    @contextmanager
    def _available(self) -> Iterator[None]:
        try:
            yield
        except (LedgerError, StoreUnavailable) as error:
            logger.error("%s: a client got no answer: %s", self._name, error)
            raise Unavailable(self._services.plain(UNAVAILABLE)) from None


def mail_fields(mail: Mail) -> dict[str, Any]:
    """One piece of mail, as docs/app-chat.md describes it."""
    messages = [dict(bubble) for bubble in mail.bubbles]
    return {"id": mail.id, "at": rfc3339(mail.kept_at), "messages": messages}
