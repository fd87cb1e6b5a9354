"""Those whom a socket of the in-app chat speaks with: a visitor of the demo, or a user with a token."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from bot.channels.app.desk import NOT_NOW, ChatDesk, Visitor, mail_fields
from bot.channels.app.mail_watch import Watched
from bot.channels.app.tokens import CLOCK_SKEW, AppSession, TokenError
from bot.channels.app.visitors import TokenDoor
from bot.channels.base import Unavailable
from bot.channels.chat_protocol import (
    CLOSED_FOR_TOKEN,
    ChatMessage,
    ProtocolError,
    decode,
    receipts_of,
)
from bot.channels.chat_socket import Farewell, NextFrame, Peer, Send
from bot.outbound.mailbox import Mail

TOKEN_SECONDS: Final = 10.0
"""How long a socket waits for its first frame, which brings the token."""

SUBPROTOCOL: Final = "jingzhong"
_TOKEN_PREFIX: Final = "token."  # noqa: S105 - no password, but how one begins


class VisitorPeer(Peer):
    """A visitor who is known when the socket opens."""

    def __init__(self, desk: ChatDesk, visitor: Visitor) -> None:
        self.visitor = visitor
        self._desk = desk
        self._watched: Watched | None = None

    async def greet(self, next_frame: NextFrame) -> Mapping[str, Any]:
        """See :meth:`Peer.greet`."""
        return {}

    async def answer(self, message: ChatMessage) -> dict[str, Any]:
        """See :meth:`Peer.answer`."""
        return await self._desk.reply(self.visitor, message)

    async def handle(self, kind: str, frame: Mapping[str, object]) -> Mapping[str, Any]:
        """Receipts and the history."""
        try:
            if kind == "receipt":
                noted = await self._desk.receipts(self.visitor, receipts_of(frame))
                return {"type": "receipt", **noted}
            if kind == "history":
                return {"type": "history", **await self._desk.history(self.visitor)}
        except Unavailable:
            return {"type": "error", "error": f"{kind}: {NOT_NOW}"}
        raise ProtocolError("type: should be 'message' or another one of docs/app-chat.md")

    def seconds_left(self) -> float | None:
        """Without an end."""
        return None

    def opened(self, send: Send) -> None:
        """Brings the visitor's mail from now on."""

        async def deliver(mail: Sequence[Mail]) -> None:
            for one in mail:
                await send({"type": "mail", **mail_fields(one)})

        self._watched = self._desk.watch.add(self.visitor.user, deliver)

    def closed(self) -> None:
        """Brings no more."""
        if self._watched is not None:
            self._desk.watch.remove(self._watched)


class TokenPeer(VisitorPeer):
    """A user of the app, for as long as one of their tokens holds."""

    def __init__(self, desk: ChatDesk, door: TokenDoor, offered: str | None) -> None:
        """``offered`` is the handshake's ``Sec-WebSocket-Protocol``, in which the token may stand."""
        super().__init__(desk, Visitor(""))
        self._door = door
        self._offered = _token_among(offered)
        self._session = AppSession("", "")

    async def greet(self, next_frame: NextFrame) -> Mapping[str, Any]:
        """Lets in who brings a good token, with the handshake or as the first frame."""
        token = self._offered or _token_in(await next_frame(TOKEN_SECONDS))
        try:
            self._use(self._door.session(token))
        except TokenError as error:
            raise Farewell(CLOSED_FOR_TOKEN, str(error)) from None
        return {"expires_in": self._expires_in()}

    async def handle(self, kind: str, frame: Mapping[str, object]) -> Mapping[str, Any]:
        """Also takes a fresh token; one that is not good changes nothing."""
        if kind != "token":
            return await super().handle(kind, frame)
        try:
            fresh = self._door.session(_text(frame.get("token")))
            if fresh.user != self._session.user:
                raise TokenError("of another user; open a socket of their own")
        except TokenError as error:
            return {"type": "error", "error": str(error), "code": error.code}
        self._use(fresh)
        return {"type": "token", "expires_in": self._expires_in()}

    def seconds_left(self) -> float | None:
        """Until even a clock that is late says that the token ran out."""
        return self._session.seconds_left() + CLOCK_SKEW

    def _use(self, session: AppSession) -> None:
        self._session = session
        self.visitor = self._door.visitor_of(session)

    def _expires_in(self) -> int:
        return max(0, int(self._session.seconds_left()))


def _token_among(offered: str | None) -> str | None:
    for protocol in (offered or "").split(","):
        if protocol.strip().startswith(_TOKEN_PREFIX):
            return protocol.strip()[len(_TOKEN_PREFIX) :]
    return None


def _token_in(frame: bytes | None) -> str:
    if frame is None:
        raise Farewell(CLOSED_FOR_TOKEN, f"token: none came within {TOKEN_SECONDS:.0f} seconds")
    try:
        data = decode(frame)
    except ProtocolError as error:
        raise Farewell(CLOSED_FOR_TOKEN, f"token: the first frame is {error}"[:120]) from None
    if data.get("type") != "token":
        raise Farewell(CLOSED_FOR_TOKEN, "token: the first frame has to bring it")
    return _text(data.get("token"))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
