"""Which tokens are good."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.app.keys import KeyRing
from bot.channels.app.tokens import AppSession, TokenError, Tokens
from tests.bot.channels.app.backend import (
    ISSUER,
    RSA_KEY,
    SECRET,
    claims,
    rsa_jwk,
    secret_jwk,
    token,
    write_keys,
)


@pytest.fixture(scope="module")
def tokens(tmp_path_factory: pytest.TempPathFactory) -> Tokens:
    path = tmp_path_factory.mktemp("keys") / "keys.json"
    return Tokens(KeyRing(write_keys(path, secret_jwk(), rsa_jwk())), ISSUER, "jingzhong")


def refusal(tokens: Tokens, given: str | None) -> TokenError:
    with pytest.raises(TokenError) as refused:
        tokens.session(given)
    assert "\n" not in str(refused.value)
    return refused.value


@pytest.mark.parametrize(
    ("key", "algorithm", "kid"), [(SECRET, "HS256", "s1"), (RSA_KEY, "RS256", "r1")]
)
def test_a_good_token_names_user_session_and_end(
    tokens: Tokens, key: Any, algorithm: str, kid: str
) -> None:
    ends = int(time.time()) + 300
    good = token("客户-1", "session-9", key=key, algorithm=algorithm, kid=kid, exp=ends)
    assert tokens.session(good) == AppSession("客户-1", "session-9", float(ends))


def test_no_token_is_missing(tokens: Tokens) -> None:
    assert refusal(tokens, None).code == "token_missing"
    assert refusal(tokens, "").code == "token_missing"


def test_a_token_that_ran_out_says_so(tokens: Tokens) -> None:
    now = int(time.time())
    assert refusal(tokens, token(iat=now - 600, exp=now - 61)).code == "token_expired"


def test_clocks_may_differ_by_a_minute(tokens: Tokens) -> None:
    now = int(time.time())
    assert tokens.session(token(iat=now - 600, exp=now - 50))
    assert tokens.session(token(iat=now + 50, exp=now + 600))
    assert refusal(tokens, token(iat=now + 70, exp=now + 600)).code == "token_invalid"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"iss": "https://elsewhere.example"}, "iss"),
        ({"iss": None}, "iss"),
        ({"aud": "another"}, "aud"),
        ({"aud": None}, "aud"),
        ({"sub": None}, "sub"),
        ({"sub": ""}, "sub"),
        ({"sub": "x" * 129}, "sub"),
        ({"sub": "a\nb"}, "sub"),
        ({"jti": None}, "jti"),
        ({"jti": "short"}, "jti"),
        ({"iat": None}, "iat"),
        ({"exp": None}, "exp"),
        ({"exp": int(time.time()) + 3700}, "3600"),
        ({"iat": int(time.time()) - 3600, "exp": int(time.time()) + 60}, "3600"),
        ({"iat": True}, "exp"),
        ({"nbf": int(time.time()) + 600}, "nbf"),
    ],
)
def test_a_claim_that_is_missing_or_wrong_is_named(
    tokens: Tokens, changes: dict[str, Any], said: str
) -> None:
    error = refusal(tokens, token(**changes))
    assert error.code == "token_invalid"
    assert said in str(error)


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def forged(header: dict[str, Any], key: bytes) -> str:
    """A token put together by hand, since libraries refuse to make it."""
    signed = f"{part(header)}.{part(claims())}"
    mac = hmac.digest(key, signed.encode(), hashlib.sha256)
    return f"{signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def test_the_public_key_is_no_secret_to_sign_with(tokens: Tokens) -> None:
    public = RSA_KEY.public_key()
    for encoding in (serialization.Encoding.PEM, serialization.Encoding.DER):
        written = public.public_bytes(encoding, serialization.PublicFormat.SubjectPublicKeyInfo)
        refusal(tokens, forged({"alg": "HS256", "kid": "r1"}, written))


@pytest.mark.parametrize("algorithm", ["none", "None", "HS384", "RS256", "PS256", "", None, 5])
def test_the_key_alone_decides_the_algorithm(tokens: Tokens, algorithm: object) -> None:
    assert tokens.session(forged({"alg": "HS256", "kid": "s1"}, SECRET))
    refusal(tokens, forged({"alg": algorithm, "kid": "s1"}, SECRET))
    unsigned = forged({"alg": algorithm, "kid": "s1"}, SECRET).rpartition(".")[0] + "."
    refusal(tokens, unsigned)


def test_a_token_brings_no_key_of_its_own(tokens: Tokens) -> None:
    own = b"the secret of somebody else entirely"
    for header in (
        {"alg": "HS256", "kid": "s1", "jwk": secret_jwk(secret=own)},
        {"alg": "HS256", "jwk": secret_jwk(secret=own)},
        {"alg": "HS256", "kid": "s1", "jku": "https://elsewhere.example/keys.json"},
    ):
        refusal(tokens, forged(header, own))


@pytest.mark.parametrize("kid", [None, "", "unknown", "../s1", 5, ["s1"]])
def test_a_token_of_an_unknown_key_is_refused(tokens: Tokens, kid: object) -> None:
    refusal(tokens, forged({"alg": "HS256", **({} if kid is None else {"kid": kid})}, SECRET))


def test_another_institutions_key_is_refused(tokens: Tokens) -> None:
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    refusal(tokens, token(key=other, algorithm="RS256", kid="r1"))


def test_a_changed_claim_breaks_the_signature(tokens: Tokens) -> None:
    header, _, signature = token().split(".")
    refusal(tokens, f"{header}.{part(claims('u2'))}.{signature}")


@given(
    st.one_of(
        st.text(max_size=40), st.from_regex(r"[A-Za-z0-9_-]{0,20}(\.[A-Za-z0-9_-]{0,20}){0,4}")
    )
)
def test_whatever_else_is_sent_is_refused_in_a_line(tokens: Tokens, text: str) -> None:
    error = refusal(tokens, text)
    assert len(text) < 12 or text not in str(error)


def test_a_token_longer_than_any_is_not_even_read(tokens: Tokens) -> None:
    assert "too long" in str(refusal(tokens, token(extra="x" * 9000)))


def test_a_session_shows_neither_its_id_nor_a_token() -> None:
    assert "session-1" not in repr(AppSession("u1", "session-1", 0.0))


def test_the_library_still_refuses_an_algorithm_that_is_not_asked_for() -> None:
    with pytest.raises(jwt.InvalidAlgorithmError):
        jwt.decode(token(), SECRET, algorithms=["RS256"], options={"verify_aud": False})
