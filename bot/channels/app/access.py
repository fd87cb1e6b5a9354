"""Who may use the app's channel: opened once from the settings, so that what is wrong with them shows at the start."""

from __future__ import annotations

from dataclasses import dataclass

from bot.channels.app.keys import KeyRing
from bot.channels.app.origins import Origins
from bot.channels.app.tokens import Tokens
from bot.settings import Settings, SettingsError


@dataclass(frozen=True)
class Access:
    """The tokens that are good, and the pages that may bring them."""

    tokens: Tokens
    origins: Origins


def open_access(settings: Settings) -> Access | None:
    """``None`` where the channel is not switched on.

    Raises:
        SettingsError: with one line that names the variable and the mend.
    """
    origins = Origins.of(settings.app_origins)
    if settings.jwt_keys is None:
        return None
    if settings.jwt_issuer is None:
        raise SettingsError(
            "JINGZHONG_JWT_ISSUER: is missing; set it to the iss of your tokens, or unset JINGZHONG_JWT_KEYS"
        )
    return Access(
        Tokens(KeyRing(settings.jwt_keys), settings.jwt_issuer, settings.jwt_audience), origins
    )
