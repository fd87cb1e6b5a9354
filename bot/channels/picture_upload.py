"""Pictures over HTTP: ``POST /pictures`` as ``multipart/form-data``, for every channel that speaks HTTP."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from sanic import Blueprint, Request, response
from sanic.exceptions import PayloadTooLarge
from sanic.request import File
from sanic.response import HTTPResponse

from bot.inbound import Attachment
from bot.pictures.limits import LONGEST_PICTURE, MOST_PICTURES

FIELD: Final = "picture"
LONGEST_UPLOAD: Final = LONGEST_PICTURE * MOST_PICTURES + 64 * 1024
"""Bytes of a request that are read; what is longer is refused before it has arrived."""


@dataclass(frozen=True)
class Upload:
    """What a form held: its fields, each once, and its pictures, in the order in which they came."""

    fields: Mapping[str, str]
    pictures: tuple[Attachment, ...]


class UploadError(Exception):
    """The form cannot be read; the message is one line for the developer of a client."""

    def __init__(self, reason: str, status: int) -> None:
        super().__init__(reason)
        self.status = status


Admit = Callable[[Request], "HTTPResponse | None"]
"""Looks at the head of a request; a response refuses it, before its body is read."""

Answer = Callable[[Request, Upload], Awaitable[HTTPResponse]]


def add_picture_route(blueprint: Blueprint, answer: Answer, admit: Admit | None = None) -> None:
    """Adds ``POST /pictures`` to a channel; its pictures are in parts of the form that are named ``picture``.

    400 and 413 with ``{"error"}`` in one line where the form cannot be read; all else is the channel's answer. A file
    that is no readable picture is no error of the form: the user is told by the reply.
    """

    @blueprint.post("/pictures", stream=True)
    async def pictures(request: Request) -> HTTPResponse:
        refusal = admit(request) if admit is not None else None
        if refusal is not None:
            return refusal
        try:
            upload = await receive_upload(request)
        except UploadError as error:
            return response.json({"error": str(error)}, status=error.status)
        return await answer(request, upload)


async def receive_upload(request: Request) -> Upload:
    """Reads the form of a request whose body has not been read yet.

    Raises:
        UploadError: when it is too large or no form with a picture.
    """
    if request.content_type.partition(";")[0].strip().lower() != "multipart/form-data":
        raise UploadError("the body must be multipart/form-data", 400)
    assert request.stream is not None
    # The handler of a stream has no limit of its own.
    request.stream.request_max_size = LONGEST_UPLOAD
    try:
        await request.receive_body()  # type: ignore[no-untyped-call]
    except PayloadTooLarge:
        raise UploadError(f"too large: at most {LONGEST_UPLOAD} bytes are read", 413) from None
    form: Mapping[str, list[str]] = request.form or {}
    files: Mapping[str, list[File]] = request.files or {}
    pictures = dict(files.items()).get(FIELD)
    if not pictures:
        raise UploadError(f"a part named {FIELD} with a file name must hold the picture", 400)
    return Upload(
        {name: str(values[0]) for name, values in form.items()},
        tuple(Attachment("photo", data=bytes(picture.body)) for picture in pictures),
    )
