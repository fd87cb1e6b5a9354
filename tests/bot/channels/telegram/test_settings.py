"""Telegram is off unless somebody has switched it on and knows what that means."""

from __future__ import annotations

import pytest

from bot.settings import SettingsError, load_settings
from tests.bot.channels.telegram.bot_api import TOKEN

PRODUCTION = {
    "ENV": "production",
    "SECRET": "x" * 32,
    "API_TOKEN": "y" * 16,
}


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("TOKEN", "NOTICE", "BASE_URL"):
        monkeypatch.delenv(f"JINGZHONG_TELEGRAM_{name}", raising=False)
    return monkeypatch


def load(environment: pytest.MonkeyPatch, **values: str) -> object:
    for name, value in values.items():
        environment.setenv(f"JINGZHONG_{name}", value)
    return load_settings()


def test_production_refuses_a_token_without_the_notice(settings: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match="JINGZHONG_TELEGRAM_NOTICE") as caught:
        load(settings, **PRODUCTION, TELEGRAM_TOKEN=TOKEN)
    assert TOKEN not in str(caught.value)


@pytest.mark.parametrize("notice", ["yes", "true", "accept"])
def test_the_notice_is_accepted_in_that_very_word(
    settings: pytest.MonkeyPatch, notice: str
) -> None:
    with pytest.raises(SettingsError, match="JINGZHONG_TELEGRAM_NOTICE"):
        load(settings, **PRODUCTION, TELEGRAM_TOKEN=TOKEN, TELEGRAM_NOTICE=notice)


def test_with_the_notice_production_has_telegram(settings: pytest.MonkeyPatch) -> None:
    assert load(settings, **PRODUCTION, TELEGRAM_TOKEN=TOKEN, TELEGRAM_NOTICE="accepted")


@pytest.mark.parametrize("token", ["123", "123:short", f"bot{TOKEN}", f"{TOKEN} x"])
def test_what_is_no_token_is_refused_and_not_repeated(
    settings: pytest.MonkeyPatch, token: str
) -> None:
    with pytest.raises(SettingsError, match="JINGZHONG_TELEGRAM_TOKEN") as caught:
        load(settings, TELEGRAM_TOKEN=token)
    assert token not in str(caught.value)


def test_the_token_goes_nowhere_in_clear(settings: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match="JINGZHONG_TELEGRAM_BASE_URL"):
        load(settings, TELEGRAM_TOKEN=TOKEN, TELEGRAM_BASE_URL="http://api.example.com")
