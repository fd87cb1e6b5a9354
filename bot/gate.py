"""The way of every message into the assistant and of its reply out, the same for every channel."""

from __future__ import annotations

import asyncio
import logging
import re
import time
import traceback
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Any

from rasa.core.channels.channel import OutputChannel, UserMessage

from actions.answer import FAILURE
from actions.checks import written_date
from actions.facts import BEIJING, FACTS_KEY, Facts, Invitation, Notice, ReceiptFact
from actions.handoff import SILENT
from bot.bans.door import Banned
from bot.bans.wording import told_of_ban
from bot.campaigns.invitations import invitation
from bot.channels.lately import Lately
from bot.exchanges.exchange import ExchangeLost, StoreUnavailable
from bot.feedback.notices import pending
from bot.handoff.standing import handoff_fact
from bot.handoff.survey import open_survey
from bot.hashing import Pseudonym
from bot.inbound import InboundMessage
from bot.ledger.errors import LedgerError
from bot.ledger.receipts import normalise_receipt
from bot.limits import LimitExceeded
from bot.masking import mask_secrets
from bot.outbound.mailbox import Mail
from bot.outreach.questions import open_question
from bot.pictures.receiving import PictureDesk
from bot.pictures.telling import all_read, picture_fact
from bot.services import Services
from bot.users import UserRecord

logger = logging.getLogger(__name__)

Bubble = dict[str, Any]
OnNewMessage = Callable[[UserMessage], Awaitable[Any]]

MESSAGE_LIMIT = 4000  # code points that are read; of a longer message the beginning is
UNAVAILABLE = "utter_unavailable"
TOO_MANY = "utter_busy"
_RECEIPT = re.compile(r"[Jj][Zz][\s-]*[A-Za-z]{4}[\s-]*[A-Za-z]{4}")
_SENT_KEYS = ("text", "buttons", "image", "custom")


class Unavailable(Exception):
    """The message could not be answered or its signal not be written; ``text`` tells the user."""

    def __init__(self, text: str) -> None:
        super().__init__("the assistant could not answer")
        self.text = text


class Refused(Unavailable):
    """The message was not taken, since its sender or all together send too much.

    ``retry_after`` tells in how many seconds it may be sent again. ``told`` tells whether the sender heard of this
    lately, and is ``None`` where the channel has to know how often to say it.
    """

    def __init__(self, text: str, retry_after: int, *, told: bool | None = None) -> None:
        super().__init__(text)
        self.retry_after = retry_after
        self.told = told

    def is_news(self, lately: Lately, user: Hashable) -> bool:
        """Whether to say so to the user, of whom ``lately`` knows when they last heard it from the channel."""
        return lately.first(user) if self.told is None else not self.told


class UndecidedError(Exception):
    """The assistant came to no decision about a message; the words are ours."""


