"""How a part of the console declares its pages, its changes and its routes of the API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from bot.staff.roles import VIEWER, Role

Handler = TypeVar("Handler", bound=Callable[..., Any])
Schema = Mapping[str, Any]
"""A JSON Schema (2020-12)."""

GROUPS = ("watch", "work", "pass_on", "govern")
"""The groups of the navigation, in order; their names stand in ``content/console/shell.yml``."""


@dataclass(frozen=True)
class Nav:
    """A place in the navigation; its label is the text ``nav.NAME`` of the part's wording."""

    group: str
    place: int
    name: str = "main"


@dataclass(frozen=True)
class PageRoute:
    """A page, or a change made by a form, below ``/console``."""

    method: str
    path: str
    role: Role
    handler: Callable[..., Any]
    nav: Nav | None = None


@dataclass(frozen=True)
class Query:
    """A parameter in the query of an API route; one without a default may be absent and is then ``None``."""

    schema: Schema
    description: str
    default: Any = None


@dataclass(frozen=True)
class ApiRoute:
    """A route below ``/api``; everything but the handler appears in its OpenAPI description."""

    method: str
    path: str
    role: Role
    handler: Callable[..., Any]
    summary: str
    answer: Schema
    query: Mapping[str, Query] = field(default_factory=dict)
    body: Schema | None = None
    status: int = 200
    may_fail: tuple[int, ...] = ()


class Part:
    """A part of the console.

    Handlers that are plain functions run in a thread and may read the ledger; those that change something are
    coroutines, since the ledger's writer is awaited. Parameters in ``<>`` of a path are passed by name.
    """

    def __init__(self, name: str) -> None:
        """``name`` is that of the wording file, of the template folder and of the tag in the API description."""
        self.name = name
        self.pages: list[PageRoute] = []
        self.routes: list[ApiRoute] = []

    def page(
        self, path: str, *, role: Role = VIEWER, nav: Nav | None = None
    ) -> Callable[[Handler], Handler]:
        """Declares a page: ``handler(visit, **parameters) -> Answer``; ``path`` is below ``/console``."""

        def declare(handler: Handler) -> Handler:
            self.pages.append(PageRoute("GET", path, role, handler, nav))
            return handler

        return declare

    def change(self, path: str, *, role: Role) -> Callable[[Handler], Handler]:
        """Declares what a form with ``method="post"`` does: ``async handler(visit, **parameters) -> Answer``.

        The shell has checked by then that the form came from a page of this session.
        """

        def declare(handler: Handler) -> Handler:
            self.pages.append(PageRoute("POST", path, role, handler))
            return handler

        return declare

    def api(
        self,
        method: str,
        path: str,
        *,
        summary: str,
        answer: Schema,
        role: Role = VIEWER,
        query: Mapping[str, Query] | None = None,
        body: Schema | None = None,
        status: int = 200,
        may_fail: tuple[int, ...] = (),
    ) -> Callable[[Handler], Handler]:
        """Declares ``handler(call, **parameters)``, which returns what is sent as JSON; ``path`` is below ``/api``.

        ``answer`` describes what is returned, ``body`` what must be sent; a body or a query that is not as
        described never reaches the handler. ``may_fail`` are the statuses of the errors of
        :mod:`bot.console.answers` that it raises.
        """

        def declare(handler: Handler) -> Handler:
            self.routes.append(
                ApiRoute(
                    method,
                    path,
                    role,
                    handler,
                    summary,
                    answer,
                    query or {},
                    body,
                    status,
                    may_fail,
                )
            )
            return handler

        return declare
