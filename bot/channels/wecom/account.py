"""What WeCom's customer service can be asked for: a small client of its own interface."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

from bot.channels.wechat.errors import Denied, Unreached
from bot.channels.wechat.platform import Platform, token_in
from bot.channels.wechat.tokens import AccessToken

PAGE: Final = 100
"""Messages that are asked for at once; what comes after a failure is read again."""

_TOKEN: Final = "/cgi-bin/gettoken"  # noqa: S105 - a path
_SYNC: Final = "/cgi-bin/kf/sync_msg"
_SEND: Final = "/cgi-bin/kf/send_msg"
_SEND_ON_EVENT: Final = "/cgi-bin/kf/send_msg_on_event"
_TRANSFER: Final = "/cgi-bin/kf/service_state/trans"
_BAD_SYNC_TOKEN: Final = 95007

Content = Mapping[str, Any]
"""A message without its addressee: ``msgtype`` and what belongs to that."""


class ServiceState(IntEnum):
    """Who has a session."""

    NEW = 0
    ASSISTANT = 1
    WAITING = 2
    PERSON = 3
    ENDED = 4


@dataclass(frozen=True)
class Page:
    """Some messages as WeCom writes them, the cursor behind them, and whether there are more."""

    messages: tuple[Mapping[str, Any], ...]
    cursor: str
    more: bool


class KfAccount(Platform):
    """The customer service of one company; ``account`` is the ``open_kfid`` of one of its accounts."""

    def __init__(self, base_url: str, corp_id: str, secret: str) -> None:
        super().__init__(base_url)
        self._corp_id = corp_id
        self._secret = secret

    async def sync(self, account: str, cursor: str, token: str) -> Page:
        """Reads what came after the cursor; an empty one begins with the oldest message, three days ago.

        Without the token of an announcement, or with one that ended, WeCom allows this now and then only.

        Raises:
            PlatformError: when it was not read.
        """
        body: dict[str, Any] = {"open_kfid": account, "cursor": cursor, "limit": PAGE}
        try:
            answer = await self.call(_SYNC, {**body, "token": token} if token else body)
        except Denied as error:
            if not token or error.code != _BAD_SYNC_TOKEN:
                raise
            answer = await self.call(_SYNC, body)
        messages, following = answer.get("msg_list"), answer.get("next_cursor")
        if not isinstance(messages, list) or not isinstance(following, str):
            raise Unreached(f"{_SYNC}: the answer holds no messages and cursor")
        found = tuple(message for message in messages if isinstance(message, dict))
        return Page(found, following, answer.get("has_more") == 1)

    async def send(self, account: str, user: str, message_id: str, content: Content) -> None:
        """Sends a message: within 48 hours of the user's last one, and five for each of theirs.

        WeCom takes each ``message_id`` (up to 32 letters, digits, ``-`` and ``_``) once.

        Raises:
            PlatformError: when it was not sent; the kinds of it tell why.
        """
        to = {"touser": user, "open_kfid": account, "msgid": message_id}
        await self.call(_SEND, {**to, **content})

    async def send_on_event(self, code: str, message_id: str, content: Content) -> None:
        """Sends the one message that the code of an event allows, within 20 seconds of it.

        Raises:
            PlatformError: when it was not sent.
        """
        await self.call(_SEND_ON_EVENT, {"code": code, "msgid": message_id, **content})

    async def transfer(
        self, account: str, user: str, state: ServiceState, servicer: str | None = None
    ) -> str | None:
        """Gives a session to a person (``servicer``), to those who wait for one, or ends it.

        Returns:
            A code with which one more message can be sent by :meth:`send_on_event`, if there is one.

        Raises:
            PlatformError: when the session stays where it is.
        """
        body: dict[str, Any] = {
            "open_kfid": account,
            "external_userid": user,
            "service_state": int(state),
        }
        if servicer is not None:
            body["servicer_userid"] = servicer
        code = (await self.call(_TRANSFER, body)).get("msg_code")
        return code if isinstance(code, str) else None

    async def fetch_token(self, force: bool) -> AccessToken:
        """See :meth:`Platform.fetch_token`; WeCom gives a new one by itself when the old one ends."""
        query = {"corpid": self._corp_id, "corpsecret": self._secret}
        return token_in(await self.ask("GET", _TOKEN, query), _TOKEN)
