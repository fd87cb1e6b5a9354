"""What is wrong with the settings of the app's channel shows at the start."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.channels.app.access import open_access
from bot.settings import Settings, SettingsError
from tests.bot.channels.app.backend import ISSUER, secret_jwk, token, write_keys


def settings(**given: Any) -> Settings:
    return Settings(**given)


def test_without_keys_there_is_no_channel() -> None:
    assert open_access(settings()) is None
    assert open_access(settings(app_origins="https://m.maisui.example")) is None


def test_keys_issuer_audience_and_origins_are_taken_from_the_settings(tmp_path: Path) -> None:
    keys = write_keys(tmp_path / "keys.json", secret_jwk())
    access = open_access(
        settings(
            jwt_keys=keys,
            jwt_issuer=ISSUER,
            jwt_audience="chat",
            app_origins="https://m.maisui.example",
        )
    )
    assert access is not None
    assert access.tokens.session(token(aud="chat")).user == "u1"
    assert access.origins.allow("https://m.maisui.example", "chat.maisui.example")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"jwt_keys": "none.json", "jwt_issuer": ISSUER}, "JINGZHONG_JWT_KEYS: cannot read"),
        ({"jwt_keys": "keys.json"}, "JINGZHONG_JWT_ISSUER: is missing"),
        ({"app_origins": "*"}, "JINGZHONG_APP_ORIGINS: "),
    ],
)
def test_what_is_wrong_is_said_in_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: dict[str, Any], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    write_keys(tmp_path / "keys.json", secret_jwk())
    with pytest.raises(SettingsError) as refused:
        open_access(settings(**given))
    assert str(refused.value).startswith(said)
    assert "\n" not in str(refused.value)
