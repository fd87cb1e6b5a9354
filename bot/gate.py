"""The way of every message into the assistant and of its reply out, the same for every channel."""

from __future__ import annotations

import logging
import re
import time
import traceback
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import OutputChannel, UserMessage

from actions.answer import FAILURE
from actions.checks import written_date
from actions.facts import BEIJING, FACTS_KEY, Facts, ReceiptFact
from bot.assistant.locks import KeyedLocks
from bot.inbound import SENDER_KEY, InboundMessage
from bot.ledger.errors import LedgerError
from bot.ledger.receipts import normalise_receipt
from bot.masking import mask_secrets
from bot.services import Services

logger = logging.getLogger(__name__)

Bubble = dict[str, Any]
OnNewMessage = Callable[[UserMessage], Awaitable[Any]]

MESSAGE_LIMIT = 4000  # code points that are read; of a longer message the beginning is
UNAVAILABLE = "utter_unavailable"
_RECEIPT = re.compile(r"[Jj][Zz][\s-]*[A-Za-z]{4}[\s-]*[A-Za-z]{4}")
_SENT_KEYS = ("text", "buttons", "image", "custom")


class Unavailable(Exception):
    """The message could not be answered or its signal not be written; ``text`` tells the user."""

    def __init__(self, text: str) -> None:
        super().__init__("the assistant could not answer")
        self.text = text


class UndecidedError(Exception):
    """The assistant came to no decision about a message; the words are ours."""


class Collector(OutputChannel):
    """Collects the bubbles of one turn, so that they leave only when the turn is complete."""

    def __init__(self, channel: str) -> None:
        self._channel = channel
        self.bubbles: list[Bubble] = []
        self.failed = False

    def name(self) -> str:  # type: ignore[override]
        """The channel's name, by which channel variants of replies are chosen."""
        return self._channel

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Keeps what the user is to see; everything else stays inside."""
        bubble = {key: message[key] for key in _SENT_KEYS if message.get(key)}
        self.failed = self.failed or message.get("utter_action") == FAILURE.name
        if bubble:
            self.bubbles.append(bubble)


class Gate:
    """Deduplicates, orders, masks, asks the assistant, checks again and remembers the reply."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._locks = KeyedLocks()

    async def handle(self, message: InboundMessage, on_new_message: OnNewMessage) -> list[Bubble]:
        """Answers one message; the same message again gets the same answer and writes nothing.

        Raises:
            Unavailable: when there is no answer or the ledger cannot be written; the channel must
                then not acknowledge the message.
        """
        services = self._services
        started = time.perf_counter()
        async with self._locks.hold(message.key):
            try:
                stored = services.ledger.stored_reply(message.key, message.message_id)
                if stored is not None:
                    return [dict(bubble) for bubble in stored.messages]
                services.counters.messages.labels(message.channel).inc()
                bubbles = await self._answer(message, on_new_message)
                await services.ledger.store_reply(message, bubbles)
            except Exception as error:
                logger.error("a message was not acknowledged: %s", _loggable(error))
                services.counters.failures.inc()
                raise Unavailable(services.plain(UNAVAILABLE)) from None
        services.counters.seconds.labels(message.channel).observe(time.perf_counter() - started)
        return bubbles

    async def _answer(self, message: InboundMessage, on_new_message: OnNewMessage) -> list[Bubble]:
        collector = Collector(message.channel)
        text = masked(message.text)
        await on_new_message(
            UserMessage(
                text,
                collector,
                sender_id=message.key,
                input_channel=message.channel,
                message_id=message.message_id,
                metadata={
                    FACTS_KEY: (await self._facts(message, text)).as_json(),
                    SENDER_KEY: message.sender(),
                },
            )
        )
        if collector.failed or not collector.bubbles:
            # Rasa logs a failed action and goes on without a word. Whatever the message told has not
            # been written down then, so that it must not be acknowledged either.
            raise UndecidedError("the assistant came to no decision; the lines above say why")
        return collector.bubbles

    async def _facts(self, message: InboundMessage, text: str) -> Facts:
        services = self._services
        record = await services.ledger.users.get(
            services.hasher.user(message.channel, message.user)
        )
        return Facts(
            conversation=message.key,
            message_id=message.message_id,
            today=message.received_at.astimezone(BEIJING).date().isoformat(),
            informed=record.informed_at is not None,
            crisis=record.crisis_at is not None,
            minor=record.minor,
            truncated=len(message.text) > MESSAGE_LIMIT,
            attachments=tuple(attachment.kind for attachment in message.attachments),
            receipt=self._receipt(text),
            language=message.language,
        )

    def _receipt(self, text: str) -> ReceiptFact | None:
        named = _RECEIPT.search(text)
        number = normalise_receipt(named.group()) if named else None
        if number is None:
            return None
        receipt = self._services.ledger.receipt(number)
        if receipt is None:
            return ReceiptFact(number)
        states = self._services.content.receipt_states
        day = receipt.received_at.astimezone(BEIJING).date()
        return ReceiptFact(number, states.get(receipt.state, receipt.state), written_date(day))


def _loggable(error: Exception) -> str:
    """What the log may hold of an error: the words of others may quote the user."""
    if isinstance(error, (LedgerError, UndecidedError)):
        return str(error)
    place = "".join(traceback.format_tb(error.__traceback__))
    return f"{type(error).__name__}\n{place}"


def masked(text: str) -> str:
    """The text as it may be stored: cut to what is read, the user's own secrets masked; same offsets."""
    return plain_text(mask_secrets(text[:MESSAGE_LIMIT]))


def plain_text(text: str) -> str:
    """The text with a leading "/" as its full-width twin, of the same length.

    Rasa would take what follows the slash for an intent, and a user must not be able to forge one.
    """
    start = len(text) - len(text.lstrip())
    return text[:start] + "／" + text[start + 1 :] if text[start : start + 1] == "/" else text
