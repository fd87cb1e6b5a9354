from __future__ import annotations

import io
import zipfile

import pytest

from bot.evidence import archive
from bot.evidence.errors import ArchiveError

FILES = {"README.txt": "说明".encode(), "attachments/01.png": b"\x00" * 3000, "empty.csv": b""}


def other_zip(*entries: tuple[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    """A zip that another program made."""
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", compression) as made:
        for path, content in entries:
            made.writestr(path, content)
    return raw.getvalue()


def test_ordinary_tools_open_it_and_find_no_error() -> None:
    with zipfile.ZipFile(io.BytesIO(archive.write(FILES))) as opened:
        assert opened.testzip() is None
        assert {path: opened.read(path) for path in opened.namelist()} == FILES


def test_what_was_written_is_read_in_its_order() -> None:
    found = archive.read(archive.write(FILES))
    assert list(found.items()) == list(FILES.items())


def test_equal_files_give_equal_bytes() -> None:
    assert archive.write(FILES) == archive.write(dict(FILES))


@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd",
        "../up",
        "a/../b",
        "a//b",
        "a\\b",
        "C:x",
        ".hidden",
        "a ",
        "报告",
        "",
        "a" * 201,
    ],
)
def test_a_path_that_is_not_plain_is_neither_written_nor_read(path: str) -> None:
    with pytest.raises(ArchiveError):
        archive.write({path: b"x"})
    if path:
        with pytest.raises(ArchiveError):
            archive.read(other_zip((path, b"x")))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_path_that_stands_twice_is_refused() -> None:
    with pytest.raises(ArchiveError, match=r"a\.txt twice"):
        archive.read(other_zip(("a.txt", b"shown"), ("a.txt", b"hidden")))


def test_a_bomb_is_refused_without_being_unpacked() -> None:
    bomb = other_zip(("zeros.bin", b"\0" * 50_000_000), compression=zipfile.ZIP_DEFLATED)
    assert len(bomb) < 100_000
    with pytest.raises(ArchiveError, match="compressed"):
        archive.read(bomb)


def test_a_header_that_claims_more_than_there_is_is_refused() -> None:
    whole = archive.write({"a.txt": b"x" * 100})
    with pytest.raises(ArchiveError, match="ends within a file"):
        archive.read(whole[:80])


@pytest.mark.parametrize(
    "raw", [b"", b"PK", b"PK\x03\x04", b"nothing of the kind", b"PK\x05\x06" + b"\0" * 18]
)
def test_what_is_no_archive_is_refused(raw: bytes) -> None:
    with pytest.raises(ArchiveError):
        archive.read(raw)


def test_a_comment_or_anything_behind_the_end_shows() -> None:
    whole = archive.write(FILES)
    assert archive.is_as_written(whole, archive.read(whole))
    for changed in (whole + b"x", whole[:-2] + b"\x03\x00abc"):
        assert not archive.is_as_written(changed, archive.read(changed))
