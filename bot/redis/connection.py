"""Connecting to Redis."""

from __future__ import annotations

from redis.asyncio import Redis

PREFIX = "jz"
_CONNECT_SECONDS = 1.0
ANSWER_SECONDS = 2.0
_IDLE_SECONDS = 15


def connect(url: str, answer_seconds: float | None = ANSWER_SECONDS) -> Redis:
    """A client of the server at ``url``; it connects with its first command, and again by itself.

    ``answer_seconds`` ``None`` waits for ever, as a subscription has to.

    Raises:
        ValueError: when the address cannot be read.
    """
    client: Redis = Redis.from_url(
        url,
        decode_responses=True,
        socket_connect_timeout=_CONNECT_SECONDS,
        socket_timeout=answer_seconds,
        socket_keepalive=True,
        health_check_interval=_IDLE_SECONDS,
    )
    return client
