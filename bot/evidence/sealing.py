"""What makes files a pack: an index of them, a manifest over all, and its signature.

``index.json`` and ``index.csv`` list what the pack holds for its readers. ``manifest.json`` lists every file but
itself with type, size and SHA-256; ``manifest.sig`` is the plain Ed25519 signature of its bytes, so that the public
key beside it and OpenSSL are enough to check it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from bot.evidence import archive
from bot.evidence.keys import SigningKey
from bot.evidence.tables import csv_file

FORMAT: Final = "jingzhong-evidence/1"
INDEX_JSON, INDEX_CSV = "index.json", "index.csv"
PUBLIC_KEY, MANIFEST, SIGNATURE = "public-key.pem", "manifest.json", "manifest.sig"

_TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "json": "application/json",
    "pdf": "application/pdf",
    "pem": "application/x-pem-file",
    "txt": "text/plain; charset=utf-8",
}
_UNKNOWN: Final = "application/octet-stream"


@dataclass(frozen=True)
class FileFacts:
    """A file as the index lists it; ``name`` is what it was called before it came here, for attachments."""

    path: str
    type: str
    size: int
    sha256: str
    name: str = ""


def facts_of(path: str, content: bytes, *, type: str | None = None, name: str = "") -> FileFacts:
    """Measures a file; its type follows from the ending of the path unless it is told."""
    known = _TYPES.get(path.rpartition(".")[2], _UNKNOWN)
    return FileFacts(path, type or known, len(content), sha256(content), name)


def sha256(content: bytes) -> str:
    """The SHA-256 of these bytes in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def seal(
    files: Mapping[str, bytes],
    attachments: Iterable[FileFacts],
    about: Mapping[str, Any],
    key: SigningKey,
) -> bytes:
    """The pack of these files, signed; equal input gives equal bytes.

    ``attachments`` are the facts of those files that did not arise here; ``about`` is what the manifest says of the
    pack as a whole.

    Raises:
        ArchiveError: when a path is not plain or the pack would be too large.
    """
    told = {facts.path: facts for facts in attachments}
    listed = [told.get(path) or facts_of(path, content) for path, content in files.items()]
    public = key.public
    whole = {
        **files,
        INDEX_JSON: _json([asdict(facts) for facts in listed]),
        INDEX_CSV: csv_file(
            ("path", "type", "size", "sha256", "name"), [tuple(asdict(f).values()) for f in listed]
        ),
        PUBLIC_KEY: public.pem,
    }
    manifest = {
        "format": FORMAT,
        **about,
        "signer": {"algorithm": "Ed25519", "sha256": public.fingerprint},
        "files": [asdict(told.get(path) or facts_of(path, raw)) for path, raw in whole.items()],
    }
    whole[MANIFEST] = _json(manifest)
    whole[SIGNATURE] = key.sign(whole[MANIFEST])
    return archive.write(whole)


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False) + "\n").encode()
