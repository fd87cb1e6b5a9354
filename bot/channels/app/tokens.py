"""The tokens of an institution's backend: who a request or a socket comes from, and for how long that holds."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import jwt

from bot.channels.app.keys import KeyRing

LONGEST_LIFE: Final = 3600
"""Seconds from ``iat`` to ``exp``, at most."""

CLOCK_SKEW: Final = 60
"""Seconds by which the clocks of backend and service may differ."""

_LONGEST_TOKEN: Final = 8192  # characters
_CLAIMS: Final = ["iss", "aud", "sub", "jti", "iat", "exp"]

Problem = Literal["token_missing", "token_expired", "token_invalid"]


class TokenError(Exception):
    """A token is not good; the message is one line for the developer of a client, and repeats nothing of it."""

    def __init__(self, reason: str, code: Problem = "token_invalid") -> None:
        super().__init__(f"token: {reason}")
        self.code: Problem = code


@dataclass(frozen=True)
class AppSession:
    """Who a token speaks for: ``user`` is the institution's id of the person, ``id`` that of the session.

    ``expires_at`` is in seconds since 1970.
    """

    user: str
    id: str = field(repr=False)
    expires_at: float = 0.0

    def seconds_left(self) -> float:
        """Until the token runs out; less than nothing afterwards."""
        return self.expires_at - time.time()


class Tokens:
    """Verifies tokens: RS256 or HS256 as the key has it, whatever the token says of itself."""

    def __init__(self, keys: KeyRing, issuer: str, audience: str) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = audience

    def session(self, token: str | None) -> AppSession:
        """Whom the token speaks for.

        Raises:
            TokenError: when there is none, or none that is good now.
        """
        if not token:
            raise TokenError("none was sent", "token_missing")
        if len(token) > _LONGEST_TOKEN:
            raise TokenError("too long")
        claims = self._claims(token)
        begun, ends = claims["iat"], claims["exp"]
        if not 0 < ends - begun <= LONGEST_LIFE:
            raise TokenError(f"exp has to be within {LONGEST_LIFE} seconds after iat")
        return AppSession(_text(claims, "sub", 1), _text(claims, "jti", 8), float(ends))

    def _claims(self, token: str) -> dict[str, Any]:
        try:
            kid = jwt.get_unverified_header(token).get("kid")
            key = self._keys.get(kid) if isinstance(kid, str) else None
            if key is None:
                raise TokenError("its kid names no key that is known")
            claims: dict[str, Any] = jwt.decode(
                token,
                key.value,
                algorithms=[key.algorithm],
                issuer=self._issuer,
                audience=self._audience,
                leeway=CLOCK_SKEW,
                options={"require": _CLAIMS},
            )
        except jwt.ExpiredSignatureError:
            raise TokenError("ran out", "token_expired") from None
        except jwt.MissingRequiredClaimError as error:
            raise TokenError(f"lacks the claim {error.claim}") from None
        except jwt.InvalidAudienceError:
            raise TokenError("aud is not this service's") from None
        except jwt.InvalidIssuerError:
            raise TokenError("iss is not the one agreed on") from None
        except jwt.ImmatureSignatureError:
            raise TokenError("iat or nbf is in the future") from None
        except jwt.PyJWTError:
            raise TokenError("cannot be verified") from None
        if not all(type(claims[name]) in (int, float) for name in ("iat", "exp")):
            raise TokenError("iat and exp have to be numbers")
        return claims


def _text(claims: dict[str, Any], name: str, shortest: int) -> str:
    value = claims[name]
    if not isinstance(value, str) or not value.isprintable() or not shortest <= len(value) <= 128:
        raise TokenError(f"{name} has to be a text of {shortest} to 128 printable characters")
    return value
