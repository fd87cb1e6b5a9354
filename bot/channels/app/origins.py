"""Which pages may call the app's channel and embed the chat: those of the institution, and our own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bot.channels.chat_protocol import same_origin
from bot.settings import SettingsError

_ORIGIN: Final = re.compile(
    r"https://[a-z0-9.-]+(:\d{1,5})?|http://(127\.0\.0\.1|localhost)(:\d{1,5})?"
)
_ALLOWED: Final = {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "Authorization, Content-Type",
    "Access-Control-Max-Age": "600",
}


@dataclass(frozen=True)
class Origins:
    """The origins of pages that are trusted besides the service's own."""

    listed: frozenset[str] = frozenset()

    @classmethod
    def of(cls, text: str) -> Origins:
        """Reads the setting: origins as browsers send them, separated by commas.

        Raises:
            SettingsError: when one of them is none.
        """
        listed = [part.strip().rstrip("/") for part in text.split(",") if part.strip()]
        for origin in listed:
            if not _ORIGIN.fullmatch(origin):
                raise SettingsError(
                    f"JINGZHONG_APP_ORIGINS: {origin!r} is no origin; write it as https://m.example.com, without a path"
                )
        return cls(frozenset(listed))

    def allow(self, origin: str | None, host: str) -> bool:
        """Whether a request may come in; native apps send no origin, and ``host`` is the one that was called."""
        return origin is None or origin in self.listed or same_origin(origin, host)

    def headers(self, origin: str | None) -> Mapping[str, str]:
        """What a browser needs to be told so that a listed page may read an answer."""
        if origin not in self.listed:
            return {"Vary": "Origin"}
        return {"Vary": "Origin", "Access-Control-Allow-Origin": str(origin), **_ALLOWED}

    @property
    def frame_ancestors(self) -> str:
        """The sources that may show the page in a frame, as Content-Security-Policy writes them."""
        return " ".join(["'self'", *sorted(self.listed)])
