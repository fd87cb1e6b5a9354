"""The API below ``/api``: the same parts as the pages, for programs."""

from __future__ import annotations

import hmac
import logging
import traceback
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any, Final
from urllib.parse import unquote

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.audit import Actor
from bot.console.answers import JSON, Answer, Failed, Forbidden
from bot.console.call import Call, read_body, read_query
from bot.console.desk import Desk
from bot.console.openapi import openapi
from bot.console.part import ApiRoute, Part
from bot.console.responding import respond, run
from bot.console.security import CSRF_HEADER, was_meant
from bot.console.visitors import Visitors
from bot.ledger.encoding import storable, to_json
from bot.ledger.errors import LedgerError
from bot.staff.roles import ANALYST, Role

logger = logging.getLogger(__name__)

PROGRAM: Final = Actor("api")
"""Who acts with the token of the settings."""


class _Unknown(Failed):
    """Neither a session nor the token."""

    status = 401


class _WrongType(Failed):
    """The body is of another type."""

    status = 415


class Api:
    """Serves the routes of all parts and their description."""

    def __init__(self, desk: Desk, visitors: Visitors) -> None:
        token = desk.services.settings.api_token
        self._desk = desk
        self._visitors = visitors
        self._token = token.get_secret_value() if token is not None else None

    def add(self, blueprint: Blueprint, parts: Sequence[Part]) -> None:
        """Adds all routes, and ``/api/openapi.json``."""
        about = Part("about")
        description = openapi(parts, version("jingzhong"))

        @about.api("GET", "/openapi.json", summary="This description.", answer={"type": "object"})
        async def describe(call: Call) -> dict[str, Any]:
            return description

        for part in (*parts, about):
            for place, route in enumerate(part.routes):
                blueprint.add_route(
                    self._handler(route),
                    "/api" + route.path,
                    methods=[route.method],
                    name=f"api_{part.name}_{place}",
                )

        @blueprint.get("/api/<rest:path>", name="api_missing")
        async def missing(request: Request, rest: str) -> HTTPResponse:
            body = {"error": "there is nothing here; see /api/openapi.json"}
            return respond(Answer(to_json(body).encode(), JSON, 404))

    def _handler(self, route: ApiRoute) -> Any:
        async def handle(request: Request, **parameters: str) -> HTTPResponse:
            try:
                call = await self._call(route, request)
                named = {name: storable(unquote(text)) for name, text in parameters.items()}
                status, body = route.status, await run(route.handler, call, **named)
            except Failed as error:
                status, body = error.status, {"error": str(error) or "not possible"}
            except LedgerError as error:
                logger.error("api: %s", error)
                status, body = 503, {"error": "the ledger cannot be read or written now"}
            except Exception as error:
                # Without its words, which may quote a borrower.
                place = "".join(traceback.format_tb(error.__traceback__))
                logger.error("api: %s\n%s", type(error).__name__, place)
                status, body = 500, {"error": "the server failed; its log says where"}
            return respond(Answer(to_json(body).encode(), JSON, status))

        return handle

    async def _call(self, route: ApiRoute, request: Request) -> Call:
        actor, role = await self._who(route, request)
        if not role.may(route.role):
            raise Forbidden(f"this needs the role {route.role.value}")
        if route.body is not None and not _is_json(request):
            raise _WrongType("the body should be application/json")
        arguments = request.get_args(keep_blank_values=True)
        query = read_query(route, {name: arguments[name] for name in arguments})
        return Call(self._desk, actor, role, query, read_body(route, request.body))

    async def _who(self, route: ApiRoute, request: Request) -> tuple[Actor, Role]:
        given = request.headers.get("authorization")
        if given is not None:
            wanted = f"Bearer {self._token}" if self._token else ""
            same = hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode())
            if not (same and self._token):
                raise _Unknown("the token is not that of the settings")
            return PROGRAM, ANALYST
        session = await self._visitors.session(request)
        if session is None:
            raise _Unknown("log in, or send the token as Authorization: Bearer ...")
        meant = route.method == "GET" or was_meant(
            request, session, request.headers.get(CSRF_HEADER)
        )
        if not meant:
            raise Forbidden("a change needs the X-CSRF-Token of the session")
        return session.staff.actor, session.staff.role


def _is_json(request: Request) -> bool:
    content_type = str(request.headers.get("content-type", ""))
    return content_type.partition(";")[0].strip().lower() == "application/json"
