"""How handlers are run and answers sent."""

from __future__ import annotations

import asyncio
import inspect
from typing import Any

from sanic.response import HTTPResponse, raw

from bot.console.answers import Answer
from bot.console.security import HEADERS


async def run(handler: Any, *arguments: Any, **parameters: Any) -> Any:
    """Awaits a coroutine; a plain function, which may read the ledger, runs beside the messages in a thread."""
    if inspect.iscoroutinefunction(handler):
        return await handler(*arguments, **parameters)
    return await asyncio.to_thread(handler, *arguments, **parameters)


def respond(answer: Answer) -> HTTPResponse:
    """The answer with the headers that all answers carry."""
    return raw(
        answer.body,
        status=answer.status,
        headers={**HEADERS, **answer.headers},
        content_type=answer.content_type,
    )
