"""The channel ``app``: the chat of an institution's own app, for users whom its backend has logged in."""

from __future__ import annotations

from typing import Final

from sanic import Blueprint, Request, response
from sanic.response import HTTPResponse
from sanic.server.websockets.impl import WebsocketImplProtocol

from bot.channels.app.desk import ChatDesk
from bot.channels.app.page_config import page_config
from bot.channels.app.peer import SUBPROTOCOL, TokenPeer
from bot.channels.app.routes import GETS, POSTS, add_chat_routes, answered, as_json, error_of
from bot.channels.app.visitors import TokenDoor
from bot.channels.base import Channel, OnNewMessage
from bot.channels.chat_protocol import CLOSED_FOR_ORIGIN
from bot.channels.chat_socket import ChatSocket, Outliving
from bot.settings import SettingsError

_OTHER_SITE: Final = "origin: this site is not in JINGZHONG_APP_ORIGINS"


class AppChannel(Channel):
    """Serves what docs/app-chat.md describes below ``/webhooks/app``; needs the services' ``app_access``."""

    brings_mail = False

    @classmethod
    def name(cls) -> str:
        """The name in URLs, events and logs."""
        return "app"

    def blueprint(self, on_new_message: OnNewMessage) -> Blueprint:
        """The routes.

        Raises:
            SettingsError: when the channel is not switched on.
        """
        access = self.services.app_access
        if access is None:
            raise SettingsError("JINGZHONG_JWT_KEYS: is missing; the channel app needs it")
        origins = access.origins
        blueprint = Blueprint("app_channel")
        desk = ChatDesk(self, on_new_message)
        door = TokenDoor(access.tokens, self.services)
        outliving = Outliving()

        @blueprint.on_request
        async def check_origin(request: Request) -> HTTPResponse | None:
            # A browser shows a page no status of a failed handshake; its socket is opened and closed with a code.
            is_socket = request.path.endswith("/ws")
            if is_socket or origins.allow(request.headers.get("origin"), request.host):
                return None
            return error_of(_OTHER_SITE, 403)

        @blueprint.on_response
        async def tell_browser(request: Request, answer: HTTPResponse) -> None:
            headers = dict(origins.headers(request.headers.get("origin")))
            varies = filter(None, (answer.headers.get("Vary"), headers.pop("Vary")))
            answer.headers.update({**headers, "Vary": ", ".join(varies)})

        async def allow(_: Request) -> HTTPResponse:
            return response.empty()

        for name in ("config", "phrase", *GETS, *POSTS):
            blueprint.add_route(allow, f"/{name}", methods=["OPTIONS"], name=f"allow_{name}")

        @blueprint.get("/config")
        async def config(_: Request) -> HTTPResponse:
            return as_json(page_config(self.services))

        async def phrase(request: Request) -> HTTPResponse:
            shown = door.visitor(request, {}).phrase or ""
            return as_json({"phrase": shown, "words": shown.split()})

        blueprint.add_route(answered(phrase), "/phrase", methods=["GET"], name="phrase")
        add_chat_routes(blueprint, desk, door)

        @blueprint.websocket("/ws", subprotocols=[SUBPROTOCOL])
        async def socket(request: Request, websocket: WebsocketImplProtocol) -> None:
            if not origins.allow(request.headers.get("origin"), request.host):
                await websocket.close(CLOSED_FOR_ORIGIN, _OTHER_SITE)
                return
            peer = TokenPeer(desk, door, request.headers.get("sec-websocket-protocol"))
            await ChatSocket(websocket, peer).serve(outliving.keep)

        @blueprint.listener("before_server_stop")
        async def finish(_app: object, _loop: object) -> None:
            await outliving.finish()

        return blueprint
