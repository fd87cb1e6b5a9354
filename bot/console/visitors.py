"""Who is asking: sessions, the login page and the way out."""

from __future__ import annotations

import asyncio
from urllib.parse import quote

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.console.answers import Answer
from bot.console.desk import Desk
from bot.console.rendering import Rendering
from bot.console.responding import respond
from bot.console.security import CSRF_FIELD, SessionCookie, comes_from_here, safe_path, was_meant
from bot.console.wording import SHELL, Words
from bot.ledger.errors import LedgerError
from bot.staff.login import Locked, Login
from bot.staff.sessions import Session, Sessions

LOGIN = "/console/login"
LIVE_HEADER = "x-live"


class Visitors:
    """Knows the person behind a request, lets people in and out."""

    def __init__(self, desk: Desk, rendering: Rendering) -> None:
        settings = desk.services.settings
        self._desk = desk
        self._enabled = settings.admin_password is not None
        self._rendering = rendering
        self._cookie = SessionCookie(settings.production)
        self._sessions = Sessions(desk.reader, desk.writer, desk.hasher)
        self._login = Login(desk.staff, self._sessions, desk.reader, desk.writer, desk.hasher)

    async def session(self, request: Request) -> Session | None:
        """The session of a request; what a page asks for by itself does not keep one alive.

        Raises:
            LedgerError: when the ledger cannot be read.
        """
        token = self._cookie.read(request)
        if not token or not self._enabled:
            return None
        session = await asyncio.to_thread(self._sessions.find, token)
        if session is not None and LIVE_HEADER not in request.headers:
            await self._sessions.touch(session)
        return session

    def to_login(self, request: Request) -> HTTPResponse:
        """Sends somebody who is not logged in to the login, and back here from there."""
        back = request.path + (f"?{request.query_string}" if request.query_string else "")
        where = f"{LOGIN}?next={quote(back)}" if request.method == "GET" else LOGIN
        return _to(where)

    def add(self, blueprint: Blueprint) -> None:
        """Adds login and logout as routes."""

        @blueprint.get(LOGIN, name="login")
        async def show(request: Request) -> HTTPResponse:
            return self._page(request, *self._greeting())

        @blueprint.post(LOGIN, name="enter")
        async def enter(request: Request) -> HTTPResponse:
            return await self._enter(request)

        @blueprint.post("/console/logout", name="leave")
        async def leave(request: Request) -> HTTPResponse:
            return await self._leave(request)

    def _greeting(self) -> tuple[int, str]:
        return (200, "") if self._enabled else (503, self._words("login.disabled"))

    async def _enter(self, request: Request) -> HTTPResponse:
        if not self._enabled:
            return self._page(request, *self._greeting())
        if not comes_from_here(request):
            return self._page(request, 403, self._words("errors.not_meant"))
        name, password = request.form.get("name", "").strip(), request.form.get("password", "")
        try:
            token = await self._login.attempt(name, password, request.ip)
        except Locked:
            return self._page(request, 429, self._words("login.locked"))
        except LedgerError:
            return self._page(request, 503, self._words("errors.ledger"))
        if token is None:
            return self._page(request, 401, self._words("login.wrong"))
        answer = _to(safe_path(request.form.get("next", "")))
        self._cookie.write(answer, token)
        return answer

    async def _leave(self, request: Request) -> HTTPResponse:
        session = await self.session(request)
        if session is not None:
            if not was_meant(request, session, request.form.get(CSRF_FIELD)):
                return self._page(request, 403, self._words("errors.not_meant"))
            await self._sessions.end(session)
        answer = _to(LOGIN)
        self._cookie.write(answer, "")
        return answer

    def _page(self, request: Request, status: int, line: str) -> HTTPResponse:
        back = safe_path(request.args.get("next") or request.form.get("next") or "")
        body = self._rendering.bare("login.html", line=line, back=back, open=self._enabled)
        return respond(Answer(body.encode("utf-8", "replace"), status=status))

    @property
    def _words(self) -> Words:
        return self._desk.words(SHELL)


def _to(where: str) -> HTTPResponse:
    return respond(Answer(b"", status=303, headers={"Location": where}))
