"""Calls to the HTTP interface of WeChat or WeCom, which answer in the same form."""

from __future__ import annotations

import json
import logging
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, Final

import httpx

from bot.channels.wechat.errors import (
    Denied,
    Elsewhere,
    NotPermitted,
    Unanswered,
    Unreached,
    Unwanted,
    WindowClosed,
)
from bot.channels.wechat.tokens import AccessToken, AccessTokens

_TIMEOUT: Final = httpx.Timeout(10.0, connect=5.0)
_MEDIA: Final = "/cgi-bin/media/get"
_NEVER_LEFT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_STALE: Final = frozenset({40001, 40014, 42001})
# Among them: the address of this machine is none that WeCom trusts, which somebody has to put right.
_LATER: Final = frozenset({-1, 45009, 45011, 60020})
_KINDS: Final[Mapping[int, type[Denied]]] = {
    45015: WindowClosed,  # the user wrote more than 48 hours ago
    45047: WindowClosed,  # as many messages as are allowed since then
    95001: WindowClosed,  # the same two of WeCom
    95002: WindowClosed,
    43004: Unwanted,
    48001: NotPermitted,
    48004: NotPermitted,
    95013: Elsewhere,  # the session is closed
    95018: Elsewhere,  # it is not the assistant's turn in it
}


class Platform(ABC):
    """One server with one account on it. Tokens and users' words stay out of errors and logs."""

    def __init__(self, base_url: str) -> None:
        # Addresses carry the token, and the client writes them into the log at its INFO level.
        logging.getLogger("httpx").setLevel(logging.WARNING)
        # Proxies of the environment are meant for other programs: borrowers' words go straight there.
        self._http = httpx.AsyncClient(base_url=base_url, timeout=_TIMEOUT, trust_env=False)
        self._tokens = AccessTokens(self.fetch_token)

    @abstractmethod
    async def fetch_token(self, force: bool) -> AccessToken:
        """Gets an access token; with ``force`` a new one even if the platform thinks the old one good.

        Raises:
            PlatformError: when there is none.
        """

    async def call(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Posts a body with the access token; one that has become stale is replaced once.

        Raises:
            Unreached: when the same may succeed later; :class:`Unanswered` when it may have succeeded already.
            Denied: when it was refused; the kinds of it tell why.
        """
        token = await self._token()
        answer = await self.ask("POST", path, {"access_token": token}, body)
        if answer.get("errcode", 0) in _STALE:
            token = await self._token(stale=token)
            answer = await self.ask("POST", path, {"access_token": token}, body)
        return checked(answer, path)

    async def _token(self, stale: str | None = None) -> str:
        try:
            return await (self._tokens.replace(stale) if stale else self._tokens.get())
        except Unanswered as error:
            # Whatever was to be done with the token was not begun.
            raise Unreached(str(error)) from None

    async def ask(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        body: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """One request and its answer, whatever the answer says.

        Raises:
            Unreached: when there is none; :class:`Unanswered` when the request may have arrived.
        """
        # Escaped characters would be shown to the user as they are.
        content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        try:
            response = await self._http.request(
                method,
                path,
                params=dict(query),
                content=content,
                headers={"Content-Type": "application/json"},
            )
            response.raise_for_status()
            answer = response.json()
        except _NEVER_LEFT as error:
            # Its own words hold the address and with it the token.
            raise Unreached(f"{path}: {type(error).__name__}") from None
        except (httpx.HTTPError, ValueError) as error:
            raise Unanswered(f"{path}: {type(error).__name__}") from None
        if not isinstance(answer, dict):
            raise Unanswered(f"{path}: the answer is no JSON object")
        return answer

    async def media(self, media_id: str, most: int) -> bytes | None:
        """What somebody sent; ``None`` if it is longer than ``most`` bytes.

        Raises:
            PlatformError: when it cannot be had.
        """
        token = await self._tokens.get()
        answer = await self._download(token, media_id, most)
        if isinstance(answer, dict) and answer.get("errcode") in _STALE:
            answer = await self._download(await self._tokens.replace(token), media_id, most)
        if isinstance(answer, dict):
            checked(answer, _MEDIA)
            raise Unreached(f"{_MEDIA}: the answer holds no media")
        return answer

    async def _download(
        self, token: str, media_id: str, most: int
    ) -> bytes | dict[str, Any] | None:
        query = {"access_token": token, "media_id": media_id}
        data = bytearray()
        try:
            async with self._http.stream("GET", _MEDIA, params=query) as response:
                response.raise_for_status()
                async for chunk in response.aiter_bytes():
                    data += chunk
                    if len(data) > most:
                        return None
            # What went wrong is told as JSON in place of the media.
            if "json" not in response.headers.get("content-type", ""):
                return bytes(data)
            answer = json.loads(data)
        except (httpx.HTTPError, ValueError) as error:
            raise Unreached(f"{_MEDIA}: {type(error).__name__}") from None
        return answer if isinstance(answer, dict) else {}

    async def close(self) -> None:
        """Lets go of connections."""
        await self._http.aclose()


def checked(answer: dict[str, Any], path: str) -> dict[str, Any]:
    """The answer, if it tells of success.

    Raises:
        Unreached: when the platform is busy.
        Denied: when it refused.
    """
    code = answer.get("errcode", 0)
    if code == 0:
        return answer
    if not isinstance(code, int) or code in _LATER or code in _STALE:
        raise Unreached(f"{path}: refused for now with code {code}")
    raise _KINDS.get(code, Denied)(code, path)


def token_in(answer: dict[str, Any], path: str) -> AccessToken:
    """The access token that an answer carries.

    Raises:
        PlatformError: when it carries none.
    """
    value, seconds = answer.get("access_token"), answer.get("expires_in")
    if answer.get("errcode", 0) != 0:
        # With a wrong secret every call fails alike; it is put right outside of this program.
        raise Unreached(f"{path}: no access token, code {answer['errcode']}; check id and secret")
    if not isinstance(value, str) or not isinstance(seconds, (int, float)):
        raise Unreached(f"{path}: the answer holds no access token")
    return AccessToken(value, float(seconds))
