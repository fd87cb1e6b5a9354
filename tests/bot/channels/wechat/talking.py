"""A WeChat account with a service behind it, and the people who write to it."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr
from rasa.core.channels.channel import UserMessage, register
from sanic import Sanic

from bot.channels.wechat.answering import Timing
from bot.channels.wechat.channel import WechatChannel
from bot.outbound.message import Fate, OutboundMessage
from bot.services import Services
from tests.bot.channels.serving import Serving
from tests.bot.channels.wechat.posts import AES_KEY, APP_ID, TOKEN, Post, Poster, xml
from tests.bot.channels.wechat.tencent import SECRET, Tencent
from tests.conftest import make_services

WEBHOOK = "/webhooks/wechat"
SEND = "/cgi-bin/message/custom/send"
PATIENT = Timing(passive=4.5, altogether=10.0, pause=0.1)
HASTY = Timing(passive=0.3, altogether=1.2, pause=0.1)


class OfficialAccount(Tencent):
    """The interface of an official account."""

    def __init__(self) -> None:
        super().__init__()
        self.routes = {SEND: lambda body: {}, "/cgi-bin/menu/create": lambda body: {}}

    def said(self, user: str) -> list[str]:
        """The customer-service messages that a user got."""
        bodies = [body for body in self.bodies(SEND) if body["touser"] == user]
        return [body["text"]["content"] for body in bodies]


@dataclass
class Assistant:
    """Stands for the dialogue: ``answer`` makes the bubbles of a text; it takes ``seconds`` and may fail."""

    answer: Callable[[str], list[dict[str, Any]]] = lambda text: [{"text": f"回复{text}"}]
    seconds: float = 0.0
    failures: int = 0
    heard: list[UserMessage] = field(default_factory=list)

    async def __call__(self, message: UserMessage) -> None:
        self.heard.append(message)
        await asyncio.sleep(self.seconds)
        if self.failures:
            self.failures -= 1
            raise RuntimeError("the assistant of the test fails")
        for bubble in self.answer(message.text):
            await message.output_channel.send_response(message.sender_id, bubble)


class Wechat:
    """A running service, WeChat beside it, and the people who write."""

    def __init__(
        self, account: OfficialAccount, assistant: Assistant, services: Services, serving: Serving
    ) -> None:
        self.account = account
        self.assistant = assistant
        self._loop = serving.loop
        self.services = services
        key = services.settings.wechat_aes_key
        self.poster = Poster("safe" if key else "plain")
        self.client = httpx.Client(base_url=serving.base_url, timeout=30.0, trust_env=False)

    def post(self, post: Post) -> httpx.Response:
        return self.client.post(WEBHOOK, params=post.query, content=post.body)

    def bring(self, text: str) -> str | None:
        """Posts an XML; the text that answers it, ``None`` for the bare word of success."""
        answer = self.post(self.poster.post(text))
        assert answer.status_code == 200, answer.text
        if answer.text == "success":
            return None
        return self.poster.opened(answer.text)["Content"]

    def write(self, address: str, message: OutboundMessage, *, keep: bool = False) -> Fate:
        """We write to somebody by ourselves; what became of that."""
        sending = self.services.senders.send("wechat", address, message, keep=keep)
        return asyncio.run_coroutine_threadsafe(sending, self._loop).result(30.0).fate

    def say(self, user: str, words: str, **fields: Any) -> str | None:
        """Somebody writes; returns what is answered at once."""
        return self.bring(xml(user, "text", Content=words, **fields))

    def event(self, user: str, name: str, **fields: Any) -> str | None:
        """Somebody does something; returns what is answered at once."""
        return self.bring(xml(user, "event", Event=name, **fields))

    def heard(self) -> list[str]:
        """What the assistant was told, in order."""
        return [str(message.text) for message in self.assistant.heard]

    def inbox(self) -> list[tuple[Any, ...]]:
        """The rows of the inbox."""
        return self.services.ledger.reader.rows("SELECT body, due_at FROM wechat_inbox")


def person() -> str:
    """The id of somebody new."""
    return f"o{uuid.uuid4().hex[:27]}"


@contextmanager
def wechat(
    home: Path,
    assistant: Assistant | None = None,
    account: OfficialAccount | None = None,
    timing: Timing = PATIENT,
    **settings: Any,
) -> Iterator[Wechat]:
    """The channel, gate and ledger of the service with an assistant of the test's own."""
    theirs = account or OfficialAccount()
    given = {
        "wechat_app_id": APP_ID,
        "wechat_token": SecretStr(TOKEN),
        "wechat_aes_key": SecretStr(AES_KEY),
        "wechat_secret": SecretStr(SECRET),
        "wechat_base_url": theirs.base_url,
    }
    services = make_services(home, **{**given, **settings})
    mind = assistant or Assistant()
    channel = WechatChannel(services, timing)
    app = Sanic(f"wechat-{uuid.uuid4().hex}", configure_logging=False)
    app.config.ACCESS_LOG = False

    class Agent:
        @staticmethod
        async def handle_message(message: UserMessage) -> None:
            await mind(message)

    app.ctx.agent = Agent
    register([channel], app, route="/webhooks/")

    @app.after_server_stop
    async def end(_app: Sanic, _loop: object) -> None:
        await services.stop()

    serving = Serving(app)
    running = Wechat(theirs, mind, services, serving)
    try:
        yield running
    finally:
        running.client.close()
        serving.stop()
        if account is None:
            theirs.stop()


def until(condition: Callable[[], bool], seconds: float = 15.0) -> None:
    """Waits until something is so."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.01)
