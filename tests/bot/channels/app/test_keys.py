"""The file with the backend's keys."""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from bot.channels.app.keys import KeyRing, read_keys
from bot.settings import SettingsError
from tests.bot.channels.app.backend import RSA_KEY, rsa_jwk, secret_jwk, write_keys


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_each_key_verifies_the_one_algorithm_of_its_kind(tmp_path: Path) -> None:
    keys = read_keys(write_keys(tmp_path / "keys.json", secret_jwk(), rsa_jwk()))
    assert {kid: key.algorithm for kid, key in keys.items()} == {"s1": "HS256", "r1": "RS256"}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "no JWKS file"),
        ("{", "no JWKS file"),
        ("[]", "no JWKS file"),
        ("null", "no JWKS file"),
        ('{"keys": []}', "no JWKS file"),
        ('{"keys": {}}', "no JWKS file"),
        ('{"keys": [5]}', "key 1"),
        ('{"keys": [{"kty": "EC", "kid": "a"}]}', "RSA or oct"),
        ('{"keys": [{"kty": "oct", "kid": "a"}]}', "cannot be read"),
        ('{"keys": [{"kty": "oct", "kid": "a", "k": "%%"}]}', "key 1"),
        ('{"keys": [{"kty": "RSA", "kid": "a", "n": "AQAB", "e": "!"}]}', "key 1"),
    ],
)
def test_a_broken_or_empty_file_is_refused_in_a_line(
    tmp_path: Path, content: str, said: str
) -> None:
    path = tmp_path / "keys.json"
    path.write_text(content)
    with pytest.raises(SettingsError) as refused:
        read_keys(path)
    line = str(refused.value)
    assert line.startswith("JINGZHONG_JWT_KEYS: ")
    assert said in line
    assert "\n" not in line


def test_a_missing_file_is_refused_in_a_line(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"JINGZHONG_JWT_KEYS: cannot read .* \(No such file"):
        read_keys(tmp_path / "none.json")


WEAK = rsa.generate_private_key(public_exponent=65537, key_size=1024)


@pytest.mark.parametrize(
    ("key", "said"),
    [
        (secret_jwk(secret=b"x" * 31), "too short"),
        (rsa_jwk(key=WEAK), "too short"),
        ({**rsa_jwk(), "d": "AQAB"}, "private key"),
        ({**rsa_jwk(), "alg": "HS256"}, "not for RS256"),
        ({**secret_jwk(), "alg": "RS256"}, "not for HS256"),
        ({**rsa_jwk(), "use": "enc"}, "not for RS256"),
        ({**rsa_jwk(), "kid": None}, "has no kid"),
        ({**rsa_jwk(), "kid": ""}, "has no kid"),
    ],
)
def test_a_key_that_cannot_be_trusted_is_refused_and_never_quoted(
    tmp_path: Path, key: dict[str, Any], said: str
) -> None:
    with pytest.raises(SettingsError, match=said) as refused:
        read_keys(write_keys(tmp_path / "keys.json", key))
    assert str(key.get("k") or key.get("n")) not in str(refused.value)


def test_two_keys_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="same kid"):
        read_keys(write_keys(tmp_path / "keys.json", secret_jwk(), rsa_jwk("s1")))


def test_a_new_key_counts_within_a_second_and_one_that_was_taken_out_no_more(
    tmp_path: Path,
) -> None:
    clock = Clock()
    path = write_keys(tmp_path / "keys.json", secret_jwk())
    ring = KeyRing(path, clock)
    write_keys(path, rsa_jwk())
    clock.now = 0.9
    assert ring.get("r1") is None
    clock.now = 1.0
    assert ring.get("r1") is not None
    assert ring.get("s1") is None


def test_what_a_change_broke_is_logged_and_the_keys_of_before_stay(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock()
    path = write_keys(tmp_path / "keys.json", secret_jwk())
    ring = KeyRing(path, clock)
    for content in ("{", '{"keys": []}'):
        path.write_text(content)
        clock.now += 1
        with caplog.at_level(logging.ERROR):
            assert ring.get("s1") is not None
    path.unlink()
    clock.now += 1
    assert ring.get("s1") is not None
    lines = [record.getMessage() for record in caplog.records]
    assert len(lines) == 3
    assert all("the keys of before stay in force" in line for line in lines)
    write_keys(path, rsa_jwk())
    clock.now += 1
    assert ring.get("r1") is not None


def test_a_change_within_one_tick_of_the_clock_is_noticed(tmp_path: Path) -> None:
    clock = Clock()
    path = write_keys(tmp_path / "keys.json", secret_jwk())
    before = path.stat()
    ring = KeyRing(path, clock)
    write_keys(path, secret_jwk("s2"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    clock.now = 1
    assert ring.get("s2") is not None


def test_the_private_key_of_the_tests_is_written_by_nobody(tmp_path: Path) -> None:
    written = json.loads(write_keys(tmp_path / "keys.json", rsa_jwk(key=RSA_KEY)).read_text())
    assert set(written["keys"][0]) == {"kty", "kid", "n", "e"}
