"""One WebSocket of the in-app chat, from hello to its end."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from sanic.exceptions import SanicException
from sanic.server.websockets.impl import WebsocketImplProtocol
from websockets.exceptions import ConnectionClosed

from bot.channels.base import Bubble, Unavailable
from bot.channels.chat_protocol import NOT_TAKEN, ChatMessage, ProtocolError, decode, message_of

logger = logging.getLogger(__name__)

Answer = Callable[[ChatMessage], Awaitable[list[Bubble]]]

_WAITING_AT_MOST = 16
_SEND_SECONDS = 10.0


class ChatSocket:
    """Reads the frames of one client and answers its messages one after the other.

    Reading goes on while an answer is made, so that Sanic sees the client's pongs. A message that was
    read is answered even if the client goes away meanwhile: it will ask again, under the same id, and
    must find the answer.
    """

    def __init__(self, socket: WebsocketImplProtocol, answer: Answer) -> None:
        """Takes the open socket and the coroutine that answers one message."""
        self._socket = socket
        self._answer = answer
        self._free = asyncio.Semaphore(_WAITING_AT_MOST)
        self._last: asyncio.Task[None] | None = None

    async def serve(self, keep: Callable[[asyncio.Task[None]], None]) -> None:
        """Serves until the client is gone.

        ``keep`` gets every task that may outlive the socket.
        """
        await self._send({"type": "hello"})
        while True:
            try:
                frame = await self._socket.recv()
            except (SanicException, ConnectionClosed):
                return
            if frame is None:
                return
            try:
                message = _message_in(frame)
            except ProtocolError as error:
                about = {"in_reply_to": error.message_id} if error.message_id else {}
                await self._send({"type": "error", "error": str(error)} | about)
                continue
            await self._free.acquire()
            self._last = asyncio.create_task(self._reply(message, self._last))
            keep(self._last)

    async def _reply(self, message: ChatMessage, previous: asyncio.Task[None] | None) -> None:
        try:
            if previous is not None:
                await asyncio.wait({previous})
            await self._send({"type": "typing"})
            await self._send(await self._answer_frame(message))
        finally:
            self._free.release()

    async def _answer_frame(self, message: ChatMessage) -> dict[str, Any]:
        frame: dict[str, Any] = {"type": "reply", "in_reply_to": message.message_id}
        try:
            return frame | {"messages": await self._answer(message)}
        except Unavailable as error:
            refusal = {"type": "error", "error": NOT_TAKEN, "messages": [{"text": error.text}]}
        except Exception:
            # Whatever broke, the client must not wait for ever.
            logger.exception("A chat message could not be answered.")
            refusal = {"type": "error", "error": NOT_TAKEN}
        return frame | refusal

    async def _send(self, frame: Mapping[str, Any]) -> None:
        # Sanic reports a dead transport as a cancellation of whoever sends; in a task of its own it
        # cannot be mistaken for a cancellation of ours.
        sending = asyncio.ensure_future(self._socket.send(json.dumps(frame, ensure_ascii=False)))
        done, _ = await asyncio.wait({sending}, timeout=_SEND_SECONDS)
        if not done:
            sending.cancel()
        elif not sending.cancelled() and sending.exception() is not None:
            logger.debug("A chat client went away before its frame.")


def _message_in(frame: str | bytes) -> ChatMessage:
    if isinstance(frame, bytes):
        raise ProtocolError("should be a text frame")
    data = decode(frame)
    if data.get("type") != "message":
        raise ProtocolError("type: should be 'message'")
    return message_of(data)
