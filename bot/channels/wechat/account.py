"""What an official account can do besides answering at once: customer-service messages, and its menu."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from bot.channels.wechat.errors import NotPermitted
from bot.channels.wechat.platform import Platform, token_in
from bot.channels.wechat.tokens import AccessToken

# Unlike the older interface, this one gives the same token to all processes that ask.
_TOKEN: Final = "/cgi-bin/stable_token"  # noqa: S105 - a path
_SEND: Final = "/cgi-bin/message/custom/send"
_MENU: Final = "/cgi-bin/menu/create"


class Account(Platform):
    """The interface of one official account."""

    def __init__(self, base_url: str, app_id: str, secret: str | None) -> None:
        """Without a secret nothing can be sent but replies."""
        super().__init__(base_url)
        self._app_id = app_id
        self._secret = secret
        self._permitted = True

    @property
    def can_send(self) -> bool:
        """Whether customer-service messages can be expected to be possible.

        An account that is not verified has no right to them; that shows with the first try.
        """
        return self._secret is not None and self._permitted

    async def send_text(self, user: str, text: str) -> None:
        """Sends one text; at most 2048 bytes, and only to who wrote within 48 hours.

        Raises:
            PlatformError: when it was not sent; the kinds of it tell why.
        """
        body = {"touser": user, "msgtype": "text", "text": {"content": text}}
        try:
            await self.call(_SEND, body)
        except NotPermitted:
            self._permitted = False
            raise

    async def set_menu(self, buttons: Sequence[Mapping[str, Any]]) -> None:
        """Puts these buttons under the chat, in place of those that are there.

        Raises:
            PlatformError: when the platform does not take them.
        """
        await self.call(_MENU, {"button": list(buttons)})

    async def fetch_token(self, force: bool) -> AccessToken:
        """See :meth:`Platform.fetch_token`."""
        body = {
            "grant_type": "client_credential",
            "appid": self._app_id,
            "secret": self._secret,
            "force_refresh": force,
        }
        return token_in(await self.ask("POST", _TOKEN, {}, body), _TOKEN)
