"""The ``telegram`` channel: where updates come in."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import json
import logging
from asyncio import AbstractEventLoop
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, Final

from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse
from telegram import Update

from bot.channels.base import Channel, OnNewMessage, Unavailable
from bot.channels.reach import Reach
from bot.channels.telegram.answering import Answering, Assistant, NotYet
from bot.channels.telegram.commands import load_commands
from bot.channels.telegram.connection import Connection, telegram_bot
from bot.channels.telegram.polling import Polling
from bot.channels.telegram.reading import UpdateReader
from bot.channels.telegram.sender import TelegramSender
from bot.hashing import Hasher
from bot.pictures.reader import can_read
from bot.services import Services

logger = logging.getLogger(__name__)

SECRET_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header
NOTICE: Final = "utter_telegram_notice"
_STOP_SECONDS: Final = 2.0
_MOST_TRIES: Final = 8
_REMEMBERED: Final = 1000  # updates that failed
_REDUCIBLE: Final = ("update_id", "message", "edited_message")
_PLAIN: Final = ("message_id", "date", "edit_date", "from", "chat", "text", "caption")


def webhook_secrets(hasher: Hasher, token: str) -> tuple[str, ...]:
    """What Telegram must show with every update: the current one, and those of keys before a rotation.

    They come from the service's own secret and the token, so that no webhook can be open by mistake.
    """
    return hasher.pseudonym("telegram webhook", token).all


class TelegramChannel(Channel):
    """``POST /webhooks/telegram`` for Telegram, or long polling.

    200: the update is done with. 401: without the secret token; 400: no update; 503: not recorded or not
    answered, send it again.
    """

    def __init__(self, services: Services, *, polling: bool = False) -> None:
        """Takes services whose settings name a bot.

        Raises:
            SettingsError, ContentError: when they name none, or ``content/telegram.yml`` is broken.
        """
        super().__init__(services)
        bot = telegram_bot(services.settings)
        self._connection = Connection(bot)
        self._reach = Reach(services.ledger, services.hasher)
        services.senders.add(TelegramSender(bot, self._reach))
        self._secrets = webhook_secrets(services.hasher, bot.token)
        settings = services.settings
        self._reader = UpdateReader(
            load_commands(settings.content),
            services.hasher,
            reads_pictures=settings.picture_processes > 0 and can_read(),
        )
        self._polls = polling
        self._answering: Answering | None = None
        self._beside: list[asyncio.Task[None]] = []
        self._running: set[asyncio.Task[bool]] = set()
        self._tries: OrderedDict[int, int] = OrderedDict()

    @classmethod
    def name(cls) -> str:
        """The name in URLs, events and logs."""
        return "telegram"

    @property
    def condition(self) -> str:
        """Whether Telegram has been reached."""
        return self._connection.state

    def blueprint(self, on_new_message: OnNewMessage) -> Blueprint:
        """The route, and what runs beside the service."""
        blueprint = Blueprint("telegram_webhook")

        @blueprint.post("/")
        async def webhook(request: Request) -> HTTPResponse:
            if not self._is_telegram(request):
                return response.json({"error": "the secret token of this bot is needed"}, 401)
            update = _update_in(request.body)
            if update is None:
                return response.json({"error": "the body is no update of Telegram"}, 400)
            return response.empty(200 if await self.take(update) else 503)

        @blueprint.listener("before_server_start")
        async def begin(app: Sanic, _: AbstractEventLoop) -> None:
            self._answering = self._build(app, on_new_message)

        @blueprint.listener("after_server_start")
        async def connect(_app: Sanic, _: AbstractEventLoop) -> None:
            self._beside.append(asyncio.ensure_future(self._connection.run()))
            if self._polls:
                polling = Polling(self._connection.bot, self.take)
                self._beside.append(asyncio.ensure_future(polling.run()))

        @blueprint.listener("before_server_stop")
        async def finish(_app: Sanic, _: AbstractEventLoop) -> None:
            for task in self._beside:
                task.cancel()
            await asyncio.gather(*self._beside, return_exceptions=True)
            if self._running:
                await asyncio.wait(self._running, timeout=_STOP_SECONDS)

        @blueprint.listener("after_server_stop")
        async def close(_app: Sanic, _: AbstractEventLoop) -> None:
            await self._connection.close()

        return blueprint

    async def take(self, update: Mapping[str, Any]) -> bool:
        """Handles one update as Telegram writes it, and tells whether it is done with; never raises.

        A caller that is cancelled no longer waits; the update is handled all the same.
        """
        task = asyncio.ensure_future(self._take(update))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return await asyncio.shield(task)

    async def _take(self, update: Mapping[str, Any]) -> bool:
        assert self._answering is not None, "updates come after the start"
        readable = self._readable(update) or self._readable(_reduced(update))
        if readable is None:
            # From Telegram, yet in no form that this version knows: sent again it would be the same.
            logger.warning("telegram: passed over an update that cannot be read")
            return True
        try:
            await self._answering.handle(readable, self._connection.me)
        except NotYet:
            return False
        except Unavailable:
            return self._failed_for_good(readable)
        except Exception as error:
            # Its words may quote the user.
            logger.error("telegram: an update was not answered: %s", type(error).__name__)
            return self._failed_for_good(readable)
        return True

    def _readable(self, update: Mapping[str, Any]) -> Update | None:
        try:
            return Update.de_json(dict(update), self._connection.bot)
        except Exception:
            # The library trusts that each field is there and of its type, and says in many ways that one is not.
            return None

    def _failed_for_good(self, update: Update) -> bool:
        """Whether to give an update up: it failed again and again while all that it needs worked.

        Telegram keeps back what comes after it in the same chat.
        """
        tries = self._tries.get(update.update_id, 0) + 1
        self._tries[update.update_id] = tries
        if len(self._tries) > _REMEMBERED:
            self._tries.popitem(last=False)
        services = self.services
        healthy = services.ledger.writer.healthy and services.exchanges.store.healthy
        if tries < _MOST_TRIES or not healthy:
            return False
        logger.error("telegram: gave an update up after %d tries", tries)
        return True

    def _build(self, app: Sanic, on_new_message: OnNewMessage) -> Answering:
        services = self.services

        assistant = Assistant(
            receive=lambda message: self.receive(message, on_new_message),
            parse=lambda text: app.ctx.agent.parse_message(text),
            opening=lambda: services.plain(NOTICE),
        )
        return Answering(self._connection.bot, self._reader, assistant, self._reach)

    def _is_telegram(self, request: Request) -> bool:
        given = request.headers.get(SECRET_HEADER, "").encode()
        # All are compared, so that the time tells nothing.
        same = [hmac.compare_digest(given, secret.encode()) for secret in self._secrets]
        return any(same)


def _reduced(update: Mapping[str, Any]) -> dict[str, Any]:
    """The update without all that newer versions of the Bot API may write otherwise."""
    return {
        kind: {name: value[name] for name in _PLAIN if name in value}
        if isinstance(value, Mapping)
        else value
        for kind, value in update.items()
        if kind in _REDUCIBLE
    }


def _update_in(body: bytes) -> dict[str, Any] | None:
    with contextlib.suppress(ValueError, RecursionError):
        update = json.loads(body)
        if isinstance(update, dict) and isinstance(update.get("update_id"), int):
            return update
    return None
