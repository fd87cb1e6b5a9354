"""``jingzhong telegram``: where Telegram sends what borrowers write to the bot."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import closing
from typing import TYPE_CHECKING, Annotated, Any, TypeVar
from urllib.parse import urlsplit

import typer

from bot.audit import Actor, note
from bot.cli.progress import say
from bot.cli.tables import show
from bot.hashing import Hasher
from bot.ledger.database import database_path
from bot.ledger.writer import Writer
from bot.settings import Settings, load_settings, prepare_home

if TYPE_CHECKING:
    from bot.channels.telegram.delivery import TelegramBot

PATH = "/webhooks/telegram"
T = TypeVar("T")

telegram_app = typer.Typer(
    help="Where Telegram sends what users write to the bot.", no_args_is_help=True
)


class TelegramFailed(Exception):
    """Telegram did not do what a command asked for; the message is one line."""


@telegram_app.command("set-webhook")
def set_webhook(
    url: Annotated[
        str,
        typer.Argument(
            metavar="URL", help=f"Address of the service from outside; {PATH} is added."
        ),
    ],
) -> None:
    """Tell Telegram where the service is, and put the commands into the bot's menu.

    To be run once for each deployment, and again after JINGZHONG_SECRET or the token was changed.
    """
    from bot.channels.telegram.channel import webhook_secrets
    from bot.channels.telegram.commands import load_commands
    from bot.channels.telegram.polling import ALLOWED_UPDATES

    address = _address(url)
    settings = load_settings()
    commands = load_commands(settings.content)

    async def act(bot: TelegramBot) -> None:
        await bot.set_webhook(
            address,
            allowed_updates=ALLOWED_UPDATES,
            secret_token=webhook_secrets(Hasher(settings.secrets), bot.token)[0],
        )
        await bot.set_my_commands([(name, command.menu) for name, command in commands.items()])

    _with_bot(settings, act)
    _write_down(settings, "telegram.set_webhook", address)
    say(f"Telegram sends to {address}")


@telegram_app.command("remove-webhook")
def remove_webhook() -> None:
    """Tell Telegram to send nothing any more; it keeps new messages for a day."""
    settings = load_settings()

    async def act(bot: TelegramBot) -> None:
        await bot.delete_webhook()

    _with_bot(settings, act)
    _write_down(settings, "telegram.remove_webhook", "")
    say("Telegram sends nothing any more")


@telegram_app.command("webhook")
def webhook(
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines instead of a table.")] = False,
) -> None:
    """Show where Telegram sends to, how much waits, and what went wrong last."""

    async def act(bot: TelegramBot) -> dict[str, Any]:
        info = await bot.get_webhook_info()
        return {
            "url": info.url or None,
            "waiting": info.pending_update_count,
            "last error": info.last_error_message,
            "at": info.last_error_date.isoformat() if info.last_error_date else None,
        }

    row = _with_bot(load_settings(), act)
    show([row], tuple(row), as_json=as_json, nothing="")


def _address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or parts.query or parts.fragment:
        raise typer.BadParameter("URL must be an address such as https://bot.example.com")
    return url.rstrip("/").removesuffix(PATH) + PATH


def _with_bot(settings: Settings, act: Callable[[TelegramBot], Awaitable[T]]) -> T:
    from telegram.error import InvalidToken, TelegramError

    from bot.channels.telegram.connection import telegram_bot

    bot = telegram_bot(settings)

    async def run() -> T:
        async with bot:
            return await act(bot)

    try:
        return asyncio.run(run())
    except InvalidToken:
        raise TelegramFailed(
            "Telegram refused the token; correct JINGZHONG_TELEGRAM_TOKEN"
        ) from None
    except TelegramError as error:
        raise TelegramFailed(
            f"Telegram did not do it ({type(error).__name__}); try again when {settings.telegram_base_url} can be reached"
        ) from None


def _write_down(settings: Settings, action: str, subject: str) -> None:
    with closing(Writer(database_path(prepare_home(settings)))) as writer:
        asyncio.run(
            writer.commit(
                lambda connection: note(connection, Actor.at_command_line(), action, subject)
            )
        )
