"""Settings of WeChat and WeCom: all that is needed or nothing, and no secret goes astray."""

from __future__ import annotations

import pytest

from bot.settings import SettingsError, load_settings
from tests.bot.channels.wechat.posts import AES_KEY, APP_ID, TOKEN

PRODUCTION = {"ENV": "production", "SECRET": "x" * 32, "API_TOKEN": "y" * 16}
WECHAT = {"WECHAT_APP_ID": APP_ID, "WECHAT_TOKEN": TOKEN}
WECOM = {
    "WECOM_CORP_ID": "ww1",
    "WECOM_SECRET": "a-secret",
    "WECOM_TOKEN": TOKEN,
    "WECOM_AES_KEY": AES_KEY,
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in (*WECHAT, *WECOM, "WECHAT_SECRET", "WECHAT_AES_KEY", "WECHAT_BASE_URL"):
        monkeypatch.delenv(f"JINGZHONG_{name}", raising=False)
    return monkeypatch


def load(environment: pytest.MonkeyPatch, **values: str) -> object:
    for name, value in values.items():
        environment.setenv(f"JINGZHONG_{name}", value)
    return load_settings()


def test_nothing_is_needed_where_nothing_is_set(environment: pytest.MonkeyPatch) -> None:
    assert load(environment, **PRODUCTION)


@pytest.mark.parametrize("missing", [*WECHAT, *WECOM])
def test_what_is_missing_beside_the_rest_is_named(
    environment: pytest.MonkeyPatch, missing: str
) -> None:
    given = WECHAT if missing in WECHAT else WECOM
    with pytest.raises(SettingsError, match=f"JINGZHONG_{missing}: is missing"):
        load(environment, **{name: value for name, value in given.items() if name != missing})


@pytest.mark.parametrize("channel", ["WECHAT", "WECOM"])
@pytest.mark.parametrize("key", ["short", AES_KEY + "E", AES_KEY[:-1] + "!", AES_KEY[:-1] + "B"])
def test_what_is_no_aes_key_is_refused_and_not_repeated(
    environment: pytest.MonkeyPatch, channel: str, key: str
) -> None:
    given = {**(WECHAT if channel == "WECHAT" else WECOM), f"{channel}_AES_KEY": key}
    with pytest.raises(SettingsError, match=f"JINGZHONG_{channel}_AES_KEY") as caught:
        load(environment, **given)
    assert key not in str(caught.value)


def test_production_takes_no_posts_in_clear(environment: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match="JINGZHONG_WECHAT_AES_KEY"):
        load(environment, **PRODUCTION, **WECHAT)
    assert load(environment, WECHAT_AES_KEY=AES_KEY)


@pytest.mark.parametrize("given", [WECHAT, WECOM])
def test_the_secret_goes_nowhere_in_clear(
    environment: pytest.MonkeyPatch, given: dict[str, str]
) -> None:
    channel = next(iter(given))[:6].rstrip("_")
    environment.setenv(f"JINGZHONG_{channel}_BASE_URL", "http://api.example.com")
    with pytest.raises(SettingsError, match=f"JINGZHONG_{channel}_BASE_URL"):
        load(environment, **given)
