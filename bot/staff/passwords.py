"""Passwords: stored as scrypt hashes, compared in constant time."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from typing import Final

SHORTEST: Final = 12
LONGEST: Final = 256
_COST: Final = 2**15  # 32 MiB and a tenth of a second
_BLOCK: Final = 8
_MEMORY: Final = 64 * 1024 * 1024


class PasswordError(ValueError):
    """The password cannot be taken; the message is one line that says why."""


def hash_password(password: str) -> str:
    """What is stored of a password: the parameters, a salt of its own and the hash.

    Raises:
        PasswordError: when it is too short or too long.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise PasswordError(f"a password has {SHORTEST} to {LONGEST} characters")
    return _stored(password)


def verify_password(password: str, stored: str | None) -> bool:
    """Whether the password is the stored one; without a stored one it takes as long and is false."""
    wanted = stored or _nobody()
    scheme, cost, salt, _ = wanted.split("$")
    assert scheme == "scrypt"
    given = _derive(password[:LONGEST], _bytes(salt), int(cost))
    same = hmac.compare_digest(_text(given), wanted.rsplit("$", 1)[1])
    return same and stored is not None


def _stored(password: str) -> str:
    salt = secrets.token_bytes(16)
    return f"scrypt${_COST}${_text(salt)}${_text(_derive(password, salt, _COST))}"


def _nobody() -> str:
    # A hash of the right form that no password has; made without the price of one.
    return f"scrypt${_COST}${_text(bytes(16))}${_text(bytes(32))}"


def _derive(password: str, salt: bytes, cost: int) -> bytes:
    secret = password.encode("utf-8", "surrogatepass")
    return hashlib.scrypt(secret, salt=salt, n=cost, r=_BLOCK, p=1, maxmem=_MEMORY, dklen=32)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text)
