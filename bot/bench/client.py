"""An HTTP client that costs little beside what it measures: one connection that is kept, raw requests."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import cast

_HEAD_END = b"\r\n\r\n"
_LENGTH = b"content-length:"


class ConnectionLost(Exception):
    """The server closed the connection, or what it sent is no answer; the message is one line."""


@dataclass(frozen=True)
class Address:
    """Where a service listens."""

    host: str
    port: int


@dataclass(frozen=True)
class Answer:
    """One answer."""

    status: int
    body: bytes


class Connection(asyncio.Protocol):
    """One connection that carries one request after the other."""

    def __init__(self) -> None:
        """Use :func:`connect`."""
        self._received = bytearray()
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Future[Answer] | None = None
        self._lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See :class:`asyncio.Protocol`."""
        # Only asyncio's own transports derive from it; uvloop's do not.
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """See :class:`asyncio.Protocol`."""
        self._lost = True
        self._fail("the connection was closed before the answer came")

    def data_received(self, data: bytes) -> None:
        """See :class:`asyncio.Protocol`."""
        self._received += data
        end = self._received.find(_HEAD_END)
        if end < 0:
            return
        head = bytes(self._received[:end]).lower()
        start = head.find(_LENGTH)
        if start < 0:
            self._fail("an answer came without a Content-Length")
            return
        length = int(head[start + len(_LENGTH) :].split(b"\r\n", 1)[0])
        begin = end + len(_HEAD_END)
        if len(self._received) < begin + length:
            return
        answer = Answer(int(head[9:12]), bytes(self._received[begin : begin + length]))
        self._received.clear()
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(answer)

    def _fail(self, reason: str) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(ConnectionLost(reason))

    async def ask(self, request: bytes) -> Answer:
        """Sends a whole request and waits for its answer, as long as that takes.

        Raises:
            ConnectionLost: when there is none.
        """
        if self._transport is None or self._lost:
            raise ConnectionLost("the connection is closed")
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._waiting

    def close(self) -> None:
        """Closes the connection."""
        if self._transport is not None:
            self._transport.close()


async def connect(address: Address) -> Connection:
    """Opens a connection.

    Raises:
        ConnectionLost: when nobody listens there.
    """
    loop = asyncio.get_running_loop()
    try:
        _, connection = await loop.create_connection(Connection, address.host, address.port)
    except OSError as error:
        raise ConnectionLost(f"nobody listens on port {address.port} ({error.strerror})") from None
    return connection


def post(path: str, body: bytes) -> bytes:
    """A request that carries JSON."""
    return (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode() + body


def get(path: str) -> bytes:
    """A request without a body."""
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
