"""The zip of a pack in the one form in which its files can be written.

Nothing is compressed, times are fixed, and no header holds anything that the files do not decide. So whoever reads
an archive can write it again and compare: a byte that differs anywhere, be it in a header or behind the end, shows.
There is nothing to unpack either, so that no archive grows while it is read. Ordinary tools open it.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Mapping, Sequence
from typing import Final

from bot.evidence.errors import ArchiveError

LONGEST: Final = 512 * 1024 * 1024
"""Bytes of the largest archive that is written or read."""

_LOCAL: Final = struct.Struct("<4s5H3I2H")
_CENTRAL: Final = struct.Struct("<4s6H3I5H2I")
_END: Final = struct.Struct("<4s4H2IH")
_LOCAL_SIGN, _CENTRAL_SIGN, _END_SIGN = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_VERSION: Final = 20
_MADE_ON_UNIX: Final = 3 << 8 | _VERSION
_STORED: Final = 0
_MIDNIGHT, _FIRST_DAY = 0, 1 << 5 | 1  # 1980-01-01, the first day that the format knows
_REGULAR_FILE: Final = 0o100644 << 16
_MOST_FILES: Final = 0xFFFF

# Plain names alone: no way up or out, nothing that a file system reads in another way than it is written.
_PART = r"[A-Za-z0-9][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*"
_PATH: Final = re.compile(rf"{_PART}(?:/{_PART})*")
_LONGEST_PATH: Final = 200


def is_plain(path: str) -> bool:
    """Whether a file of an archive may have this path."""
    return len(path) <= _LONGEST_PATH and _PATH.fullmatch(path) is not None


def write(files: Mapping[str, bytes]) -> bytes:
    """The archive of these files by path, in their order; equal files give equal bytes.

    Raises:
        ArchiveError: for a path that is not plain, and for more or larger files than an archive holds.
    """
    for path in files:
        if not is_plain(path):
            raise ArchiveError(f"{path!r} is no plain path")
    if len(files) > _MOST_FILES or sum(map(len, files.values())) > LONGEST:
        raise ArchiveError(f"at most {_MOST_FILES} files with {LONGEST} bytes go into an archive")
    return _written(list(files.items()))


def read(archive: bytes) -> dict[str, bytes]:
    """The files of an archive in their order.

    What the headers say besides names and lengths is not looked at: see :func:`is_as_written`.

    Raises:
        ArchiveError: when it is no archive of this form, or has a path twice or one that is not plain.
    """
    files: dict[str, bytes] = {}
    place = 0
    while archive[place : place + 4] == _LOCAL_SIGN:
        path, begin, end = _local(archive, place)
        if not is_plain(path):
            raise ArchiveError(f"it has a file with the path {path!r}, which is not plain")
        if path in files:
            raise ArchiveError(f"it has the file {path} twice")
        files[path] = archive[begin:end]
        place = end
    if not files or archive[place : place + 4] != _CENTRAL_SIGN:
        raise ArchiveError("it is no evidence pack, or a damaged one")
    return files


def is_as_written(archive: bytes, files: Mapping[str, bytes]) -> bool:
    """Whether the archive is what :func:`write` makes of these files, byte for byte."""
    return _written(list(files.items())) == archive


def _local(archive: bytes, place: int) -> tuple[str, int, int]:
    """The path of the file whose header begins there, and where its bytes begin and end."""
    if place + _LOCAL.size > len(archive):
        raise ArchiveError("it ends within a header")
    _, _, _, method, _, _, _, stored, size, name, extra = _LOCAL.unpack_from(archive, place)
    begin = place + _LOCAL.size + name + extra
    if method != _STORED or stored != size:
        raise ArchiveError("it has a compressed file, which no evidence pack has")
    if begin + size > len(archive):
        raise ArchiveError("it ends within a file")
    raw = archive[place + _LOCAL.size : place + _LOCAL.size + name]
    try:
        return raw.decode("ascii"), begin, begin + size
    except UnicodeDecodeError:
        raise ArchiveError("it has a file whose path is not plain") from None


def _written(files: Sequence[tuple[str, bytes]]) -> bytes:
    body, directory = bytearray(), bytearray()
    for path, content in files:
        name = path.encode("ascii")
        sums = (zlib.crc32(content), len(content), len(content))
        when = (_MIDNIGHT, _FIRST_DAY)
        directory += _CENTRAL.pack(
            _CENTRAL_SIGN,
            _MADE_ON_UNIX,
            _VERSION,
            0,
            _STORED,
            *when,
            *sums,
            len(name),
            0,
            0,
            0,
            0,
            _REGULAR_FILE,
            len(body),
        )
        directory += name
        body += _LOCAL.pack(_LOCAL_SIGN, _VERSION, 0, _STORED, *when, *sums, len(name), 0)
        body += name + content
    end = _END.pack(_END_SIGN, 0, 0, len(files), len(files), len(directory), len(body), 0)
    return bytes(body + directory + end)
