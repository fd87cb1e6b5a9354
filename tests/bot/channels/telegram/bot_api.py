"""A local server that speaks the Bot API, in a thread of its own."""

from __future__ import annotations

import asyncio
import json
import re
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

TOKEN = "1000000001:AAE-stand-in-token-of-the-tests-0001"
USERNAME = "jingzhong_test_bot"
BOT_ID = 1000000001
PATIENCE = 20.0


@dataclass(frozen=True)
class Answer:
    """What the server says instead of doing what it was asked."""

    status: int
    description: str = "the server does not want to"
    parameters: dict[str, Any] | None = None
    raw: str | None = None

    def as_response(self) -> web.Response:
        if self.raw is not None:
            return web.Response(status=self.status, text=self.raw)
        body: dict[str, Any] = {
            "ok": False,
            "error_code": self.status,
            "description": self.description,
        }
        if self.parameters:
            body["parameters"] = self.parameters
        return web.json_response(body, status=self.status)


class BotApi:
    """Keeps what the bot asked for; ``fail`` makes it answer otherwise."""

    def __init__(self, token: str = TOKEN) -> None:
        self.token = token
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.webhook: dict[str, Any] = {}
        self.commands: list[dict[str, str]] = []
        self.blocked: set[int] = set()
        self.files: dict[str, bytes] = {}
        self.offset = 0
        self.slowness = 0.0  # seconds before each answer
        self._failures: defaultdict[str, deque[Answer]] = defaultdict(deque)
        self._updates: list[dict[str, Any]] = []
        self._message_id = 5_000_000
        self._loop = asyncio.new_event_loop()
        self._runner: web.AppRunner | None = None
        self.port = 0

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, port: int = 0) -> BotApi:
        started = threading.Event()

        def run() -> None:
            asyncio.set_event_loop(self._loop)
            self._loop.run_until_complete(self._start(port))
            started.set()
            self._loop.run_forever()

        self._thread = threading.Thread(target=run, daemon=True)
        self._thread.start()
        assert started.wait(PATIENCE)
        return self

    def stop(self) -> None:
        async def end() -> None:
            assert self._runner is not None
            await self._runner.cleanup()
            # Whoever was polling is answered no more.
            waiting = asyncio.all_tasks() - {asyncio.current_task()}
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(end(), self._loop).result(PATIENCE)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        self._loop.close()

    def fail(self, method: str, *answers: Answer) -> None:
        """The next calls of the method get these answers."""
        self._failures[method].extend(answers)

    def heal(self) -> None:
        """Takes back what :meth:`fail` said."""
        self._failures.clear()

    def push(self, *updates: dict[str, Any]) -> None:
        """Gives updates to whoever polls."""
        self._updates.extend(updates)

    def sent(self, chat: int) -> list[dict[str, Any]]:
        """The messages that reached a chat."""
        return [
            call
            for method, call in list(self.calls)
            if method == "sendMessage" and call["chat_id"] == chat and call["arrived"]
        ]

    def of(self, method: str) -> list[dict[str, Any]]:
        """The calls of a method."""
        return [call for name, call in list(self.calls) if name == method]

    async def _start(self, port: int) -> None:
        app = web.Application()
        app.router.add_route("*", "/bot{token}/{method}", self._call)
        app.router.add_get("/file/bot{token}/{path}", self._download)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        assert site._server is not None
        self.port = site._server.sockets[0].getsockname()[1]

    async def _call(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        params = {name: _read(value) for name, value in (await request.post()).items()}
        named = {"getupdates": "getUpdates"}.get(
            method, method
        )  # in any case, as Telegram takes them
        self.calls.append((named, params))
        params["arrived"] = False
        if request.match_info["token"] != self.token:
            return Answer(401, "Unauthorized").as_response()
        if self._failures[named]:
            return self._failures[named].popleft().as_response()
        await asyncio.sleep(self.slowness)
        answer = await getattr(self, "_on_" + re.sub("([A-Z])", r"_\1", named).lower())(params)
        if isinstance(answer, Answer):
            return answer.as_response()
        params["arrived"] = True
        return web.json_response({"ok": True, "result": answer})

    async def _download(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["token"] != self.token:
            return web.Response(status=401)
        found = self.files.get(request.match_info["path"])
        return web.Response(status=404) if found is None else web.Response(body=found)

    async def _on_get_me(self, _: dict[str, Any]) -> Any:
        return {"id": BOT_ID, "is_bot": True, "first_name": "警钟", "username": USERNAME}

    async def _on_get_file(self, params: dict[str, Any]) -> Any:
        file_id = params["file_id"]
        if file_id not in self.files:
            return Answer(400, "Bad Request: file is too big")
        return {"file_id": file_id, "file_unique_id": file_id, "file_path": file_id}

    async def _on_set_webhook(self, params: dict[str, Any]) -> Any:
        self.webhook = params
        return True

    async def _on_delete_webhook(self, _: dict[str, Any]) -> Any:
        self.webhook = {}
        return True

    async def _on_get_webhook_info(self, _: dict[str, Any]) -> Any:
        return {
            "url": self.webhook.get("url", ""),
            "has_custom_certificate": False,
            "pending_update_count": len(self._updates),
        }

    async def _on_set_my_commands(self, params: dict[str, Any]) -> Any:
        self.commands = params["commands"]
        return True

    async def _on_answer_callback_query(self, _: dict[str, Any]) -> Any:
        return True

    async def _on_get_updates(self, params: dict[str, Any]) -> Any:
        if self.webhook.get("url"):
            return Answer(409, "Conflict: can't use getUpdates method while webhook is active")
        self.offset = max(self.offset, int(params.get("offset") or 0))
        self._updates = [u for u in self._updates if u.get("update_id", 0) >= self.offset]
        until = time.monotonic() + min(float(params.get("timeout") or 0), 1.0)
        while not self._updates and time.monotonic() < until:  # noqa: ASYNC110 - another thread pushes
            await asyncio.sleep(0.01)
        return self._updates[:100]

    async def _on_send_message(self, params: dict[str, Any]) -> Any:
        chat = params["chat_id"]
        if chat in self.blocked:
            return Answer(403, "Forbidden: bot was blocked by the user")
        if not 1 <= len(str(params["text"]).encode("utf-16-le")) // 2 <= 4096:
            return Answer(400, "Bad Request: message is too long")
        self._message_id += 1
        params["message_id"] = self._message_id
        return {
            "message_id": self._message_id,
            "date": int(time.time()),
            "chat": {"id": chat, "type": "private" if chat > 0 else "supergroup"},
            "text": str(params["text"]),
        }


def _read(value: Any) -> Any:
    """Numbers, objects and lists as what they are; all else as text."""
    try:
        return json.loads(value)
    except (TypeError, ValueError):
        return value


def until(condition: Callable[[], Any], seconds: float = PATIENCE) -> Any:
    """Waits for something true and returns it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.02)
    raise AssertionError("it did not happen in time")
