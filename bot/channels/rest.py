"""The ``rest`` channel: Rasa's request and answer format with authentication and idempotence."""

from __future__ import annotations

import hmac
import uuid
from datetime import datetime, timezone
from typing import Any

from sanic import Blueprint, response
from sanic.exceptions import InvalidUsage
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.channels.base import Channel, OnNewMessage, Refused, Unavailable
from bot.channels.picture_upload import Upload, add_picture_route
from bot.inbound import Attachment, InboundMessage
from bot.settings import Settings

LONGEST_ID = 200


class RestChannel(Channel):
    """``POST /webhooks/rest/webhook`` with ``{"sender", "message", "message_id"?}``.

    Answers ``[{"recipient_id", "text", "buttons"?}]``. A repeated ``message_id`` of one conversation
    gets the stored reply. 400: no sender, or a message that is no string; 401: wrong token; 429:
    too many at once, not read, send again after ``Retry-After`` seconds; 503: not recorded, send again.

    ``POST /webhooks/rest/pictures`` takes the same fields as ``multipart/form-data``, ``message`` only if there are
    words, with pictures in parts named ``picture``, and answers alike; 413: more than is read.
    """

    @classmethod
    def name(cls) -> str:
        """Rasa's name of the channel; also its place below ``/webhooks``."""
        return "rest"

    def blueprint(self, on_new_message: OnNewMessage) -> Blueprint:
        """The routes of the channel."""
        webhook = Blueprint("rest_webhook")

        @webhook.get("/")
        async def health(request: Request) -> HTTPResponse:
            return response.json({"status": "ok"})

        @webhook.post("/webhook")
        async def receive(request: Request) -> HTTPResponse:
            refusal = admit(request)
            if refusal is not None:
                return refusal
            try:
                body: Any = request.json
            except InvalidUsage:
                return response.json({"error": "the body is no JSON"}, status=400)
            return await answer(body)

        async def receive_pictures(_: Request, upload: Upload) -> HTTPResponse:
            return await answer({"message": "", **upload.fields}, upload.pictures)

        def admit(request: Request) -> HTTPResponse | None:
            if is_authorised(request, self.services.settings):
                return None
            return response.json({"error": "a valid token is needed"}, status=401)

        async def answer(body: Any, attachments: tuple[Attachment, ...] = ()) -> HTTPResponse:
            problem, message = _inbound(body, attachments)
            if message is None:
                return response.json({"error": problem}, status=400)
            try:
                bubbles = await self.receive(message, on_new_message)
            except Refused as error:
                wait = {"Retry-After": str(error.retry_after)}
                return response.json(_said(message, error), status=429, headers=wait)
            except Unavailable as error:
                return response.json(_said(message, error), status=503)
            return response.json(
                [{"recipient_id": message.conversation, **bubble} for bubble in bubbles],
                ensure_ascii=False,
            )

        add_picture_route(webhook, receive_pictures, admit)
        return webhook


def is_authorised(request: Request, settings: Settings) -> bool:
    """Whether a request carries the API token, where one is set; compared in constant time."""
    if settings.api_token is None:
        return True
    given = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
    wanted = settings.api_token.get_secret_value()
    return hmac.compare_digest(given.encode(), wanted.encode())


def _said(message: InboundMessage, error: Unavailable) -> list[dict[str, str]]:
    return [{"recipient_id": message.conversation, "text": error.text}]


def _inbound(body: Any, attachments: tuple[Attachment, ...]) -> tuple[str, InboundMessage | None]:
    if not isinstance(body, dict):
        return "the body must be a JSON object with sender and message", None
    sender, text, message_id = body.get("sender"), body.get("message"), body.get("message_id")
    if not isinstance(sender, str) or not sender.strip() or len(sender) > LONGEST_ID:
        return f"sender must be a text of 1 to {LONGEST_ID} characters", None
    if not isinstance(text, str):
        return "message must be a text", None
    if message_id is None:
        message_id = uuid.uuid4().hex
    if not isinstance(message_id, str) or not 0 < len(message_id) <= LONGEST_ID:
        return f"message_id must be a text of 1 to {LONGEST_ID} characters", None
    return "", InboundMessage(
        channel="rest",
        user=sender,
        conversation=sender,
        message_id=message_id,
        text=text,
        received_at=datetime.now(timezone.utc),
        attachments=attachments,
        address=sender,
    )
