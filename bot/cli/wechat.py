"""``jingzhong wechat``: whether WeChat and WeCom take our credentials, and the menu under the chat."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import closing
from typing import TYPE_CHECKING, Any

import typer

from bot.audit import Actor, note
from bot.cli.progress import say
from bot.ledger.database import database_path
from bot.ledger.writer import Writer
from bot.settings import Settings, SettingsError, load_settings, prepare_home

if TYPE_CHECKING:
    from bot.channels.wechat.platform import Platform

wechat_app = typer.Typer(
    help="The WeChat official account and WeCom's customer service.", no_args_is_help=True
)


class WechatFailed(Exception):
    """WeChat or WeCom did not do what a command asked for; the message is one line."""


@wechat_app.command("check")
def check() -> None:
    """Ask WeChat and WeCom for an access token, as the service does; nothing is changed."""
    from bot.channels.wechat.channel import wechat_account
    from bot.channels.wecom.channel import kf_account

    settings = load_settings()
    accounts: dict[str, Platform] = {}
    if settings.wechat_app_id is not None and settings.wechat_secret is not None:
        accounts["the official account"] = wechat_account(settings)
    if settings.wecom_corp_id is not None:
        accounts["WeCom's customer service"] = kf_account(settings)
    if not accounts:
        raise SettingsError(
            "JINGZHONG_WECHAT_SECRET: neither this nor JINGZHONG_WECOM_CORP_ID is set; see docs/wechat.md"
        )
    for name, account in accounts.items():
        _run(account, account.fetch_token(False))
        say(f"{name} takes the credentials")


@wechat_app.command("set-menu")
def set_menu() -> None:
    """Put the menu of content/wechat.yml under the chat of the official account.

    WeChat shows it to everybody within a day, and at once to who opens the account anew.
    """
    from bot.channels.wechat.channel import wechat_account
    from bot.channels.wechat.wording import load_words

    settings = load_settings()
    if settings.wechat_app_id is None or settings.wechat_secret is None:
        raise SettingsError(
            "JINGZHONG_WECHAT_SECRET: a menu needs it and JINGZHONG_WECHAT_APP_ID; see docs/wechat.md"
        )
    words = load_words(settings.content)
    account = wechat_account(settings)
    buttons = [{"type": "click", "name": button.name, "key": button.key} for button in words.menu]
    _run(account, account.set_menu(buttons))
    _write_down(settings, "wechat.set_menu", settings.wechat_app_id)
    say(f"the menu has {len(words.menu)} buttons")


def _run(account: Platform, work: Coroutine[Any, Any, object]) -> None:
    from bot.channels.wechat.errors import PlatformError

    async def act() -> None:
        try:
            await work
        finally:
            await account.close()

    try:
        asyncio.run(act())
    except PlatformError as error:
        raise WechatFailed(f"it was not done: {error}") from None


def _write_down(settings: Settings, action: str, subject: str) -> None:
    with closing(Writer(database_path(prepare_home(settings)))) as writer:
        asyncio.run(
            writer.commit(
                lambda connection: note(connection, Actor.at_command_line(), action, subject)
            )
        )
