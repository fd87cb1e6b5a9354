"""WeCom's customer service as a local server, and a service of ours that reads it."""

from __future__ import annotations

import asyncio
import itertools
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import xmltodict
from pydantic import SecretStr
from rasa.core.channels.channel import UserMessage, register
from sanic import Sanic

from bot.channels.wecom.channel import WecomChannel
from bot.outbound.message import Fate, OutboundMessage
from bot.services import Services
from tests.bot.channels.serving import Serving
from tests.bot.channels.wechat.posts import AES_KEY, TOKEN, Post, Poster
from tests.bot.channels.wechat.talking import Assistant, until
from tests.bot.channels.wechat.tencent import SECRET, Answer, Tencent
from tests.conftest import make_services

CORP_ID = "ww0123456789abcdef"
ACCOUNT = "wkAJ2GCAAASSm4FhToWMFea0xAFfd3Q"
WEBHOOK = "/webhooks/wecom"
SYNC = "/cgi-bin/kf/sync_msg"
SEND = "/cgi-bin/kf/send_msg"
SEND_ON_EVENT = "/cgi-bin/kf/send_msg_on_event"
TRANSFER = "/cgi-bin/kf/service_state/trans"
_numbers = itertools.count(1)


class CustomerService(Tencent):
    """The interface; ``page`` messages are handed out at once, and an announcement's token is good once."""

    def __init__(self) -> None:
        super().__init__()
        self.page = 50
        self.messages: dict[str, list[Answer]] = {}
        self.sync_tokens: set[str] = set()
        self.names: set[str] = set()
        self.routes = {
            SYNC: self._sync,
            SEND: self._send,
            SEND_ON_EVENT: self._send,
            TRANSFER: lambda body: {"msg_code": "code-of-transfer"},
        }

    def answer_token(self, path: str, query: dict[str, str], body: Answer) -> Answer | None:
        if path != "/cgi-bin/gettoken":
            return None
        if query != {"corpid": CORP_ID, "corpsecret": SECRET}:
            return {"errcode": 40001, "errmsg": "invalid credential"}
        return self.give_token()

    def put(self, user: str, kind: str, account: str = ACCOUNT, **fields: Any) -> str:
        """Somebody writes; returns the id of the message."""
        message = {
            "msgid": f"m{next(_numbers)}",
            "open_kfid": account,
            "external_userid": user,
            "send_time": int(time.time()),
            "origin": 3,
            "msgtype": kind,
            **fields,
        }
        self.messages.setdefault(account, []).append(message)
        return str(message["msgid"])

    def put_event(self, user: str, name: str, at: float | None = None, **fields: Any) -> None:
        """Something happens to a session."""
        event = {"event_type": name, "open_kfid": ACCOUNT, "external_userid": user, **fields}
        self.messages.setdefault(ACCOUNT, []).append(
            {
                "msgid": f"e{next(_numbers)}",
                "send_time": int(at or time.time()),
                "origin": 4,
                "msgtype": "event",
                "event": event,
            }
        )

    def sent(self, user: str) -> list[Answer]:
        """The messages that a user got."""
        return [body for body in self.bodies(SEND) if body["touser"] == user]

    def said(self, user: str) -> list[str]:
        """The words of those."""
        return [said(body) for body in self.sent(user)]

    def new_token(self) -> str:
        """A token of an announcement."""
        token = uuid.uuid4().hex
        self.sync_tokens.add(token)
        return token

    def reads(self) -> list[Answer]:
        return self.bodies(SYNC)

    def _sync(self, body: Answer) -> Answer:
        if "token" in body and body["token"] not in self.sync_tokens:
            return {"errcode": 95007, "errmsg": "invalid msgtoken"}
        waiting = self.messages.get(body["open_kfid"], [])
        start = int(body["cursor"].removeprefix("c") or 0)
        end = min(start + min(self.page, body["limit"]), len(waiting))
        more = int(end < len(waiting))
        return {"msg_list": waiting[start:end], "next_cursor": f"c{end}", "has_more": more}

    def _send(self, body: Answer) -> Answer:
        if body["msgid"] in self.names:
            return {"errcode": 95099, "errmsg": "msgid repeated"}
        self.names.add(body["msgid"])
        return {"msgid": body["msgid"]}


def announcement(token: str, account: str = ACCOUNT, event: str = "kf_msg_or_event") -> str:
    """What the callback gets when there is something to read."""
    fields = {
        "ToUserName": CORP_ID,
        "CreateTime": str(int(time.time())),
        "MsgType": "event",
        "Event": event,
        "Token": token,
        "OpenKfId": account,
    }
    return str(xmltodict.unparse({"xml": fields}, full_document=False))


