"""Whether a pack is as it was signed: nothing changed, added, removed or hidden in it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.evidence import archive
from bot.evidence.errors import ArchiveError, SigningKeyError
from bot.evidence.keys import PublicKey
from bot.evidence.sealing import FORMAT, MANIFEST, PUBLIC_KEY, SIGNATURE, sha256

_ENTRY = {"path", "type", "size", "sha256"}


@dataclass(frozen=True)
class Verdict:
    """What was found out about a pack.

    ``problems`` are lines for a person, none for a pack that holds. ``signer`` is the fingerprint of the key in the
    pack. A pack that somebody made anew and signed with a key of their own holds in itself: only who compares
    ``signer`` with the fingerprint that the institution names elsewhere knows where it comes from, and
    ``signer_expected`` tells whether that was done here.
    """

    problems: tuple[str, ...]
    signer: str | None = None
    signer_expected: bool = False
    files: int = 0
    manifest: Mapping[str, Any] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        """Whether every byte is as it was signed, by the expected key if one was named."""
        return not self.problems


def verify_file(path: Path, expected: str | None = None) -> Verdict:
    """As :func:`verify`, for a file.

    Raises:
        OSError: when it cannot be read.
    """
    if path.stat().st_size > archive.LONGEST:
        return Verdict((f"it is larger than {archive.LONGEST} bytes, which no evidence pack is",))
    return verify(path.read_bytes(), expected)


def verify(pack: bytes, expected: str | None = None) -> Verdict:
    """Checks a pack by nothing but itself, and its key by the fingerprint ``expected`` where one is named."""
    try:
        files = archive.read(pack)
        key = PublicKey.of(_needed(files, PUBLIC_KEY))
        manifest, signature = _needed(files, MANIFEST), _needed(files, SIGNATURE)
    except SigningKeyError as error:
        return Verdict((f"{PUBLIC_KEY}: {error}",))
    except ArchiveError as error:
        return Verdict((str(error),))
    signer = key.fingerprint
    if expected is not None and signer != expected:
        return Verdict(("it was signed with another key than the expected one",), signer)
    if not key.verifies(signature, manifest):
        return Verdict((f"{MANIFEST}: its signature does not fit",), signer)
    # What it says counts from here on, since it was signed.
    said = _said(manifest)
    if said is None:
        return Verdict((f"{MANIFEST}: it has a format that this program does not know",), signer)
    problems = list(_differences(files, said["files"]))
    if not archive.is_as_written(pack, files):
        problems.append("bytes outside the files were changed or added")
    return Verdict(tuple(problems), signer, expected is not None, len(files), said)


def _said(manifest: bytes) -> dict[str, Any] | None:
    """What a manifest says; ``None`` for one of another form, which any owner of a key can sign."""
    try:
        said = json.loads(manifest)
        if said["format"] == FORMAT and all(entry.keys() >= _ENTRY for entry in said["files"]):
            return dict(said)
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        pass
    return None


def _needed(files: Mapping[str, bytes], path: str) -> bytes:
    if path not in files:
        raise ArchiveError(f"{path}: the file is missing")
    return files[path]


def _differences(files: Mapping[str, bytes], entries: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    listed = {str(entry["path"]): entry for entry in entries}
    for path, entry in listed.items():
        if path not in files:
            yield f"{path}: the file is missing"
        elif len(files[path]) != entry["size"] or sha256(files[path]) != entry["sha256"]:
            yield f"{path}: the file was changed"
    whole = [*listed, MANIFEST, SIGNATURE]
    for path in files:
        if path not in whole:
            yield f"{path}: the file was added"
    if set(files) == set(whole) and list(files) != whole:
        yield "the files are in another order"
