"""The key that signs evidence packs: Ed25519, made at the first use, one for an installation.

A signature made with it can be checked by anybody who has the public key, with this program or with OpenSSL.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from bot.evidence.errors import SigningKeyError

_GROUP = 4
_HEXADECIMAL = frozenset("0123456789abcdef")


@dataclass(frozen=True)
class PublicKey:
    """What checks signatures; ``pem`` is its written form, which goes out with every pack."""

    pem: bytes

    @classmethod
    def of(cls, pem: bytes) -> PublicKey:
        """The key in this PEM text.

        Raises:
            SigningKeyError: when it is none of Ed25519.
        """
        try:
            key = load_pem_public_key(pem)
        except (ValueError, UnsupportedAlgorithm):
            raise SigningKeyError("it holds no public key in PEM form") from None
        if not isinstance(key, Ed25519PublicKey):
            raise SigningKeyError("its public key is not one of Ed25519")
        return cls(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the key in DER form, 64 hexadecimal digits."""
        der = load_pem_public_key(self.pem).public_bytes(
            Encoding.DER, PublicFormat.SubjectPublicKeyInfo
        )
        return hashlib.sha256(der).hexdigest()

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Whether the owner of this key signed exactly these bytes."""
        key = load_pem_public_key(self.pem)
        assert isinstance(key, Ed25519PublicKey)
        try:
            key.verify(signature, message)
        except InvalidSignature:
            return False
        return True


class SigningKey:
    """The private key of an installation."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key

    @property
    def public(self) -> PublicKey:
        """What others check its signatures with."""
        return PublicKey(
            self._key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        )

    def sign(self, message: bytes) -> bytes:
        """The signature of these bytes, 64 bytes; the same ones always have the same."""
        return self._key.sign(message)


def key_path(home: Path) -> Path:
    """Where the key of an installation lies in its data directory."""
    return home / "evidence-key.pem"


def own_key(home: Path) -> SigningKey | None:
    """The key of the installation, if it has made one already.

    Raises:
        SigningKeyError: when the file cannot be used, or others than its owner can read it.
    """
    path = key_path(home)
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            pem = file.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SigningKeyError(f"{path}: {error.strerror}; make it readable for this user") from None
    if mode & 0o077:
        raise SigningKeyError(f"{path}: others can read it; run: chmod 600 {path}")
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise SigningKeyError(f"{path}: it is no private key of Ed25519; restore it from a backup")
    return SigningKey(key)


def signing_key(home: Path) -> SigningKey:
    """The key of the installation, made now if there is none; two processes that do it at once get the same.

    Raises:
        SigningKeyError: when the key cannot be used or made.
    """
    found = own_key(home)
    if found is None:
        _make(key_path(home))
        found = own_key(home)
    if found is None:
        raise SigningKeyError(f"{key_path(home)}: it was removed while it was read; try again")
    return found


def normalise_fingerprint(text: str) -> str | None:
    """A fingerprint in any grouping and case as 64 digits; ``None`` if it is none."""
    digits = "".join(text.replace(":", " ").split()).lower()
    return digits if len(digits) == 64 and set(digits) <= _HEXADECIMAL else None


def grouped(digits: str) -> str:
    """Digits in groups of four, for people who compare them."""
    return " ".join(digits[at : at + _GROUP] for at in range(0, len(digits), _GROUP))


def _make(path: Path) -> None:
    pem = Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    try:
        handle, name = tempfile.mkstemp(
            dir=path.parent, prefix=".evidence-key-"
        )  # for its owner alone
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(pem)
                file.flush()
                os.fsync(file.fileno())
            with contextlib.suppress(FileExistsError):  # another process was faster: its key it is
                os.link(name, path)
        finally:
            os.unlink(name)
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise SigningKeyError(
            f"{path}: {error.strerror}; make the folder of JINGZHONG_HOME writable"
        ) from None
