"""The demo's chat: the channel of the page at ``/``, for anonymous visitors, over WebSocket or plain HTTP."""

from __future__ import annotations

from typing import Any

from sanic import Blueprint, Request
from sanic.response import HTTPResponse
from sanic.server.websockets.impl import WebsocketImplProtocol

from bot.channels.app.desk import ChatDesk, Visitor
from bot.channels.app.page_config import page_config
from bot.channels.app.peer import VisitorPeer
from bot.channels.app.routes import add_chat_routes, as_json, error_of
from bot.channels.app.visitors import AnonymousDoor
from bot.channels.base import Channel, OnNewMessage
from bot.channels.chat_protocol import ProtocolError, same_origin, session_of
from bot.channels.chat_socket import ChatSocket, Outliving


class ChatChannel(Channel):
    """Serves what docs/app-chat.md describes below ``/webhooks/chat``, with a random session in place of a token.

    Both transports take and give the same messages: a client may send on one, lose the connection, and
    get the answer on the other under the same ``message_id``.
    """

    brings_mail = False

    @classmethod
    def name(cls) -> str:
        """The name in URLs, events and logs."""
        return "chat"

    def blueprint(self, on_new_message: OnNewMessage) -> Blueprint:
        """The routes; requests from pages of another origin are refused with 403, sockets without a session with 400."""
        blueprint = Blueprint("chat_channel")
        desk = ChatDesk(self, on_new_message)
        outliving = Outliving()

        @blueprint.on_request
        async def check_origin(request: Request) -> HTTPResponse | None:
            if same_origin(request.headers.get("origin"), request.host):
                return None
            return error_of("origin: requests from other sites are refused", 403)

        @blueprint.on_request
        async def check_session(request: Request) -> HTTPResponse | None:
            # Before the handshake, while there is still a status to answer with.
            if not request.path.endswith("/ws"):
                return None
            try:
                session_of(request.args.get("session"))
            except ProtocolError as error:
                return error_of(str(error), 400)
            return None

        @blueprint.get("/config")
        async def config(_: Request) -> HTTPResponse:
            return as_json(self.config())

        add_chat_routes(blueprint, desk, AnonymousDoor())

        @blueprint.websocket("/ws")
        async def socket(request: Request, websocket: WebsocketImplProtocol) -> None:
            visitor = Visitor(session_of(request.args.get("session")))
            await ChatSocket(websocket, VisitorPeer(desk, visitor)).serve(outliving.keep)

        @blueprint.listener("before_server_stop")
        async def finish(_app: object, _loop: object) -> None:
            await outliving.finish()

        return blueprint

    def config(self) -> dict[str, Any]:
        """See :func:`page_config`."""
        return page_config(self.services)
