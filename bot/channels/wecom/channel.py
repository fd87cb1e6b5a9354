"""The ``wecom`` channel: WeCom's callback, and the reading that it sets going."""

from __future__ import annotations

import asyncio
import logging
from asyncio import AbstractEventLoop
from collections.abc import Coroutine
from typing import Any, Final

from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.background import Periodic
from bot.channels.base import Channel, OnNewMessage
from bot.channels.reach import Reach
from bot.channels.wechat.envelope import Envelope, field
from bot.channels.wechat.errors import Forged, Unreadable
from bot.channels.wechat.pictures import Pictures
from bot.channels.wechat.wording import load_words
from bot.channels.wecom.account import KfAccount
from bot.channels.wecom.answering import Answering, Speech
from bot.channels.wecom.progress import Progress
from bot.channels.wecom.pulling import Puller
from bot.channels.wecom.reading import CHANNEL
from bot.channels.wecom.rendering import rendered
from bot.channels.wecom.sender import WecomSender
from bot.ledger.errors import LedgerError
from bot.services import Services
from bot.settings import Settings
from bot.sinks.lead import Lead

logger = logging.getLogger(__name__)

_LOOK_SECONDS: Final = 1.0
_STOP_SECONDS: Final = 2.0
_LONGEST_NAME: Final = 128


def kf_account(settings: Settings) -> KfAccount:
    """The customer service that the settings name."""
    assert settings.wecom_corp_id is not None
    assert settings.wecom_secret is not None
    return KfAccount(
        settings.wecom_base_url, settings.wecom_corp_id, settings.wecom_secret.get_secret_value()
    )


class WecomChannel(Channel):
    """``GET /webhooks/wecom`` for the check of the address, ``POST`` for announcements.

    200: noted, durably; 403: not from WeCom; 400: nothing that can be read; 503: not noted, announce it again. Of the
    processes that share a ledger one reads, whichever got the announcement.
    """

    def __init__(self, services: Services) -> None:
        """Takes services whose settings name a customer service.

        Raises:
            ContentError: when ``content/wechat.yml`` is broken.
        """
        super().__init__(services)
        settings = services.settings
        assert settings.wecom_corp_id is not None
        assert settings.wecom_token is not None
        assert settings.wecom_aes_key is not None
        self._envelope = Envelope(
            settings.wecom_token.get_secret_value(),
            settings.wecom_corp_id,
            settings.wecom_aes_key.get_secret_value(),
        )
        self._words = load_words(settings.content)
        self._account = kf_account(settings)
        self._reach = Reach(services.ledger, services.hasher)
        services.senders.add(WecomSender(self._account, self._words, self._reach))
        self._progress = Progress(services.ledger)
        self._beside: Periodic | None = None
        self._puller: Puller | None = None
        self._running: set[asyncio.Task[None]] = set()

    @classmethod
    def name(cls) -> str:
        """The name in URLs, events and logs."""
        return CHANNEL

    def blueprint(self, on_new_message: OnNewMessage) -> Blueprint:
        """The routes, and what runs beside the service."""
        blueprint = Blueprint("wecom_callback")

        @blueprint.exception(Forged)
        async def forged(_: Request, error: Forged) -> HTTPResponse:
            logger.warning("wecom: a callback was refused: %s", error)
            return response.json({"error": str(error)}, 403)

        @blueprint.exception(Unreadable)
        async def unreadable(_: Request, error: Unreadable) -> HTTPResponse:
            logger.warning("wecom: a callback was not read: %s", error)
            return response.json({"error": str(error)}, 400)

        @blueprint.get("/")
        async def check(request: Request) -> HTTPResponse:
            return response.text(self._envelope.echo(dict(request.query_args), sealed=True))

        @blueprint.post("/")
        async def callback(request: Request) -> HTTPResponse:
            fields = self._envelope.open(dict(request.query_args), request.body)
            if field(fields, "Event") != "kf_msg_or_event":
                return response.text("")
            account = field(fields, "OpenKfId")
            if not 0 < len(account) <= _LONGEST_NAME:
                raise Unreadable("OpenKfId is needed")
            try:
                await self._progress.announce(account, field(fields, "Token"))
            except LedgerError as error:
                logger.error("wecom: an announcement was not noted: %s", error)
                return response.text("", 503)
            self._look()
            return response.text("")

        @blueprint.listener("before_server_start")
        async def begin(_app: Sanic, _: AbstractEventLoop) -> None:
            self._puller = self._build(on_new_message)
            lead = Lead(self.services.settings.home, CHANNEL)
            self._beside = Periodic("wecom", self._puller.pull, _LOOK_SECONDS, lead)

        @blueprint.listener("after_server_start")
        async def look(_app: Sanic, _: AbstractEventLoop) -> None:
            assert self._beside is not None
            self._begin(self._beside.run())

        @blueprint.listener("before_server_stop")
        async def finish(_app: Sanic, _: AbstractEventLoop) -> None:
            if self._beside is not None:
                await self._beside.stop()
            if self._running:
                await asyncio.wait(self._running, timeout=_STOP_SECONDS)

        @blueprint.listener("after_server_stop")
        async def close(_app: Sanic, _: AbstractEventLoop) -> None:
            await self._account.close()

        return blueprint

    def _look(self) -> None:
        """Reads at once where the reading falls to this process; another sees the announcement in a second."""
        if self._beside is not None and self._beside.works:
            self._begin(self._pull())

    async def _pull(self) -> None:
        assert self._puller is not None
        try:
            await self._puller.pull()
        except LedgerError as error:
            logger.warning("wecom: %s; tried again", error)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    def _build(self, on_new_message: OnNewMessage) -> Puller:
        services, words = self.services, self._words
        speech = Speech(
            fetch=Pictures(self._account, services.settings).with_data,
            receive=lambda message: self.receive(message, on_new_message),
            render=lambda bubbles: rendered(bubbles, words),
            healthy=lambda: services.ledger.writer.healthy and services.exchanges.store.healthy,
        )
        answering = Answering(speech, self._account, self._reach)
        return Puller(self._account, self._progress, answering, words)
