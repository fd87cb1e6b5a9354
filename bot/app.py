"""The composition root of the server: where the parts of the service meet."""

from __future__ import annotations

import gc
from asyncio import AbstractEventLoop
from collections.abc import Sequence
from pathlib import Path

from rasa.core.channels.channel import register
from sanic import Sanic, response
from sanic.exceptions import InvalidUsage, PayloadTooLarge
from sanic.request import Request
from sanic.response import HTTPResponse

from bot import allocator
from bot.assistant.agent import AssistantAgent
from bot.campaigns.pictures import pictures_blueprint
from bot.channels.app.channel import AppChannel
from bot.channels.app.origins import Origins
from bot.channels.app.page_config import page_config
from bot.channels.base import Channel
from bot.channels.chat import ChatChannel
from bot.channels.page import page_blueprint
from bot.channels.rest import RestChannel, is_authorised
from bot.console.routes import console_blueprint
from bot.gate import plain_text
from bot.outbound.mailbox import MailboxSender
from bot.services import Services
from bot.training import model_version

LONGEST_REQUEST = 256 * 1024  # bytes
LONGEST_FRAME = 64 * 1024  # bytes
COLLECTIONS = (5_000, 20, 20)  # see gc.set_threshold
_REACHED_BY_MAILBOX = frozenset({"app", "chat", "rest"})
LONGEST_GOODBYE = 2.0  # seconds for answers under way when the service is stopped


def create_app(
    services: Services, model: Path, name: str = "jingzhong", *, telegram_polling: bool = False
) -> Sanic:
    """The whole service as one Sanic application; the model is loaded when it starts.

    ``name`` must be unique among the applications of a process; with ``telegram_polling`` the service asks Telegram
    for updates instead of waiting for them.
    """
    app = Sanic(name, configure_logging=False)
    app.config.REQUEST_MAX_SIZE = LONGEST_REQUEST
    app.config.WEBSOCKET_MAX_SIZE = LONGEST_FRAME
    app.config.ACCESS_LOG = False
    app.config.GRACEFUL_SHUTDOWN_TIMEOUT = 2.0
    agent = AssistantAgent(services)
    app.ctx.agent = agent
    app.ctx.services = services
    channels: list[Channel] = [RestChannel(services)]
    if services.settings.telegram_token is not None:
        # Its library takes half a second to import.
        from bot.channels.telegram.channel import TelegramChannel

        channels.append(TelegramChannel(services, polling=telegram_polling))
    if services.settings.wechat_app_id is not None:
        from bot.channels.wechat.channel import WechatChannel

        channels.append(WechatChannel(services))
    if services.settings.wecom_corp_id is not None:
        from bot.channels.wecom.channel import WecomChannel

        channels.append(WecomChannel(services))
    if services.app_access is not None:
        channels.append(AppChannel(services))
    if not services.settings.production:
        # The page knows its user by nothing but a random session: for the demo alone.
        channels.append(ChatChannel(services))
    if services.app_access is not None or not services.settings.production:
        hosts = Origins.of(services.settings.app_origins).frame_ancestors
        app.blueprint(page_blueprint(lambda: page_config(services)["strings"], hosts))
    for channel in channels:
        # Where we cannot call, what there is to say waits for the next visit.
        if channel.name() in _REACHED_BY_MAILBOX:
            services.senders.add(MailboxSender(channel.name(), services.mailbox))
    register(channels, app, route="/webhooks/")
    app.blueprint(console_blueprint(services))
    app.blueprint(pictures_blueprint(services))
    _add_routes(app, services, channels)

    @app.before_server_start
    async def load(app: Sanic, loop: AbstractEventLoop) -> None:
        agent.load_model(model)
        # What is loaded stays: without this, the collector walks through all of it again and again.
        gc.collect()
        gc.freeze()
        # A message leaves next to nothing in cycles; at Python's own pace looking for it takes 4 % of the time.
        gc.set_threshold(*COLLECTIONS)
        allocator.give_back()
        await services.start()

    @app.before_server_stop
    async def drain(app: Sanic, loop: AbstractEventLoop) -> None:
        for channel in channels:
            await channel.gate.drain(LONGEST_GOODBYE)

    @app.after_server_stop
    async def close(app: Sanic, loop: AbstractEventLoop) -> None:
        await services.stop()

    return app


def _add_routes(app: Sanic, services: Services, channels: Sequence[Channel]) -> None:
    @app.get("/health")
    async def health(request: Request) -> HTTPResponse:
        """200 while messages can be answered and recorded, 503 otherwise."""
        ready = app.ctx.agent.is_ready()
        ledger = services.ledger.writer.healthy
        store = services.exchanges.store.healthy
        fine = ready and ledger and store
        redis = {"redis": "ok" if store else "failing"} if services.settings.redis_url else {}
        connections = {channel.name(): channel.condition for channel in channels}
        return response.json(
            {
                "status": "ok" if fine else "unavailable",
                "agent": "ready" if ready else "not ready",
                "ledger": "ok" if ledger else "failing",
                **redis,
                **{name: condition for name, condition in connections.items() if condition},
                "model": model_version(services.settings.models),
                "content": services.content.version,
            },
            status=200 if fine else 503,
        )

    @app.get("/metrics")
    async def metrics(request: Request) -> HTTPResponse:
        services.measure()
        return response.raw(
            services.counters.exposition(), content_type="text/plain; version=0.0.4"
        )

    async def too_large(request: Request, error: PayloadTooLarge) -> HTTPResponse:
        services.counters.limited.labels("size").inc()
        reason = f"too large: at most {LONGEST_REQUEST} bytes are read"
        return response.json({"error": reason}, status=413)

    app.error_handler.add(PayloadTooLarge, too_large)

    @app.post("/model/parse")
    async def parse(request: Request) -> HTTPResponse:
        """Rasa's parse with threats, stage and urgent state; the text is not stored."""
        if not is_authorised(request, services.settings):
            return response.json({"error": "a valid token is needed"}, status=401)
        try:
            body = request.json
        except InvalidUsage:
            return response.json({"error": "the body is no JSON"}, status=400)
        text = body.get("text") if isinstance(body, dict) else None
        if not isinstance(text, str):
            return response.json({"error": "text must be a text"}, status=400)
        parsed = await app.ctx.agent.parse_message(plain_text(text))
        # Rasa drops what is null; ordinary talk has no stage and no urgent state, and says so.
        nothing: dict[str, object] = {"threats": [], "stage": None, "urgent": None}
        return response.json({**nothing, **parsed, "text": text}, ensure_ascii=False)
