"""One WebSocket of the in-app chat, from hello to its end."""

from __future__ import annotations

import asyncio
import json
import logging
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from sanic.server.websockets.frame import WebsocketFrameAssembler
from sanic.server.websockets.impl import WebsocketImplProtocol
from websockets.frames import Frame, Opcode

from bot.channels.chat_protocol import (
    CLOSED_FOR_TOKEN,
    ChatMessage,
    ProtocolError,
    decode,
    message_of,
)

logger = logging.getLogger(__name__)

Send = Callable[[Mapping[str, Any]], Awaitable[None]]
NextFrame = Callable[[float], Awaitable["bytes | None"]]
"""Waits for the client's next frame, but no longer than so many seconds."""

_WAITING_AT_MOST = 16
_SEND_SECONDS = 10.0
_STOP_SECONDS = 1.0


class Farewell(Exception):
    """The socket is to be closed by us, with a code of docs/app-chat.md and a reason in one line."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Peer(ABC):
    """Whom a socket speaks with, and what is answered to them."""

    @abstractmethod
    async def greet(self, next_frame: NextFrame) -> Mapping[str, Any]:
        """The fields of the ``hello`` frame, once it is known who this is.

        Raises:
            Farewell: when nobody may come in.
        """

    @abstractmethod
    async def answer(self, message: ChatMessage) -> dict[str, Any]:
        """The fields of a ``reply`` frame, or with ``error`` among them those of an ``error`` frame; must not raise."""

    @abstractmethod
    async def handle(self, kind: str, frame: Mapping[str, object]) -> Mapping[str, Any]:
        """The whole frame that answers a frame of another type than ``message``.

        Raises:
            ProtocolError: when there is no such type, or the frame cannot be read.
        """

    @abstractmethod
    def seconds_left(self) -> float | None:
        """For how long the client may stay; ``None`` without an end."""

    @abstractmethod
    def opened(self, send: Send) -> None:
        """The client was greeted; ``send`` brings it further frames from now on."""

    @abstractmethod
    def closed(self) -> None:
        """The socket has ended; called after :meth:`opened` alone."""


class Outliving:
    """The work that is finished although the client it was for has gone."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()

    def keep(self, task: asyncio.Task[None]) -> None:
        """Keeps a task until it ends."""
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def finish(self) -> None:
        """Waits for what is under way, but no longer than a second."""
        if self._running:
            await asyncio.wait(self._running, timeout=_STOP_SECONDS)


class ChatSocket:
    """Reads the frames of one client and answers its messages one after the other.

    Reading goes on while an answer is made, so that Sanic sees the client's pongs. A message that was
    read is answered even if the client goes away meanwhile: it will ask again, under the same id, and
    must find the answer.
    """

    def __init__(self, socket: WebsocketImplProtocol, peer: Peer) -> None:
        """Takes the open socket and whom it speaks with."""
        self._socket = socket
        self._frames = socket.assembler = _Frames(socket)
        self._peer = peer
        self._free = asyncio.Semaphore(_WAITING_AT_MOST)
        self._last: asyncio.Task[None] | None = None

    async def serve(self, keep: Callable[[asyncio.Task[None]], None]) -> None:
        """Serves until the client is gone, which Sanic tells by cancelling, or may stay no longer.

        ``keep`` gets every task that may outlive the socket.
        """
        try:
            await self._send({"type": "hello", **await self._peer.greet(self._next_frame)})
            self._peer.opened(self._send)
            try:
                await self._serve(keep)
            finally:
                self._peer.closed()
        except Farewell as farewell:
            await self._socket.close(farewell.code, farewell.reason)
        finally:
            self._frames.close()

    async def _serve(self, keep: Callable[[asyncio.Task[None]], None]) -> None:
        while True:
            left = self._peer.seconds_left()
            if left is not None and left <= 0:
                raise Farewell(CLOSED_FOR_TOKEN, "token: ran out")
            frame = await self._next_frame(left)
            # Without one the time was up, unless it was prolonged meanwhile.
            if frame is not None:
                await self._take(frame, keep)

    async def _take(self, frame: bytes, keep: Callable[[asyncio.Task[None]], None]) -> None:
        try:
            data = decode(frame)
            kind = data.get("type")
            message = message_of(data) if kind == "message" else None
        except ProtocolError as error:
            await self._send(_error(error))
            return
        await self._free.acquire()
        if message is None:
            keep(asyncio.create_task(self._handle(str(kind), data)))
            return
        self._last = asyncio.create_task(self._reply(message, self._last))
        keep(self._last)

    async def _next_frame(self, seconds: float | None) -> bytes | None:
        # Not the socket's recv(): cancelled, it leaves a task behind for each client that goes away.
        reading = asyncio.ensure_future(self._frames.get(seconds))
        try:
            await asyncio.wait({reading})
        finally:
            reading.cancel()
        frame = reading.result()
        return frame.encode() if isinstance(frame, str) else frame

    async def _reply(self, message: ChatMessage, previous: asyncio.Task[None] | None) -> None:
        try:
            if previous is not None:
                await asyncio.wait({previous})
            await self._send({"type": "typing"})
            reply = await self._peer.answer(message)
            await self._send({"type": "error" if "error" in reply else "reply"} | reply)
        finally:
            self._free.release()

    async def _handle(self, kind: str, frame: Mapping[str, object]) -> None:
        try:
            answer = await self._peer.handle(kind, frame)
        except ProtocolError as error:
            answer = _error(error)
        finally:
            self._free.release()
        await self._send(answer)

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


def _error(error: ProtocolError) -> dict[str, Any]:
    about = {"in_reply_to": error.message_id} if error.message_id else {}
    return {"type": "error", "error": str(error)} | about


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
