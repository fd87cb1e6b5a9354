"""``jingzhong telegram``: the commands of whoever deploys the bot."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.audit import AuditLog
from bot.channels.telegram.channel import webhook_secrets
from bot.channels.telegram.polling import ALLOWED_UPDATES
from bot.cli.main import run
from bot.hashing import Hasher
from bot.ledger.database import Reader, database_path
from tests.bot.channels.telegram.bot_api import TOKEN, BotApi

SECRETS = "a-secret-of-the-tests-with-32-characters,an-older-one"


@pytest.fixture
def api() -> Iterator[BotApi]:
    running = BotApi().start()
    yield running
    running.stop()


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str


Command = Callable[..., Ended]


@pytest.fixture
def command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """``command(base_url, *arguments)``: what ``jingzhong telegram`` does in this process."""
    monkeypatch.setenv("JINGZHONG_HOME", str(tmp_path))
    monkeypatch.setenv("JINGZHONG_SECRET", SECRETS)
    monkeypatch.setenv("JINGZHONG_TELEGRAM_TOKEN", TOKEN)

    def call(base_url: str, *arguments: str) -> Ended:
        monkeypatch.setenv("JINGZHONG_TELEGRAM_BASE_URL", base_url)
        monkeypatch.setattr("sys.argv", ["jingzhong", "telegram", *arguments])
        with pytest.raises(SystemExit) as ended:
            run()
        shown = capsys.readouterr()
        return Ended(int(ended.value.code or 0), shown.out, shown.err)

    return call


def test_setting_the_webhook_gives_telegram_the_secret_and_the_menu(
    api: BotApi, command: Command, tmp_path: Path
) -> None:
    done = command(api.base_url, "set-webhook", "https://bot.example.com/")
    assert done.code == 0, done.err
    assert api.webhook["url"] == "https://bot.example.com/webhooks/telegram"
    assert api.webhook["allowed_updates"] == list(ALLOWED_UPDATES)
    keys = [key.encode() for key in SECRETS.split(",")]
    current, former = webhook_secrets(Hasher(keys), TOKEN)
    # After a rotation, what Telegram still sends under the older secret is let in too.
    assert api.webhook["secret_token"] == current != former
    assert [entry["command"] for entry in api.commands] == [
        "start",
        "help",
        "report",
        "stop",
        "human",
    ]
    with closing(Reader(database_path(tmp_path))) as reader:
        (entry,) = AuditLog(reader).latest()
    assert (entry.action, entry.subject) == ("telegram.set_webhook", api.webhook["url"])
    assert TOKEN not in done.out + done.err
    shown = json.loads(command(api.base_url, "webhook", "--json").out)
    assert shown["url"] == api.webhook["url"]


@pytest.mark.parametrize("url", ["http://bot.example.com", "bot.example.com", "https://", "x"])
def test_an_address_that_telegram_would_not_take_is_refused(
    api: BotApi, command: Command, url: str
) -> None:
    done = command(api.base_url, "set-webhook", url)
    assert done.code == 2
    assert api.calls == []


def test_a_telegram_that_cannot_be_reached_is_one_line(command: Command) -> None:
    done = command("http://127.0.0.1:9", "webhook")
    assert done.code == 1
    assert done.err.count("\n") == 1
    assert "can be reached" in done.err


def test_a_refused_token_is_one_line(command: Command) -> None:
    api = BotApi(token="1:another").start()
    try:
        done = command(api.base_url, "remove-webhook")
    finally:
        api.stop()
    assert done.code == 1
    assert done.err.count("\n") == 1
    assert "JINGZHONG_TELEGRAM_TOKEN" in done.err


def test_without_a_token_the_setting_is_named(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("JINGZHONG_TELEGRAM_TOKEN")
    done = command("http://127.0.0.1:9", "webhook")
    assert done.code == 2
    assert "JINGZHONG_TELEGRAM_TOKEN" in done.err
