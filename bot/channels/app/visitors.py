"""How a request tells who it speaks for: a random session in the demo, a token of the institution in an app."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping

from sanic import Request

from bot.channels.app.desk import Visitor
from bot.channels.app.phrase import phrase_of
from bot.channels.app.tokens import AppSession, Tokens
from bot.channels.chat_protocol import session_of
from bot.services import Services


class Door(ABC):
    """Tells the visitor of a request."""

    @abstractmethod
    def admit(self, request: Request) -> None:
        """Looks at the head of a request, so that a stranger's body is not read.

        Raises:
            TokenError: as :meth:`visitor`.
        """

    @abstractmethod
    def visitor(self, request: Request, fields: Mapping[str, object]) -> Visitor:
        """Who sent a request; ``fields`` are those of its body or of its query.

        Raises:
            ProtocolError: when that cannot be read.
            TokenError: when a token is needed and there is none that is good.
        """


class AnonymousDoor(Door):
    """Whoever brings the same random session is the same visitor: for the demo alone."""

    def admit(self, request: Request) -> None:
        """Lets everybody in; their session is in the body."""

    def visitor(self, request: Request, fields: Mapping[str, object]) -> Visitor:
        """See :meth:`Door.visitor`."""
        return Visitor(session_of(fields.get("session")))


class TokenDoor(Door):
    """The user whom a token of the institution's backend names."""

    def __init__(self, tokens: Tokens, services: Services) -> None:
        self._tokens = tokens
        self._services = services

    def admit(self, request: Request) -> None:
        """See :meth:`Door.admit`."""
        self.visitor(request, {})

    def visitor(self, request: Request, fields: Mapping[str, object]) -> Visitor:
        """See :meth:`Door.visitor`."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        return self.visitor_of(self.session(token.strip() if scheme.lower() == "bearer" else None))

    def session(self, token: str | None) -> AppSession:
        """Whom a token speaks for.

        Raises:
            TokenError: when there is none, or none that is good.
        """
        return self._tokens.session(token)

    def visitor_of(self, session: AppSession) -> Visitor:
        """The user of a session, with the phrase that their app shows in it."""
        words = self._services.voices.now.app.phrase
        return Visitor(
            session.user,
            " ".join(phrase_of(self._services.hasher, words, session.user, session.id)),
        )
