"""The keys that an institution's backend signs its tokens with: a JWKS file, read again when it changes."""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from jwt import PyJWTError
from jwt.algorithms import HMACAlgorithm, RSAAlgorithm

from bot.settings import SettingsError

logger = logging.getLogger(__name__)

VARIABLE: Final = "JINGZHONG_JWT_KEYS"
SHORTEST_SECRET: Final = 32  # bytes
SHORTEST_RSA: Final = 2048  # bits
_ALGORITHMS: Final = {"oct": "HS256", "RSA": "RS256"}
_LOOK_SECONDS: Final = 1.0


@dataclass(frozen=True)
class VerifyingKey:
    """One key, and the one algorithm that it verifies."""

    algorithm: str
    value: Any = field(repr=False)


class KeyRing:
    """The keys of a file by their ``kid``; a change of the file counts within a second.

    What a change broke is logged, and the keys of before stay.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.monotonic) -> None:
        """Reads the file.

        Raises:
            SettingsError: with one line, when it has no keys that can be used.
        """
        self._path = path
        self._clock = clock
        self._stamp = _stamp(path)
        self._keys = read_keys(path)
        self._looked_at = clock()

    def get(self, kid: str) -> VerifyingKey | None:
        """The key of this name."""
        if self._clock() - self._looked_at >= _LOOK_SECONDS:
            self._look()
        return self._keys.get(kid)

    def _look(self) -> None:
        self._looked_at = self._clock()
        stamp = _stamp(self._path)
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            self._keys = read_keys(self._path)
        except SettingsError as error:
            logger.error("%s; the keys of before stay in force", error)
        else:
            logger.warning("%s: %d keys are in force", VARIABLE, len(self._keys))


def read_keys(path: Path) -> Mapping[str, VerifyingKey]:
    """Reads a JWKS file; every key in it must be good.

    Raises:
        SettingsError: with one line that names what is wrong and never a key.
    """
    try:
        entries = json.loads(path.read_bytes())["keys"]
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise SettingsError(f"{VARIABLE}: cannot read {path} ({reason})") from None
    except (ValueError, TypeError, KeyError):
        entries = None
    if not isinstance(entries, list) or not entries:
        raise SettingsError(
            f'{VARIABLE}: {path} is no JWKS file with keys; write {{"keys": [...]}} as docs/app-chat.md shows'
        )
    keys: dict[str, VerifyingKey] = {}
    for place, entry in enumerate(entries, 1):
        kid, key = _key(entry, f"{VARIABLE}: key {place} of {path}")
        if kid in keys:
            raise SettingsError(f"{VARIABLE}: two keys of {path} have the same kid; rename one")
        keys[kid] = key
    return keys


def _key(entry: object, label: str) -> tuple[str, VerifyingKey]:
    if not isinstance(entry, dict) or entry.get("kty") not in _ALGORITHMS:
        raise SettingsError(f"{label} is none of kty RSA or oct; leave it out")
    kid, algorithm = entry.get("kid"), _ALGORITHMS[entry["kty"]]
    if not isinstance(kid, str) or not kid:
        raise SettingsError(f"{label} has no kid, by which tokens name it; give it one")
    if entry.get("alg", algorithm) != algorithm or entry.get("use", "sig") != "sig":
        raise SettingsError(f"{label} is not for {algorithm} signatures; leave it out")
    if "d" in entry:
        raise SettingsError(
            f"{label} is a private key, which belongs to your backend alone; put in its public part"
        )
    try:
        value = _value(entry)
    except (PyJWTError, ValueError, TypeError, KeyError):
        raise SettingsError(f"{label} cannot be read; copy it anew") from None
    if len(value) < SHORTEST_SECRET if algorithm == "HS256" else value.key_size < SHORTEST_RSA:
        raise SettingsError(
            f"{label} is too short: {SHORTEST_SECRET} bytes for oct and {SHORTEST_RSA} bits for RSA at least"
        )
    return kid, VerifyingKey(algorithm, value)


def _value(entry: Mapping[str, Any]) -> Any:
    # Called with what a file holds: both raise their own errors and Python's for what is malformed.
    if entry["kty"] == "oct":
        return HMACAlgorithm.from_jwk(dict(entry))
    return RSAAlgorithm.from_jwk(dict(entry))


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
