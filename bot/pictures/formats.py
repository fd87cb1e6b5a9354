"""Which files are pictures that we read, by their first bytes and by nothing else."""

from __future__ import annotations

from typing import Final

PILLOW_FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF")
_JPEG, _PNG = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"


def format_of(data: bytes) -> str | None:
    """Pillow's name of the format; ``None`` for all that we do not read."""
    if data.startswith(_JPEG):
        return "JPEG"
    if data.startswith(_PNG):
        return "PNG"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    return "GIF" if data[:6] in (b"GIF87a", b"GIF89a") else None
