"""The console as routes of the server: pages, forms, files and the login."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.audit import note
from bot.console.answers import CSV, Answer, Failed, Forbidden
from bot.console.desk import Desk
from bot.console.navigation import ROOT
from bot.console.part import PageRoute, Part
from bot.console.rendering import Rendering
from bot.console.responding import respond, run
from bot.console.security import CSRF_FIELD, was_meant
from bot.console.visit import Visit
from bot.console.visitors import Visitors
from bot.console.wording import SHELL
from bot.ledger.encoding import storable
from bot.ledger.errors import LedgerError
from bot.staff.sessions import Session

logger = logging.getLogger(__name__)


class Pages:
    """Serves the pages and changes of all parts."""

    def __init__(self, desk: Desk, visitors: Visitors, rendering: Rendering) -> None:
        self._desk = desk
        self._visitors = visitors
        self._rendering = rendering

    def add(self, blueprint: Blueprint, parts: Sequence[Part]) -> None:
        """Adds all pages as routes."""
        for part in parts:
            for place, route in enumerate(part.pages):
                blueprint.add_route(
                    self._handler(part, route),
                    ROOT + route.path,
                    methods=[route.method],
                    name=f"{part.name}_{place}",
                )

        @blueprint.get(f"{ROOT}/<rest:path>", name="missing")
        async def missing(request: Request, rest: str) -> HTTPResponse:
            session = await self._visitors.session(request)
            if session is None:
                return self._visitors.to_login(request)
            return respond(self._failure(session, 404, self._desk.words(SHELL)("errors.missing")))

    def _handler(self, part: Part, route: PageRoute) -> Any:
        async def handle(request: Request, **parameters: str) -> HTTPResponse:
            session = None
            try:
                session = await self._visitors.session(request)
                if session is None:
                    return self._visitors.to_login(request)
                answer = await self._answer(part, route, request, session, parameters)
            except Failed as error:
                answer = self._failure(session, error.status, str(error))
            except LedgerError as error:
                logger.error("console: %s", error)
                answer = self._failure(session, 503, self._desk.words(SHELL)("errors.ledger"))
            except Exception as error:
                # Without its words, which may quote a borrower.
                place = "".join(traceback.format_tb(error.__traceback__))
                logger.error("console: %s\n%s", type(error).__name__, place)
                answer = self._failure(session, 500, self._desk.words(SHELL)("errors.broken"))
            return respond(answer)

        return handle

    async def _answer(
        self,
        part: Part,
        route: PageRoute,
        request: Request,
        session: Session,
        parameters: dict[str, str],
    ) -> Answer:
        shell = self._desk.words(SHELL)
        fields = dict(request.form) if route.method == "POST" else {}
        if route.method == "POST":
            given = (fields.get(CSRF_FIELD) or [""])[0]
            if not was_meant(request, session, given):
                raise Forbidden(shell("errors.not_meant"))
        if not session.staff.role.may(route.role):
            raise Forbidden(shell("errors.forbidden"))
        query = {key: values[-1] for key, values in request.args.items()}
        visit = Visit(self._desk, session, part.name, request.path, query, fields, self._rendering)
        named = {name: storable(unquote(text)) for name, text in parameters.items()}
        answer: Answer = await run(route.handler, visit, **named)
        if answer.content_type == CSV:
            await self._note_download(visit, answer)
        return answer

    async def _note_download(self, visit: Visit, answer: Answer) -> None:
        detail = {"query": dict(visit.query), "rows": answer.body.count(b"\r\n") - 1}
        await self._desk.writer.commit(
            lambda connection: note(connection, visit.actor, "console.download", visit.path, detail)
        )

    def _failure(self, session: Session | None, status: int, line: str) -> Answer:
        body = self._rendering.bare(
            "error.html", status=status, line=line, known=session is not None
        )
        return Answer(body.encode(), status=status)
