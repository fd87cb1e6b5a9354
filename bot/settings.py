"""Settings from ``JINGZHONG_*`` environment variables, read once and checked at once."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Optional

from pydantic import BaseSettings, Field, SecretStr, ValidationError, root_validator

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
DEMO_SECRET = "demo-secret-do-not-use-in-production"  # noqa: S105 - production refuses it
SHORTEST_TOKEN = 16
# Base64 of 32 bytes without its padding, so that two bits of the last letter are not free.
_AES_KEY = r"[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]"
_SAFE_URL = r"https://|http://(127\.0\.0\.1|localhost)[:/]"
ROOT = Path(__file__).resolve().parent.parent


class SettingsError(Exception):
    """A setting is wrong; the message is one line that names the variable and the mend."""


class Settings(BaseSettings):
    """All settings of the service; field ``x`` is read from ``JINGZHONG_X``."""

    home: Path = Field(Path("var"), description="data directory")
    host: str = "127.0.0.1"
    port: int = Field(5005, ge=0, le=65535)
    env: Literal["demo", "production"] = "demo"
    redis_url: Optional[SecretStr] = None
    forward_signals: bool = Field(True, description="signals go to a stream of that Redis")
    sinks: Optional[Path] = Field(None, description="file of the sinks that get all events")
    rate_burst: int = Field(600, ge=1, description="messages that one person may send at once")
    rate_per_minute: float = Field(60, gt=0, description="messages of one person in the long run")
    ban_after: int = Field(10, ge=0, description="refusals in ten minutes that ban; 0: none do")
    ban_minutes: int = Field(60, ge=1, le=1440, description="length of such a ban")
    secret: SecretStr = SecretStr(DEMO_SECRET)
    api_token: Optional[SecretStr] = None
    admin_password: Optional[SecretStr] = None
    alliance_key: Optional[SecretStr] = Field(None, description="key of the hashes that are shared")
    telegram_token: Optional[SecretStr] = Field(None, description="token of the Telegram bot")
    telegram_notice: Optional[Literal["accepted"]] = None
    telegram_base_url: str = Field("https://api.telegram.org", description="the Bot API server")
    wechat_app_id: Optional[str] = Field(None, description="AppID of the official account")
    wechat_secret: Optional[SecretStr] = None
    wechat_token: Optional[SecretStr] = None
    wechat_aes_key: Optional[SecretStr] = None
    wechat_base_url: str = "https://api.weixin.qq.com"
    wecom_corp_id: Optional[str] = Field(None, description="corp id of WeCom's customer service")
    wecom_secret: Optional[SecretStr] = None
    wecom_token: Optional[SecretStr] = None
    wecom_aes_key: Optional[SecretStr] = None
    wecom_base_url: str = "https://qyapi.weixin.qq.com"
    jwt_keys: Optional[Path] = Field(None, description="JWKS file of the app's backend")
    jwt_issuer: Optional[str] = None
    jwt_audience: str = "jingzhong"
    app_origins: str = Field("", description="origins of pages that may call and embed the chat")
    picture_processes: int = Field(1, ge=0, le=8, description="processes that read pictures")
    content: Path = Field(ROOT / "content", description="folder of all wording and numbers")
    models: Path = Field(ROOT / "models", description="folder of trained models")
    eval_data: Optional[Path] = None

    class Config:
        """Variables are named ``JINGZHONG_HOME``, ``JINGZHONG_PORT`` and so on."""

        env_prefix = "JINGZHONG_"
        allow_mutation = False

    @root_validator(pre=True)
    def _empty_means_unset(cls, values: dict[str, object]) -> dict[str, object]:  # noqa: N805
        return {name: value for name, value in values.items() if value != ""}

    @property
    def production(self) -> bool:
        """Whether the service runs for real borrowers."""
        return self.env == "production"

    @property
    def secrets(self) -> tuple[bytes, ...]:
        """Keys of the keyed hashes: the first one signs, the others are older ones kept after a rotation."""
        parts = self.secret.get_secret_value().split(",")
        return tuple(part.strip().encode() for part in parts if part.strip())


def load_settings() -> Settings:
    """Reads the settings and makes sure that they can work.

    Raises:
        SettingsError: with one line that names the variable, what is wrong and what to do.
    """
    try:
        settings = Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = f"JINGZHONG_{str(first['loc'][0]).upper()}"
        raise SettingsError(f"{name}: {first['msg']}; correct the variable or unset it") from None
    _check_safety(settings)
    return settings


def prepare_home(settings: Settings) -> Path:
    """Creates the data directory and proves that it can be written.

    Raises:
        SettingsError: when it cannot.
    """
    home = settings.home
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=home):
            pass
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise SettingsError(
            f"JINGZHONG_HOME: cannot write to {home} ({reason}); make it writable or name another folder"
        ) from None
    return home


def _check_telegram(settings: Settings) -> None:
    if settings.telegram_token is None:
        return
    if not re.fullmatch(
        r"\d{3,20}:[A-Za-z0-9_-]{20,100}", settings.telegram_token.get_secret_value()
    ):
        raise SettingsError(
            "JINGZHONG_TELEGRAM_TOKEN: is no token of a Telegram bot; copy the one that @BotFather gave you, or unset it"
        )
    if not re.match(_SAFE_URL, settings.telegram_base_url):
        raise SettingsError(
            "JINGZHONG_TELEGRAM_BASE_URL: must begin with https://, since the bot's token goes there; correct or unset it"
        )
    if settings.production and settings.telegram_notice != "accepted":
        raise SettingsError(
            "JINGZHONG_TELEGRAM_NOTICE: Telegram carries borrowers' words abroad; set it to accepted when your compliance "
            "has agreed to that (docs/channels.md), or unset JINGZHONG_TELEGRAM_TOKEN"
        )


def _check_tencent(settings: Settings, channel: str, needed: Sequence[str]) -> None:
    values = {
        name: getattr(settings, f"{channel}_{name}") for name in (*needed, "secret", "aes_key")
    }
    variable = f"JINGZHONG_{channel.upper()}"
    if not any(values.values()):
        return
    for name in needed:
        if values[name] is None:
            raise SettingsError(
                f"{variable}_{name.upper()}: is missing; set it as well, or unset all of {variable}_*"
            )
    key = values["aes_key"]
    if key is not None and not re.fullmatch(_AES_KEY, key.get_secret_value()):
        raise SettingsError(
            f"{variable}_AES_KEY: is no EncodingAESKey, which has 43 letters and digits; copy it anew"
        )
    if not re.match(_SAFE_URL, getattr(settings, f"{channel}_base_url")):
        raise SettingsError(
            f"{variable}_BASE_URL: must begin with https://, since the secret goes there; correct or unset it"
        )
    if settings.production and key is None:
        raise SettingsError(
            f"{variable}_AES_KEY: production takes encrypted posts alone; set the account to its safe mode (安全模式) "
            "and copy its EncodingAESKey"
        )


def _check_safety(settings: Settings) -> None:
    admin = settings.admin_password
    if admin is not None and not 12 <= len(admin.get_secret_value()) <= 256:
        raise SettingsError(
            "JINGZHONG_ADMIN_PASSWORD: has fewer than 12 characters, or more than 256; set another or unset it"
        )
    _check_telegram(settings)
    _check_tencent(settings, "wechat", ("app_id", "token"))
    _check_tencent(settings, "wecom", ("corp_id", "secret", "token", "aes_key"))
    if not settings.secrets:
        raise SettingsError("JINGZHONG_SECRET: empty; set a random text of 32 characters or more")
    if not settings.production:
        if settings.host not in LOOPBACK:
            raise SettingsError(
                f"JINGZHONG_HOST: the demo listens on loopback only, not on {settings.host}; "
                "use 127.0.0.1 or set JINGZHONG_ENV=production with its secrets"
            )
        return
    if DEMO_SECRET.encode() in settings.secrets or min(map(len, settings.secrets)) < 32:
        raise SettingsError(
            "JINGZHONG_SECRET: production needs a secret of 32 characters or more of your own; "
            "make one with: openssl rand -hex 32"
        )
    token = settings.api_token.get_secret_value() if settings.api_token else ""
    if len(token) < SHORTEST_TOKEN:
        raise SettingsError(
            "JINGZHONG_API_TOKEN: production does not serve open channels; set a token of "
            f"{SHORTEST_TOKEN} characters or more for REST and parse"
        )
