"""The routes that the in-app chat has over HTTP, with a token and without."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Final

from sanic import Blueprint, Request, response
from sanic.response import HTTPResponse

from bot.channels.app.banner import CACHED_SECONDS
from bot.channels.app.desk import NOT_NOW, ChatDesk
from bot.channels.app.tokens import TokenError
from bot.channels.app.visitors import Door
from bot.channels.base import Unavailable
from bot.channels.chat_protocol import (
    MAX_FRAME_BYTES,
    ProtocolError,
    decode,
    message_of,
    receipts_of,
)
from bot.channels.picture_upload import Upload, add_picture_route

Handler = Callable[[Request], Coroutine[Any, Any, HTTPResponse]]

GETS: Final = ("history", "mail", "banner")
POSTS: Final = ("messages", "receipts", "pictures")


def add_chat_routes(blueprint: Blueprint, desk: ChatDesk, door: Door) -> None:
    """Adds the routes of docs/app-chat.md, but for ``/config``, ``/phrase`` and the socket."""

    def admit(request: Request) -> HTTPResponse | None:
        try:
            door.admit(request)
        except TokenError as error:
            return refused_token(error)
        return None

    async def messages(request: Request) -> HTTPResponse:
        door.admit(request)
        data = body_of(request)
        visitor = door.visitor(request, data)
        return replied(await desk.reply(visitor, message_of(data)))

    async def pictures(request: Request, upload: Upload) -> HTTPResponse:
        async def answer(request: Request) -> HTTPResponse:
            data: dict[str, object] = {"text": "", **upload.fields}
            visitor = door.visitor(request, data)
            return replied(await desk.reply(visitor, message_of(data), upload.pictures))

        return await answered(answer)(request)

    async def receipts(request: Request) -> HTTPResponse:
        door.admit(request)
        data = body_of(request)
        visitor = door.visitor(request, data)
        return as_json(await desk.receipts(visitor, receipts_of(data)))

    async def history(request: Request) -> HTTPResponse:
        return as_json(await desk.history(door.visitor(request, query_of(request))))

    async def mail(request: Request) -> HTTPResponse:
        return as_json(await desk.mail(door.visitor(request, query_of(request))))

    async def banner(request: Request) -> HTTPResponse:
        found = await desk.banner(door.visitor(request, query_of(request)))
        cached = {
            "Cache-Control": f"private, max-age={CACHED_SECONDS}",
            "Vary": "Authorization",
        }
        return as_json(found, headers=cached)

    for handler in (messages, receipts):
        name = handler.__name__
        blueprint.add_route(answered(handler), f"/{name}", methods=["POST"], name=name)
    for handler in (history, mail, banner):
        name = handler.__name__
        blueprint.add_route(answered(handler), f"/{name}", methods=["GET"], name=name)
    add_picture_route(blueprint, pictures, admit)


def answered(handler: Handler) -> Handler:
    """The handler, with an answer in one line for everything that a client can do wrong."""

    async def answer(request: Request) -> HTTPResponse:
        try:
            return await handler(request)
        except ProtocolError as error:
            return error_of(str(error), 413 if str(error).startswith("too large") else 400)
        except TokenError as error:
            return refused_token(error)
        except Unavailable as error:
            return as_json({"error": NOT_NOW, "messages": [{"text": error.text}]}, 503)

    return answer


def body_of(request: Request) -> dict[str, object]:
    """The fields of a JSON body.

    Raises:
        ProtocolError: when it is too large or no JSON object.
    """
    if len(request.body) > MAX_FRAME_BYTES:
        raise ProtocolError(f"too large: at most {MAX_FRAME_BYTES} bytes are read")
    return decode(request.body)


def query_of(request: Request) -> dict[str, object]:
    """The fields of a query, each once."""
    return {name: request.args.get(name) for name in request.args}


def replied(reply: dict[str, Any]) -> HTTPResponse:
    """A reply of the desk with the status that says whether the message was taken."""
    if "retry_after" in reply:
        return as_json(reply, 429, {"Retry-After": str(reply["retry_after"])})
    return as_json(reply, 503 if "error" in reply else 200)


def refused_token(error: TokenError) -> HTTPResponse:
    """What a client without a good token gets."""
    fields = {"error": str(error), "code": error.code}
    return as_json(fields, 401, {"WWW-Authenticate": "Bearer"})


def error_of(reason: str, status: int) -> HTTPResponse:
    """An error in one line."""
    return as_json({"error": reason}, status)


def as_json(
    body: dict[str, Any], status: int = 200, headers: Mapping[str, str] | None = None
) -> HTTPResponse:
    """A JSON answer that nobody keeps unless the headers say so."""
    headers = {"Cache-Control": "no-store", **(headers or {})}
    return response.json(body, status, headers=headers, ensure_ascii=False)
