"""Numbers and names as points of a curve that several secrets can cover in any order.

A value becomes a point of P-256 by hashing, a secret multiplies it. Two parties who each multiply by their
own secret reach the same point in either order, and a point that was multiplied by an unknown secret tells
nothing of the value behind it (decisional Diffie-Hellman): unlike a hash, it cannot be tried out against all
phone numbers there are.
"""

from __future__ import annotations

import hashlib
import secrets

from cryptography.hazmat.primitives.asymmetric import ec

POINT_BYTES = 32
_CURVE = ec.SECP256R1()
_DOMAIN = b"jingzhong contact matching v1"
# Only the x coordinate is kept: multiplying a point or its mirror image gives the same one.
_EVEN = b"\x02"


class PointError(ValueError):
    """Bytes that are no point of the curve."""


class Blinder:
    """One secret of one matching; never used for a second one."""

    def __init__(self, secret: int | None = None) -> None:
        """Takes a secret that was kept, or a fresh one."""
        key = ec.derive_private_key(secret, _CURVE) if secret else ec.generate_private_key(_CURVE)
        self._key = key

    @property
    def secret(self) -> int:
        """The number to keep until the matching has ended, and to show nobody."""
        return self._key.private_numbers().private_value

    def value(self, value: str) -> bytes:
        """The covered point of a value; nobody without the secret can tell whose it is."""
        return self._multiply(_point_of(value))

    def point(self, point: bytes) -> bytes:
        """Covers a point that another secret covered already.

        Raises:
            PointError: for bytes that are no point of the curve, which nobody honest sends.
        """
        return self._multiply(_decode(point))

    def _multiply(self, point: ec.EllipticCurvePublicKey) -> bytes:
        return self._key.exchange(ec.ECDH(), point)


def filler() -> bytes:
    """A point that stands for no value and looks like those that do."""
    while True:
        point = secrets.token_bytes(POINT_BYTES)
        try:
            _decode(point)
        except PointError:
            continue
        return point


def _point_of(value: str) -> ec.EllipticCurvePublicKey:
    """Hashes to the curve by trying: every other number is the coordinate of a point."""
    for attempt in range(256):
        digest = hashlib.sha256(_DOMAIN + bytes([attempt]) + value.encode("utf-8")).digest()
        try:
            return _decode(digest)
        except PointError:
            continue
    raise PointError("no point found for this value")


def _decode(coordinate: bytes) -> ec.EllipticCurvePublicKey:
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, _EVEN + coordinate)
    except ValueError:
        raise PointError("not a point of the curve") from None