def said(body: Answer) -> str:
    """The words of a message, a menu's above those of its entries."""
    if body["msgtype"] == "text":
        return str(body["text"]["content"])
    menu = body["msgmenu"]
    return "\n".join([menu["head_content"], *(item["click"]["content"] for item in menu["list"])])


class Wecom:
    """A running service and the customer service that it reads."""

    def __init__(
        self, theirs: CustomerService, assistant: Assistant, services: Services, serving: Serving
    ) -> None:
        self.theirs = theirs
        self.assistant = assistant
        self._loop = serving.loop
        self.services = services
        self.poster = Poster(app_id=CORP_ID)
        self.client = httpx.Client(base_url=serving.base_url, timeout=30.0, trust_env=False)

    def post(self, post: Post) -> httpx.Response:
        return self.client.post(WEBHOOK, params=post.query, content=post.body)

    def announce(self, account: str = ACCOUNT, event: str = "kf_msg_or_event") -> httpx.Response:
        """WeCom says that there is something to read."""
        text = announcement(self.theirs.new_token(), account, event)
        return self.post(self.poster.post(text))

    def write(self, address: str, message: OutboundMessage, *, keep: bool = False) -> Fate:
        """We write to somebody by ourselves; what became of that."""
        sending = self.services.senders.send("wecom", address, message, keep=keep)
        return asyncio.run_coroutine_threadsafe(sending, self._loop).result(30.0).fate

    def say(self, user: str, words: str, **fields: Any) -> list[str]:
        """Somebody writes; returns what is answered."""
        return self.bring(user, "text", text={"content": words, **fields})

    def bring(self, user: str, kind: str, **fields: Any) -> list[str]:
        """Somebody sends anything; returns what is answered."""
        before = len(self.theirs.said(user))
        message = self.theirs.put(user, kind, **fields)
        assert self.announce().status_code == 200
        until(lambda: message in self.answered())
        return self.theirs.said(user)[before:]

    def heard(self) -> list[str]:
        """What the assistant was told, in order."""
        return [str(message.text) for message in self.assistant.heard]

    def answered(self) -> set[str]:
        """The messages that are done with."""
        return {row[0] for row in self._rows("SELECT message FROM wecom_answered")}

    def cursor(self, account: str = ACCOUNT) -> str | None:
        """How far an account was read."""
        rows = self._rows("SELECT cursor FROM wecom_cursors WHERE account = ?", account)
        return rows[0][0] if rows else None

    def announced(self) -> list[str]:
        """The accounts of which something is still to be read."""
        return [row[0] for row in self._rows("SELECT account FROM wecom_announcements")]

    def settled(self) -> None:
        """Waits until everything that was announced is read and answered."""
        until(lambda: not self.announced())

    def _rows(self, sql: str, *values: str) -> list[tuple[Any, ...]]:
        return self.services.ledger.reader.rows(sql, values)


def person() -> str:
    """The id of somebody new."""
    return f"wm{uuid.uuid4().hex[:26]}"


@contextmanager
def wecom(
    home: Path,
    assistant: Assistant | None = None,
    theirs: CustomerService | None = None,
    **settings: Any,
) -> Iterator[Wecom]:
    """The channel, gate and ledger of the service with an assistant of the test's own."""
    server = theirs or CustomerService()
    given = {
        "wecom_corp_id": CORP_ID,
        "wecom_token": SecretStr(TOKEN),
        "wecom_aes_key": SecretStr(AES_KEY),
        "wecom_secret": SecretStr(SECRET),
        "wecom_base_url": server.base_url,
    }
    services = make_services(home, **{**given, **settings})
    mind = assistant or Assistant()
    app = Sanic(f"wecom-{uuid.uuid4().hex}", configure_logging=False)
    app.config.ACCESS_LOG = False

    class Agent:
        @staticmethod
        async def handle_message(message: UserMessage) -> None:
            await mind(message)

    app.ctx.agent = Agent
    register([WecomChannel(services)], app, route="/webhooks/")

    @app.after_server_stop
    async def end(_app: Sanic, _loop: object) -> None:
        await services.stop()

    serving = Serving(app)
    running = Wecom(server, mind, services, serving)
    try:
        yield running
    finally:
        running.client.close()
        serving.stop()
        if theirs is None:
            server.stop()
