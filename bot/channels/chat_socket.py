"""One WebSocket of the in-app chat, from hello to its end."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from sanic.server.websockets.frame import WebsocketFrameAssembler
from sanic.server.websockets.impl import WebsocketImplProtocol
from websockets.frames import Frame, Opcode

from bot.channels.chat_protocol import ChatMessage, ProtocolError, decode, message_of

logger = logging.getLogger(__name__)

Answer = Callable[[ChatMessage], Awaitable[dict[str, Any]]]

_WAITING_AT_MOST = 16
_SEND_SECONDS = 10.0


class ChatSocket:
    """Reads the frames of one client and answers its messages one after the other.

    Reading goes on while an answer is made, so that Sanic sees the client's pongs. A message that was
    read is answered even if the client goes away meanwhile: it will ask again, under the same id, and
    must find the answer.
    """

    def __init__(self, socket: WebsocketImplProtocol, answer: Answer) -> None:
        """Takes the open socket and what answers one message.

        ``answer`` never raises; it returns the fields of a ``reply`` frame, or with ``error`` among
        them those of an ``error`` frame.
        """
        self._socket = socket
        self._frames = socket.assembler = _Frames(socket)
        self._answer = answer
        self._free = asyncio.Semaphore(_WAITING_AT_MOST)
        self._last: asyncio.Task[None] | None = None

    async def serve(self, keep: Callable[[asyncio.Task[None]], None]) -> None:
        """Serves until the client is gone, which Sanic tells by cancelling.

        ``keep`` gets every task that may outlive the socket.
        """
        try:
            await self._send({"type": "hello"})
            while True:
                await self._take(await self._next_frame(), keep)
        finally:
            self._frames.close()

    async def _take(self, frame: bytes, keep: Callable[[asyncio.Task[None]], None]) -> None:
        try:
            message = _message_in(frame)
        except ProtocolError as error:
            about = {"in_reply_to": error.message_id} if error.message_id else {}
            await self._send({"type": "error", "error": str(error)} | about)
            return
        await self._free.acquire()
        self._last = asyncio.create_task(self._reply(message, self._last))
        keep(self._last)

    async def _next_frame(self) -> bytes:
        # Not the socket's recv(): cancelled, it leaves a task behind for each client that goes away.
        reading = asyncio.ensure_future(self._frames.get())
        try:
            await asyncio.wait({reading})
        finally:
            reading.cancel()
        frame = reading.result()
        return frame.encode() if isinstance(frame, str) else frame or b""

    async def _reply(self, message: ChatMessage, previous: asyncio.Task[None] | None) -> None:
        try:
            if previous is not None:
                await asyncio.wait({previous})
            await self._send({"type": "typing"})
            reply = await self._answer(message)
            await self._send({"type": "error" if "error" in reply else "reply"} | reply)
        finally:
            self._free.release()

    async def _send(self, frame: Mapping[str, Any]) -> None:
        # Sanic reports a dead transport as a cancellation of whoever sends; in a task of its own it
        # cannot be mistaken for a cancellation of ours.
        sending = asyncio.ensure_future(self._socket.send(json.dumps(frame, ensure_ascii=False)))
        sending.add_done_callback(_accept_loss)
        done, _ = await asyncio.wait({sending}, timeout=_SEND_SECONDS)
        if not done:
            sending.cancel()


def _accept_loss(sending: asyncio.Task[None]) -> None:
    # Without a look at its error asyncio would log it; that a client goes away is no error of ours.
    if not sending.cancelled() and sending.exception() is not None:
        logger.debug("a chat client went away before its frame")


def _message_in(frame: bytes) -> ChatMessage:
    data = decode(frame)
    if data.get("type") != "message":
        raise ProtocolError("type: should be 'message'")
    return message_of(data)


class _Frames(WebsocketFrameAssembler):
    """Hands text on as bytes, and lets go of what nobody will read.

    Sanic decodes in a task of its own: a text that is no UTF-8 fails there unheard, and its error, which
    quotes the whole frame, ends in the log. That task also waits for ever for a reader that is gone.
    """

    _closed = False

    async def put(self, frame: Frame) -> None:
        """Adds ``frame`` to the next message."""
        if self._closed:
            return
        if frame.opcode is Opcode.TEXT:
            frame = Frame(Opcode.BINARY, frame.data, frame.fin)
        await super().put(frame)

    def close(self) -> None:
        """Says that nobody reads any more."""
        self._closed = True
        self.message_fetched.set()
