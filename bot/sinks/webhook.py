"""Events as signed HTTP requests, one each."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Final

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientPayloadError,
    ClientResponseError,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    ServerDisconnectedError,
    TCPConnector,
)

from bot.ledger.reading import StoredEvent
from bot.sinks.base import SinkError
from bot.sinks.lanes import LaneSink, Refused
from bot.sinks.signing import sign

# Answers of a receiver, or of what stands before it, that say nothing about the event: too slow, too busy, away.
_NOT_NOW: Final = frozenset({408, 425, 429, 502, 503, 504})
_LONGEST_ANSWER: Final = 64 * 1024  # bytes


class WebhookSink(LaneSink):
    """Posts each event as a CloudEvent in structured mode, signed after Standard Webhooks.

    The headers are ``webhook-id`` (the id of the event), ``webhook-timestamp`` (seconds, of this try) and
    ``webhook-signature``. Any complete answer with a status of 2xx says that the receiver has the event; redirects
    are not followed.
    """

    def __init__(
        self,
        name: str,
        url: str,
        keys: Sequence[bytes],
        *,
        seconds: float = 10.0,
        parallel: int = 8,
    ) -> None:
        """Posts to ``url``, to whose receiver one of the ``keys`` is known.

        A request may take ``seconds`` in all, and ``parallel`` of them may be under way.
        """
        super().__init__(name, parallel)
        self._url = url
        self._keys = tuple(keys)
        self._seconds = seconds
        self._session: ClientSession | None = None

    async def send(self, event: StoredEvent) -> None:
        """Posts one event; see :class:`LaneSink`."""
        try:
            status = await self._post(event)
        except asyncio.TimeoutError:
            raise SinkError(f"no answer within {self._seconds:g} s") from None
        except (ClientError, OSError) as error:
            raise SinkError(_line(error)) from None
        if status in _NOT_NOW:
            raise SinkError(f"HTTP {status}")
        if not 200 <= status < 300:
            raise Refused(f"HTTP {status}")

    async def close(self) -> None:
        """Closes the connections."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _post(self, event: StoredEvent) -> int:
        body = event.line.encode()
        timestamp = int(time.time())
        headers = {
            "content-type": "application/cloudevents+json; charset=utf-8",
            "webhook-id": event.id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": sign(self._keys, event.id, timestamp, body),
        }
        session = self._connected()
        request = session.post(self._url, data=body, headers=headers, allow_redirects=False)
        async with request as answer:
            length = 0
            async for piece in answer.content.iter_any():
                length += len(piece)
                if length > _LONGEST_ANSWER:
                    answer.close()  # nobody reads it
                    break
            return answer.status

    def _connected(self) -> ClientSession:
        if self._session is None:
            # httpx takes nine times as long for a request, and all of that in the loop of the messages.
            self._session = ClientSession(
                connector=TCPConnector(limit=self._parallel),
                timeout=ClientTimeout(total=self._seconds),
                cookie_jar=DummyCookieJar(),
                auto_decompress=False,
                headers={"user-agent": "jingzhong"},
            )
        return self._session


def _line(error: Exception) -> str:
    # The words of some errors hold the address, which may hold a secret.
    if isinstance(error, ClientConnectorError):
        return "no connection"
    if isinstance(error, (ClientPayloadError, ClientResponseError, ServerDisconnectedError)):
        return "a broken answer"
    return f"the connection failed ({type(error).__name__})"
