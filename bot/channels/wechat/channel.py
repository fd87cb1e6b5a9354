"""The ``wechat`` channel: the official account's posts come in here."""

from __future__ import annotations

import asyncio
import logging
from asyncio import AbstractEventLoop
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from actions.wording import fill
from bot.background import Periodic
from bot.channels.base import Channel, OnNewMessage
from bot.channels.reach import Reach
from bot.channels.wechat.account import Account
from bot.channels.wechat.answering import Answering, Speech, Timing
from bot.channels.wechat.choices import Choices
from bot.channels.wechat.envelope import Envelope
from bot.channels.wechat.errors import Forged, Unreadable
from bot.channels.wechat.inbox import Inbox
from bot.channels.wechat.pictures import Pictures
from bot.channels.wechat.reading import CHANNEL, Following, Posted, read
from bot.channels.wechat.rendering import passive, rendered
from bot.channels.wechat.sender import WechatSender
from bot.channels.wechat.wording import load_words
from bot.services import Services
from bot.settings import Settings
from bot.sinks.lead import Lead

logger = logging.getLogger(__name__)

NOTHING: Final = "success"
"""What WeChat takes as: received, and no reply in this answer."""

_STOP_SECONDS: Final = 2.0
_DUE_SECONDS: Final = 15.0


def wechat_account(settings: Settings) -> Account:
    """The interface of the account that the settings name."""
    assert settings.wechat_app_id is not None
    secret = settings.wechat_secret
    return Account(
        settings.wechat_base_url,
        settings.wechat_app_id,
        secret.get_secret_value() if secret else None,
    )


class WechatChannel(Channel):
    """``GET /webhooks/wechat`` for the check of the address, ``POST`` for everything else.

    200 with the reply as XML, or ``success`` where it comes as a customer-service message or none is due. 403: not
    from WeChat; 400: nothing that can be read. A message that could not be recorded is answered by nothing while
    WeChat posts it again, and at last by words that ask the user to send it anew.
    """

    def __init__(self, services: Services, timing: Timing | None = None) -> None:
        """Takes services whose settings name an account.

        Raises:
            ContentError: when ``content/wechat.yml`` is broken.
        """
        super().__init__(services)
        settings = services.settings
        assert settings.wechat_app_id is not None
        assert settings.wechat_token is not None
        key = settings.wechat_aes_key
        self._envelope = Envelope(
            settings.wechat_token.get_secret_value(),
            settings.wechat_app_id,
            key.get_secret_value() if key else None,
        )
        self._words = load_words(settings.content)
        self._account = wechat_account(settings)
        self._reach = Reach(services.ledger, services.hasher)
        self._choices = Choices(services.ledger, services.hasher, CHANNEL)
        services.senders.add(WechatSender(self._account, self._words, self._choices, self._reach))
        self._timing = timing
        self._answering: Answering | None = None
        self._beside: Periodic | None = None
        self._tasks: list[asyncio.Task[None]] = []

    @classmethod
    def name(cls) -> str:
        """The name in URLs, events and logs."""
        return CHANNEL

    @property
    def condition(self) -> str:
        """Whether more than immediate replies can be sent, as far as is known."""
        return "ready" if self._account.can_send else "immediate replies only"

    def blueprint(self, on_new_message: OnNewMessage) -> Blueprint:
        """The routes, and what runs beside the service."""
        blueprint = Blueprint("wechat_webhook")

        @blueprint.exception(Forged)
        async def forged(_: Request, error: Forged) -> HTTPResponse:
            logger.warning("wechat: a post was refused: %s", error)
            return response.json({"error": str(error)}, 403)

        @blueprint.exception(Unreadable)
        async def unreadable(_: Request, error: Unreadable) -> HTTPResponse:
            logger.warning("wechat: a post was not read: %s", error)
            return response.json({"error": str(error)}, 400)

        @blueprint.get("/")
        async def check(request: Request) -> HTTPResponse:
            return response.text(self._envelope.echo(_query(request)))

        @blueprint.post("/")
        async def webhook(request: Request) -> HTTPResponse:
            query = _query(request)
            posted = read(self._envelope.open(query, request.body), self._words)
            text = await self.take(posted)
            if text is None:
                return response.text(NOTHING)
            xml = passive(posted.user, posted.account, text)
            return response.text(self._envelope.seal(xml, query), content_type="text/xml")

        @blueprint.listener("before_server_start")
        async def begin(_app: Sanic, _: AbstractEventLoop) -> None:
            self._answering = self._build(on_new_message)
            lead = Lead(self.services.settings.home, CHANNEL)
            self._beside = Periodic("wechat", self._answering.send_due, _DUE_SECONDS, lead)

        @blueprint.listener("after_server_start")
        async def look(_app: Sanic, _: AbstractEventLoop) -> None:
            assert self._beside is not None
            self._tasks.append(asyncio.ensure_future(self._beside.run()))

        @blueprint.listener("before_server_stop")
        async def finish(_app: Sanic, _: AbstractEventLoop) -> None:
            if self._beside is not None and self._answering is not None:
                await self._beside.stop()
                await self._answering.finish(_STOP_SECONDS)

        @blueprint.listener("after_server_stop")
        async def close(_app: Sanic, _: AbstractEventLoop) -> None:
            await self._account.close()

        return blueprint

    async def take(self, posted: Posted) -> str | None:
        """The text that answers a post; ``None`` where nothing is due now."""
        assert self._answering is not None, "posts come after the start"
        if posted.following is Following.BEGUN:
            await self._reach.regained(CHANNEL, posted.user)
        elif posted.following is Following.ENDED:
            await self._reach.lost(CHANNEL, posted.user)
        message = posted.message
        if message is None:
            return None
        meant = await self._choices.meant(message.user, message.text)
        return await self._answering.answer(replace(message, text=meant), posted.photo)

    def _build(self, on_new_message: OnNewMessage) -> Answering:
        services, words = self.services, self._words
        return Answering(
            Speech(
                fetch=Pictures(self._account, services.settings).with_data,
                receive=lambda message: self.receive(message, on_new_message),
                render=lambda bubbles: rendered(bubbles, words),
                cut_notice=lambda: fill(words.cut, services.content.values()),
            ),
            self._account,
            (Inbox(services.ledger, services.hasher), self._choices),
            lambda user: self._reach.lost(CHANNEL, user),
            self._timing,
        )


def _query(request: Request) -> Mapping[str, str]:
    return {name: str(values[0]) for name, values in request.args.items() if values}
