"""Signatures of webhook requests after the Standard Webhooks scheme."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Sequence
from typing import Final

_MARK: Final = "whsec_"
SHORTEST_KEY: Final = 24  # bytes


def read_keys(secrets: str) -> tuple[bytes, ...]:
    """The keys of ``whsec_BASE64`` secrets that are separated by commas.

    Raises:
        ValueError: with what is wrong, without the secret.
    """
    keys = []
    for secret in filter(None, (part.strip() for part in secrets.split(","))):
        if not secret.startswith(_MARK):
            raise ValueError(f"a secret begins with {_MARK}")
        try:
            key = base64.b64decode(secret.removeprefix(_MARK), validate=True)
        except binascii.Error:
            raise ValueError(f"what follows {_MARK} is no base64") from None
        if len(key) < SHORTEST_KEY:
            raise ValueError(f"a secret has {SHORTEST_KEY} bytes or more")
        keys.append(key)
    if not keys:
        raise ValueError("it is empty")
    return tuple(keys)


def sign(keys: Sequence[bytes], id: str, timestamp: int, body: bytes) -> str:
    """The value of ``webhook-signature``: one signature a key, so that a receiver may know only one of them."""
    content = f"{id}.{timestamp}.".encode() + body
    signatures = (hmac.digest(key, content, "sha256") for key in keys)
    return " ".join(f"v1,{base64.b64encode(signature).decode()}" for signature in signatures)
