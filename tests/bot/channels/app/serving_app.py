"""The channels ``app`` and ``chat`` on a real port, with an assistant that answers at once."""

from __future__ import annotations

import asyncio
import uuid
from pathlib import Path
from typing import Any

from rasa.core.channels.channel import UserMessage, register
from sanic import Sanic

from actions.facts import FACTS_KEY
from bot.channels.app.channel import AppChannel
from bot.channels.chat import ChatChannel
from bot.outbound.message import OutboundMessage
from tests.bot.channels.app.backend import ISSUER, rsa_jwk, secret_jwk, write_keys
from tests.bot.channels.serving import Serving
from tests.conftest import make_services

PAGE = "https://m.maisui.example"


class Echo:
    """Says back what it heard, and the phrase that came with it; ``slow`` makes it take a while."""

    async def handle_message(self, message: UserMessage) -> None:
        if message.text == "slow":
            await asyncio.sleep(0.5)
        phrase = message.metadata[FACTS_KEY]["phrase"]
        for text in (f"heard {message.text}", f"phrase {phrase}"):
            await message.output_channel.send_response(message.sender_id, {"text": text})


class App:
    """The running channels, their services, and the file with the backend's keys."""

    def __init__(self, home: Path) -> None:
        self.keys = write_keys(home / "keys.json", secret_jwk(), rsa_jwk())
        self.services = make_services(
            home / "var", jwt_keys=self.keys, jwt_issuer=ISSUER, app_origins=PAGE
        )
        sanic = Sanic(f"app-{uuid.uuid4().hex}", configure_logging=False)
        sanic.config.REQUEST_MAX_SIZE = 256 * 1024
        sanic.ctx.agent = Echo()
        register([AppChannel(self.services), ChatChannel(self.services)], sanic, "/webhooks/")
        self.serving = Serving(sanic)
        self.base_url = self.serving.base_url
        self.socket_url = self.base_url.replace("http", "ws") + "/webhooks/app/ws"

    def write(self, user: str, id: str, channel: str = "app", text: str = "您好") -> None:
        """Somebody of the institution writes to a user."""
        message = OutboundMessage(id, ({"text": text},))
        self.run(self.services.mailbox.keep(channel, user, message))

    def mailbox_row(self, id: str) -> tuple[Any, Any]:
        """When mail was shown and read."""
        rows = self.services.ledger.reader.rows(
            "SELECT shown_at, read_at FROM mailbox WHERE id = ?", (id,)
        )
        shown, read = rows[0]
        return shown, read

    def run(self, work: Any) -> Any:
        """Runs work in the service's own loop."""
        return asyncio.run_coroutine_threadsafe(work, self.serving.loop).result(30)

    def close(self) -> None:
        self.serving.stop()
        self.services.close()
