from __future__ import annotations

import shutil
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from bot.evidence.errors import SigningKeyError
from bot.evidence.keys import (
    PublicKey,
    grouped,
    key_path,
    normalise_fingerprint,
    own_key,
    signing_key,
)


def test_the_key_is_made_at_the_first_use_for_its_owner_alone_and_stays(tmp_path: Path) -> None:
    assert own_key(tmp_path) is None
    first = signing_key(tmp_path)
    assert stat.S_IMODE(key_path(tmp_path).stat().st_mode) == 0o600
    assert signing_key(tmp_path).public == first.public
    assert [path.name for path in tmp_path.iterdir()] == [key_path(tmp_path).name]


def test_many_who_make_it_at_once_get_the_same(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = list(pool.map(lambda _: signing_key(tmp_path).public, range(16)))
    assert len(set(keys)) == 1


def test_processes_that_make_it_at_once_get_the_same(tmp_path: Path) -> None:
    code = "import sys, pathlib; from bot.evidence.keys import signing_key; print(signing_key(pathlib.Path(sys.argv[1])).public.fingerprint)"
    running = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE)
        for _ in range(3)
    ]
    assert len({process.communicate(timeout=60)[0] for process in running}) == 1


def test_a_key_that_others_can_read_is_refused_with_the_mend(tmp_path: Path) -> None:
    signing_key(tmp_path)
    key_path(tmp_path).chmod(0o640)
    with pytest.raises(SigningKeyError, match="chmod 600"):
        signing_key(tmp_path)


def test_a_broken_key_is_refused_and_not_replaced(tmp_path: Path) -> None:
    key_path(tmp_path).write_bytes(b"nothing")
    key_path(tmp_path).chmod(0o600)
    with pytest.raises(SigningKeyError, match="restore it"):
        signing_key(tmp_path)
    assert key_path(tmp_path).read_bytes() == b"nothing"


def test_a_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    other = generate_private_key(SECP256R1())
    key_path(tmp_path).write_bytes(
        other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    key_path(tmp_path).chmod(0o600)
    with pytest.raises(SigningKeyError, match="Ed25519"):
        own_key(tmp_path)
    with pytest.raises(SigningKeyError, match="Ed25519"):
        PublicKey.of(
            other.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        )


def test_a_home_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    with pytest.raises(SigningKeyError, match="JINGZHONG_HOME"):
        signing_key(tmp_path / "missing")


def test_openssl_finds_the_signature_and_the_fingerprint_right(tmp_path: Path) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    key = signing_key(tmp_path)
    for name, content in {
        "key": key.public.pem,
        "message": b"text",
        "signature": key.sign(b"text"),
    }.items():
        (tmp_path / name).write_bytes(content)
    verify = "openssl pkeyutl -verify -pubin -inkey key -rawin -in message -sigfile signature"
    assert (
        subprocess.run(verify.split(), cwd=tmp_path, capture_output=True, check=False).returncode
        == 0
    )
    digest = "openssl pkey -pubin -in key -outform DER | openssl dgst -sha256"
    told = subprocess.run(
        digest, shell=True, cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert key.public.fingerprint in told.stdout


def test_a_fingerprint_is_read_in_any_grouping(tmp_path: Path) -> None:
    digits = signing_key(tmp_path).public.fingerprint
    colons = ":".join(digits[at : at + 2] for at in range(0, 64, 2)).upper()
    assert normalise_fingerprint(grouped(digits)) == normalise_fingerprint(colons) == digits
    assert normalise_fingerprint(digits[:-1]) is None
    assert normalise_fingerprint("g" * 64) is None
