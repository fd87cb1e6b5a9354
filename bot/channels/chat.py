"""The in-app chat: the channel of the page that an app embeds, over WebSocket or plain HTTP."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from sanic import Blueprint, Request, response
from sanic.response import HTTPResponse
from sanic.server.websockets.impl import WebsocketImplProtocol

from bot.channels.base import Channel, OnNewMessage, Refused, Unavailable
from bot.channels.chat_protocol import (
    MAX_CHARACTERS,
    MAX_FRAME_BYTES,
    NOT_TAKEN,
    ChatMessage,
    ProtocolError,
    decode,
    message_of,
    same_origin,
    session_of,
)
from bot.channels.chat_socket import ChatSocket
from bot.channels.chat_words import words_of
from bot.channels.picture_upload import Upload, add_picture_route
from bot.inbound import Attachment, InboundMessage

logger = logging.getLogger(__name__)

_STOP_SECONDS = 1.0


class ChatChannel(Channel):
    """Serves ``/config``, ``/messages`` and ``/ws`` under ``/webhooks/chat``.

    Both transports take and give the same messages: a client may send on one, lose the connection, and
    get the answer on the other under the same ``message_id``.
    """

    @classmethod
    def name(cls) -> str:
        """The name in URLs, events and logs."""
        return "chat"

    def blueprint(self, on_new_message: OnNewMessage) -> Blueprint:
        """The routes; requests from pages of another origin are refused with 403.

        - ``GET /config``: what the page shows (:meth:`config`).
        - ``POST /messages`` with ``{"session", "message_id", "text"}``: 200
          ``{"in_reply_to", "messages"}``; 400 or 413 ``{"error"}`` with one line; 503 with
          ``error`` and mostly all three when the message was not taken: show the messages, and offer
          to send it again; 429 with all of that and ``retry_after`` when too much was sent: so in that many
          seconds, as ``Retry-After`` says too.
        - ``POST /pictures`` with ``session``, ``message_id``, ``text`` (if there are words) and ``picture`` as
          ``multipart/form-data``: as ``POST /messages``; reading a picture takes some seconds.
        - ``WebSocket /ws?session=…``: takes ``{"type": "message", "message_id", "text"}``, gives frames
          of type ``hello``, ``typing``, ``reply`` (``in_reply_to``, ``messages``) and ``error``
          (``error``; ``in_reply_to`` when it is about a readable message; ``messages`` mostly when
          that was not taken; ``retry_after`` as above). Errors leave the socket open.
        """
        blueprint = Blueprint("chat_channel")
        running: set[asyncio.Task[None]] = set()

        def keep(task: asyncio.Task[None]) -> None:
            running.add(task)
            task.add_done_callback(running.discard)

        @blueprint.on_request
        async def check_origin(request: Request) -> HTTPResponse | None:
            if same_origin(request.headers.get("origin"), request.host):
                return None
            return _error("origin: requests from other sites are refused", 403)

        @blueprint.get("/config")
        async def config(_: Request) -> HTTPResponse:
            return _json(self.config())

        @blueprint.post("/messages")
        async def messages(request: Request) -> HTTPResponse:
            if len(request.body) > MAX_FRAME_BYTES:
                return _error(f"too large: at most {MAX_FRAME_BYTES} bytes are read", 413)
            try:
                data = decode(request.body)
            except ProtocolError as error:
                return _error(str(error), 400)
            return await taken(data)

        async def pictures(_: Request, upload: Upload) -> HTTPResponse:
            return await taken({"text": "", **upload.fields}, upload.pictures)

        add_picture_route(blueprint, pictures)

        async def taken(
            data: Mapping[str, object], attachments: tuple[Attachment, ...] = ()
        ) -> HTTPResponse:
            try:
                session = session_of(data.get("session"))
                message = message_of(data)
            except ProtocolError as error:
                return _error(str(error), 400)
            reply = await self._reply(session, message, on_new_message, attachments)
            if "retry_after" in reply:
                return _json(reply, 429, {"Retry-After": str(reply["retry_after"])})
            return _json(reply, 503 if "error" in reply else 200)

        @blueprint.on_request
        async def check_session(request: Request) -> HTTPResponse | None:
            # Before the handshake, while there is still a status to answer with.
            if not request.path.endswith("/ws"):
                return None
            try:
                session_of(request.args.get("session"))
            except ProtocolError as error:
                return _error(str(error), 400)
            return None

        @blueprint.websocket("/ws")
        async def socket(request: Request, websocket: WebsocketImplProtocol) -> None:
            session = session_of(request.args.get("session"))

            async def answer(message: ChatMessage) -> dict[str, Any]:
                return await self._reply(session, message, on_new_message)

            await ChatSocket(websocket, answer).serve(keep)

        @blueprint.listener("before_server_stop")
        async def finish(_app: object, _loop: object) -> None:
            if running:
                await asyncio.wait(running, timeout=_STOP_SECONDS)

        return blueprint

    def config(self) -> dict[str, Any]:
        """What the page shows: names, hotline, hours, all strings and the suggested openers.

        ``dial`` is the number for the header's call link; null for an example institution.

        Raises:
            ContentError: when ``content/page.yml`` is broken.
        """
        content = self.services.content
        words = words_of(self.services.page).filled(content.values())
        return {
            "institution": content.name,
            "short_name": content.short_name,
            "hotline": content.hotline,
            "dial": None if content.demo else content.hotlines[0].digits,
            "hours": content.hotlines[0].hours,
            "max_characters": MAX_CHARACTERS,
            "strings": dict(words.strings),
            "openers": list(words.openers),
        }

    async def _reply(
        self,
        session: str,
        message: ChatMessage,
        on_new_message: OnNewMessage,
        attachments: tuple[Attachment, ...] = (),
    ) -> dict[str, Any]:
        inbound = InboundMessage(
            channel=self.name(),
            user=session,
            conversation=session,
            message_id=message.message_id,
            text=message.text,
            received_at=datetime.now(timezone.utc),
            attachments=attachments,
        )
        reply: dict[str, Any] = {"in_reply_to": message.message_id}
        try:
            return reply | {"messages": await self.receive(inbound, on_new_message)}
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


def _json(
    body: dict[str, Any], status: int = 200, headers: Mapping[str, str] | None = None
) -> HTTPResponse:
    headers = {"Cache-Control": "no-store", **(headers or {})}
    return response.json(body, status, headers=headers, ensure_ascii=False)


def _error(reason: str, status: int) -> HTTPResponse:
    return _json({"error": reason}, status)
