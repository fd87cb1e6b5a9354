"""What an institution's backend does: it has keys, publishes the public ones, and signs tokens."""

from __future__ import annotations

import base64
import json
import time
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from jwt.algorithms import RSAAlgorithm

ISSUER = "https://login.maisui.example"
SECRET = b"a secret that backend and service share"
RSA_KEY: RSAPrivateKey = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def secret_jwk(kid: str = "s1", secret: bytes = SECRET) -> dict[str, str]:
    """An ``oct`` key as a JWKS file has it."""
    k = base64.urlsafe_b64encode(secret).rstrip(b"=").decode()
    return {"kty": "oct", "kid": kid, "k": k}


def rsa_jwk(kid: str = "r1", key: RSAPrivateKey = RSA_KEY) -> dict[str, Any]:
    """The public part of an RSA key as a JWKS file has it."""
    found: dict[str, Any] = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return {"kty": "RSA", "kid": kid, "n": found["n"], "e": found["e"]}


def write_keys(path: Path, *keys: object) -> Path:
    """Writes a JWKS file, in one step as an operator should."""
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps({"keys": list(keys)}), encoding="utf-8")
    fresh.replace(path)
    return path


def claims(user: str = "u1", session: str = "session-1", **changes: Any) -> dict[str, Any]:
    """The claims of a good token; ``None`` takes one out."""
    now = int(time.time())
    good = {
        "iss": ISSUER,
        "aud": "jingzhong",
        "sub": user,
        "jti": session,
        "iat": now,
        "exp": now + 600,
    }
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


def token(
    user: str = "u1",
    session: str = "session-1",
    *,
    key: Any = SECRET,
    algorithm: str = "HS256",
    kid: str | None = "s1",
    **changes: Any,
) -> str:
    """A signed token."""
    headers = {"kid": kid} if kid is not None else {}
    return jwt.encode(claims(user, session, **changes), key, algorithm, headers=headers)


def bearer(*arguments: Any, **options: Any) -> dict[str, str]:
    """The header that carries a token."""
    return {"Authorization": f"Bearer {token(*arguments, **options)}"}
