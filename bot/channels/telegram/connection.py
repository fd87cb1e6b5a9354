"""The client of the Bot API, and whether Telegram can be reached with it."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from telegram.error import InvalidToken, TelegramError
from telegram.ext import AIORateLimiter, ExtBot
from telegram.request import HTTPXRequest

from bot.channels.telegram.delivery import TelegramBot
from bot.channels.telegram.logs import keep_out_of_logs
from bot.channels.telegram.reading import Me
from bot.settings import Settings, SettingsError

logger = logging.getLogger(__name__)

_CONNECTIONS: Final = 64
_LONGEST_PAUSE: Final = 60.0


def telegram_bot(settings: Settings, answer_seconds: float = 10.0) -> TelegramBot:
    """The client of the bot that the settings name; nothing is connected yet.

    An answer of Telegram's is waited for ``answer_seconds``.

    Raises:
        SettingsError: when they name none.
    """
    if settings.telegram_token is None:
        raise SettingsError(
            "JINGZHONG_TELEGRAM_TOKEN: is not set; set it to the token that @BotFather gave you"
        )
    token = settings.telegram_token.get_secret_value()
    keep_out_of_logs(token)
    server = settings.telegram_base_url.rstrip("/")
    return ExtBot(
        token,
        base_url=f"{server}/bot",
        base_file_url=f"{server}/file/bot",
        request=HTTPXRequest(
            connection_pool_size=_CONNECTIONS, read_timeout=answer_seconds, pool_timeout=5
        ),
        # Whoever calls says how often to wait as long as Telegram asks; that can be minutes.
        rate_limiter=AIORateLimiter(max_retries=0),
    )


class Connection:
    """Gets to know the bot of a token, for as long as that takes, beside the service.

    ``state`` is ``connecting``, ``connected`` or ``token refused``.
    """

    def __init__(self, bot: TelegramBot) -> None:
        self.bot = bot
        self.state = "connecting"
        self._told = False
        self.me = Me(int(bot.token.partition(":")[0]))

    async def run(self) -> None:
        """Tries until Telegram has told who the bot is."""
        pause = 1.0
        while self.state != "connected":
            try:
                await self.bot.initialize()
                self.me = Me(self.bot.id, self.bot.username)
            except TelegramError as error:
                self._failed(error)
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)
            else:
                self.state = "connected"

    async def close(self) -> None:
        """Lets go of the connections."""
        await self.bot.shutdown()

    def _failed(self, error: TelegramError) -> None:
        state = "token refused" if isinstance(error, InvalidToken) else "connecting"
        if state == "token refused" != self.state:
            logger.error(
                "telegram: the token was refused; correct JINGZHONG_TELEGRAM_TOKEN and start again"
            )
        elif not self._told:
            logger.warning(
                "telegram: not reached yet (%s); tried again, the service goes on meanwhile",
                type(error).__name__,
            )
        self._told = True
        self.state = state
