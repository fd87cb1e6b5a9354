"""The access token that every call to a platform carries: fetched once for all who wait for it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

_EARLY: Final = 300.0  # seconds before its end in which a token is no longer used


@dataclass(frozen=True)
class AccessToken:
    """A token, ``value``, good for so many ``seconds`` from when it was fetched."""

    value: str = field(repr=False)
    seconds: float


Fetch = Callable[[bool], Awaitable[AccessToken]]
"""Gets a token from the platform; true asks for a new one even if the platform thinks the old one good."""


class AccessTokens:
    """Hands the current token out and fetches one where there is none or it ends soon."""

    def __init__(self, fetch: Fetch, clock: Callable[[], float] = time.monotonic) -> None:
        self._fetch = fetch
        self._clock = clock
        self._lock = asyncio.Lock()
        self._token = ""
        self._until = 0.0

    async def get(self) -> str:
        """A token that is good as far as is known.

        Raises:
            PlatformError: when none can be had.
        """
        return await self._renewed(rejected=None)

    async def replace(self, rejected: str) -> str:
        """A token other than the one that the platform just refused.

        Raises:
            PlatformError: when none can be had.
        """
        return await self._renewed(rejected)

    async def _renewed(self, rejected: str | None) -> str:
        async with self._lock:
            if self._token and self._token != rejected and self._clock() < self._until:
                return self._token
            started = self._clock()
            fetched = await self._fetch(False)
            if fetched.value == rejected:
                # The platform still holds the token good that it refuses; forcing is rationed by the day.
                fetched = await self._fetch(True)
            early = min(_EARLY, fetched.seconds / 2)
            self._token, self._until = fetched.value, started + fetched.seconds - early
            return self._token
