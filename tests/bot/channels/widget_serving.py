"""The chat page, its widget and the channel ``app`` on one port, and a site of the institution on another."""

from __future__ import annotations

import asyncio
import threading
import uuid
from collections.abc import Callable
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from rasa.core.channels.channel import UserMessage, register
from sanic import Sanic

from bot.channels.app.channel import AppChannel
from bot.channels.app.origins import Origins
from bot.channels.app.page_config import page_config
from bot.channels.chat import ChatChannel
from bot.channels.page import page_blueprint
from bot.outbound.message import OutboundMessage
from tests.bot.channels.app.backend import ISSUER, secret_jwk, token, write_keys
from tests.bot.channels.serving import Serving
from tests.conftest import make_services

PAGE = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>host</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<body><h1>Host</h1><button id="help">help</button><p style="height: 1600px"></p>
<script>window.before = new Set(Object.getOwnPropertyNames(window));</script>
<script src="{service}/widget.js" data-color="#7a1fa2" data-position="right"></script>
<script>
  window.asked = 0;
  window.token = async () => {{ window.asked += 1; return (await fetch("/token")).text(); }};
</script>"""


class Host:
    """A site of the institution that shows the widget, and its backend that signs tokens."""

    def __init__(self) -> None:
        self.service = ""
        self.user = uuid.uuid4().hex
        self.sign: Callable[[], str] = lambda: token(self.user)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, self))
        self.origin = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    def __init__(self, host: Host, *arguments: Any) -> None:
        self._host = host
        super().__init__(*arguments)

    def do_GET(self) -> None:
        kind, body = "text/html", PAGE.format(service=self._host.service)
        if self.path == "/token":
            kind, body = "text/plain", self._host.sign()
        elif self.path != "/":
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: Any) -> None:
        """Keeps quiet."""


class Answers:
    """An assistant that repeats what it heard, offers buttons and tells how many pictures came."""

    async def handle_message(self, message: UserMessage) -> None:
        bubble: dict[str, Any] = {"text": f"heard {message.text}"}
        if message.text == "buttons":
            bubble["buttons"] = [{"title": "Press", "payload": "pressed"}]
        await message.output_channel.send_response(message.sender_id, bubble)


class ChatService:
    """Page, widget and channels, with pages of ``origins`` let in."""

    def __init__(self, home: Path, *origins: str) -> None:
        self.services = make_services(
            home / "var",
            jwt_keys=write_keys(home / "keys.json", secret_jwk()),
            jwt_issuer=ISSUER,
            app_origins=",".join(origins),
            picture_processes=0,  # what is read in pictures is no matter of the page
        )
        services = self.services
        sanic = Sanic(f"widget-{uuid.uuid4().hex}", configure_logging=False)
        sanic.config.REQUEST_MAX_SIZE = 256 * 1024
        sanic.ctx.agent = Answers()
        hosts = Origins.of(services.settings.app_origins).frame_ancestors
        sanic.blueprint(page_blueprint(lambda: page_config(services)["strings"], hosts))
        register([AppChannel(services), ChatChannel(services)], sanic, "/webhooks/")
        self.serving = Serving(sanic)
        self.base_url = self.serving.base_url
        self.strings: dict[str, str] = page_config(services)["strings"]

    def write(self, user: str, *bubbles: dict[str, Any], channel: str = "app") -> str:
        """Somebody of the institution writes to a user; returns the id of the mail."""
        message = OutboundMessage(uuid.uuid4().hex, bubbles)
        self._run(self.services.mailbox.keep(channel, user, message))
        return message.id

    def receipts(self, id: str) -> tuple[bool, bool]:
        """Whether mail was delivered, and read."""
        sql = "SELECT shown_at, read_at FROM mailbox WHERE id = ?"
        ((shown, read),) = self.services.ledger.reader.rows(sql, (id,))
        return shown is not None, read is not None

    def _run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.serving.loop).result(30)

    def close(self) -> None:
        # Sockets whose page has just gone are given the time to notice.
        self._run(asyncio.sleep(1))
        self.serving.stop()
        self.services.close()