class Collector(OutputChannel):
    """Collects the bubbles of one turn, so that they leave only when the turn is complete."""

    def __init__(self, channel: str) -> None:
        self._channel = channel
        self.bubbles: list[Bubble] = []
        self.failed = False
        self.silent = False

    def name(self) -> str:  # type: ignore[override]
        """The channel's name, by which channel variants of replies are chosen."""
        return self._channel

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Keeps what the user is to see; everything else stays inside."""
        if message.get("utter_action") == SILENT:
            self.silent = True
            return
        bubble = {key: message[key] for key in _SENT_KEYS if message.get(key)}
        self.failed = self.failed or message.get("utter_action") == FAILURE.name
        if bubble:
            self.bubbles.append(bubble)


class Gate:
    """Limits, deduplicates, orders, masks, asks the assistant, checks again and remembers the reply."""

    def __init__(self, services: Services, *, brings_mail: bool = True) -> None:
        """Takes what it works with.

        With ``brings_mail`` what waits for the user comes with the next reply; a channel that shows it by
        itself does without.
        """
        self._services = services
        self._brings_mail = brings_mail
        self._pictures = PictureDesk(services.pictures)
        self._running: set[asyncio.Task[list[Bubble]]] = set()

    async def handle(self, message: InboundMessage, on_new_message: OnNewMessage) -> list[Bubble]:
        """Answers one message; the same message again gets the same answer and writes nothing.

        A caller that is cancelled no longer waits; the message is answered all the same, and whoever
        sends it again gets that answer.

        Raises:
            Refused: when too much was sent; nothing was read.
            Unavailable: when there is no answer or the ledger cannot be written; the channel must
                then not acknowledge the message.
        """
        turn = asyncio.ensure_future(self._turn(message, on_new_message))
        self._running.add(turn)
        turn.add_done_callback(self._ended)
        return await asyncio.shield(turn)

    async def drain(self, seconds: float) -> None:
        """Waits until all messages that were let in are answered, but no longer than this."""
        if self._running:
            await asyncio.wait(self._running, timeout=seconds)

    def _ended(self, turn: asyncio.Task[list[Bubble]]) -> None:
        self._running.discard(turn)
        if not turn.cancelled():
            turn.exception()  # looked at, so that asyncio logs none whose caller is gone

    async def _turn(self, message: InboundMessage, on_new_message: OnNewMessage) -> list[Bubble]:
        services, counters = self._services, self._services.counters
        try:
            services.door.admit(message)
            with services.limits.admit(message):
                read = await self._pictures.receive(message)
                return await self._exchange(read, on_new_message)
        except LimitExceeded as error:
            counters.limited.labels(error.reason).inc()
            if error.reason == "rate":
                await services.door.refused(message)
            raise Refused(services.plain(TOO_MANY), error.retry_after) from None
        except Banned as error:
            counters.limited.labels("ban").inc()
            text = told_of_ban(services.voices.now, error.until)
            raise Refused(text, error.retry_after, told=error.told) from None
        except Exception as error:
            logger.error("a message was not acknowledged: %s", _loggable(error))
            counters.failures.inc()
            raise Unavailable(services.plain(UNAVAILABLE)) from None

    async def _exchange(
        self, message: InboundMessage, on_new_message: OnNewMessage
    ) -> list[Bubble]:
        exchanges, counters = self._services.exchanges, self._services.counters
        started = time.perf_counter()
        counters.turns_waiting.inc()
        try:
            with counters.step("begin"):
                exchange = await exchanges.open(message.key, message)
        finally:
            counters.turns_waiting.dec()
        try:
            if exchange.reply is not None:
                await exchanges.abandon(exchange)
                return [dict(bubble) for bubble in exchange.reply.messages]
            counters.messages.labels(message.channel).inc()
            self._services.conversations.spoken_in(message.channel, exchange.spoken_at)
            with counters.turns_in_progress.track_inprogress(), self._services.voices.steady():
                mail = self._mail(message)
                bubbles = await self._answer(message, exchange.user, on_new_message)
                bubbles = [*_bubbles_of(mail), *bubbles]
            with counters.step("commit"):
                await exchanges.commit(exchange, bubbles)
        except BaseException:
            await exchanges.abandon(exchange)
            raise
        if mail:
            await self._shown(message, mail)
        seconds = time.perf_counter() - started
        counters.seconds.labels(message.channel).observe(seconds)
        self._services.answer_times.add(message.channel, seconds)
        return bubbles

    def _mail(self, message: InboundMessage) -> tuple[Mail, ...]:
        if not self._brings_mail:
            return ()
        return self._services.mailbox.waiting(message.channel, message.user)

    async def _shown(self, message: InboundMessage, mail: Sequence[Mail]) -> None:
        """Notes what went out with a reply; if that fails it comes once more with the next."""
        try:
            await self._services.mailbox.shown(
                message.channel, message.user, (waiting.id for waiting in mail)
            )
        except LedgerError as error:
            logger.warning("not noted that words were shown, they come again: %s", error)

    async def _answer(
        self, message: InboundMessage, user: UserRecord, on_new_message: OnNewMessage
    ) -> list[Bubble]:
        collector = Collector(message.channel)
        text = masked(message.text)
        facts = self._facts(message, text, user)
        await on_new_message(
            UserMessage(
                text,
                collector,
                sender_id=message.key,
                input_channel=message.channel,
                message_id=message.message_id,
                metadata={FACTS_KEY: facts.as_json()},
            )
        )
        if collector.failed or not (collector.bubbles or collector.silent):
            # Rasa logs a failed action and goes on without a word. Whatever the message told has not
            # been written down then, so that it must not be acknowledged either.
            raise UndecidedError("the assistant came to no decision; the lines above say why")
        return collector.bubbles

    def _facts(self, message: InboundMessage, text: str, user: UserRecord) -> Facts:
        return Facts(
            conversation=message.key,
            message_id=message.message_id,
            today=message.received_at.astimezone(BEIJING).date().isoformat(),
            informed=user.informed_at is not None,
            crisis=user.crisis_at is not None,
            minor=user.minor,
            truncated=len(message.text) > MESSAGE_LIMIT or not all_read(message),
            attachments=tuple(attachment.kind for attachment in message.attachments),
            receipt=self._receipt(text),
            language=message.language,
            notices=self._notices(message),
            picture=picture_fact(message, text),
            phrase=message.phrase,
            channel=message.channel,
            invitation=self._invitation(message),
            followup=open_question(
                self._services.ledger.reader, self._hashes(message), message.received_at
            ),
            reachable=message.channel in self._services.senders.channels(),
            handoff=handoff_fact(self._services, message),
            survey=open_survey(
                self._services.ledger.reader,
                self._hashes(message),
                message.received_at,
                self._services.voices.now.handoff.survey,
                text,
            ),
            teller=self._hashes(message).current,
        )

    def _notices(self, message: InboundMessage) -> tuple[Notice, ...]:
        services = self._services
        user = services.hasher.user(message.channel, message.user)
        return tuple(
            Notice(notice.response, notice.ids)
            for notice in pending(services.ledger.reader, user)
            if notice.response in services.responses
        )

    def _invitation(self, message: InboundMessage) -> Invitation | None:
        reader = self._services.ledger.reader
        return invitation(reader, self._hashes(message), message.received_at)

    def _hashes(self, message: InboundMessage) -> Pseudonym:
        return self._services.hasher.user(message.channel, message.user)

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


def _bubbles_of(mail: Sequence[Mail]) -> list[Bubble]:
    return [dict(bubble) for waiting in mail for bubble in waiting.bubbles]


def _loggable(error: Exception) -> str:
    """What the log may hold of an error: the words of others may quote the user."""
    if isinstance(error, (LedgerError, UndecidedError, StoreUnavailable, ExchangeLost)):
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
