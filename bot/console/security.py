"""What protects the console in a browser: headers, the session's cookie, and the proof that a change was meant."""

from __future__ import annotations

import hmac
from typing import Final
from urllib.parse import urlsplit

from sanic.request import Request
from sanic.response import HTTPResponse

from bot.staff.sessions import LONGEST, Session

CSRF_FIELD: Final = "csrf"
CSRF_HEADER: Final = "x-csrf-token"
HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    # Not no-referrer: browsers would then send forms with the origin "null".
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class SessionCookie:
    """The cookie that holds a session's token; no script can read it and no other site can make a browser send it."""

    def __init__(self, production: bool) -> None:
        """In production the browser takes it over TLS alone, and for this host alone."""
        self._secure = production
        self.name = "__Host-jingzhong" if production else "jingzhong-console"

    def read(self, request: Request) -> str | None:
        """The token that a request carries."""
        return request.cookies.get(self.name)

    def write(self, response: HTTPResponse, token: str) -> None:
        """Gives the token to the browser; an empty one takes it back."""
        response.cookies[self.name] = token
        cookie = response.cookies[self.name]
        cookie["path"] = "/"
        cookie["httponly"] = True
        cookie["samesite"] = "Strict"
        cookie["max-age"] = int(LONGEST.total_seconds()) if token else 0
        if self._secure:
            cookie["secure"] = True


def comes_from_here(request: Request) -> bool:
    """Whether no other site made the browser send this; what is no browser names no site."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.host


def was_meant(request: Request, session: Session, given: str | None) -> bool:
    """Whether a change comes from a page of this session: it carries the session's own token."""
    right = hmac.compare_digest((given or "").encode("utf-8", "replace"), session.csrf.encode())
    return right and comes_from_here(request)


def safe_path(path: str) -> str:
    """Where to go after the login: a page of the console, wherever ``path`` would lead."""
    fine = path == "/console" or path.startswith(("/console/", "/console?"))
    return (
        path
        if fine and path.isprintable() and "\\" not in path and "//" not in path
        else "/console"
    )
