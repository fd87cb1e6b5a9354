"""Files that are no pictures for us, and such as are made to break whoever opens them."""

from __future__ import annotations

import resource
import struct
import time
import zlib
from contextlib import suppress

import pytest

from bot.pictures.decoding import Undecodable, decode
from bot.pictures.formats import format_of
from bot.pictures.limits import MOST_PIXELS
from bot.pictures.picture import Refused
from tests.bot.pictures import drawing

TIFF = b"II*\x00" + bytes(60)
NO_PICTURES = {
    "nothing": b"",
    "text": "停息挂账".encode(),
    "a page": b"<html><img src=x></html>",
    "SVG": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "PDF": b"%PDF-1.7\n",
    "TIFF": TIFF,
    "BMP": b"BM" + bytes(60),
    "a ZIP": b"PK\x03\x04" + bytes(60),
    "a program": b"\x7fELF" + bytes(60),
    "a sound in RIFF": b"RIFF\x00\x00\x00\x00WAVEfmt ",
    "PostScript": b"%!PS-Adobe-3.0 EPSF-3.0\n",
}


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int, height: int, rows: bytes, *more: bytes) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(rows, 9))
    signature = b"\x89PNG\r\n\x1a\n"
    return signature + chunk(b"IHDR", head) + b"".join(more) + body + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", NO_PICTURES)
def test_only_four_formats_are_opened_whatever_a_file_is_called(kind: str) -> None:
    assert format_of(NO_PICTURES[kind]) is None


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF"])
def test_those_four_are_known_by_their_first_bytes(form: str) -> None:
    assert format_of(drawing.encoded(drawing.note("停息"), form)) == form


@pytest.mark.parametrize(
    ("width", "height"), [(8000, 6251), (200_000, 200_000), (2**31 - 1, 1), (1, 2**31 - 1)]
)
def test_a_picture_that_claims_too_many_pixels_is_refused_before_it_is_decoded(
    width: int, height: int
) -> None:
    assert width * height > MOST_PIXELS
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.process_time()
    with pytest.raises(Undecodable) as refused:
        decode(png(width, height, b""))
    assert refused.value.refusal.reason is Refused.TOO_MANY_PIXELS
    assert time.process_time() - began < 0.5
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000  # kilobytes


def test_a_bomb_in_the_comment_of_a_picture_is_refused() -> None:
    comment = chunk(b"zTXt", b"Comment\x00\x00" + zlib.compress(bytes(90_000_000), 9))
    bomb = png(64, 64, bytes(65 * 64), comment)
    assert len(bomb) < 200_000
    with pytest.raises(Undecodable) as refused:
        decode(bomb)
    assert refused.value.refusal.reason is Refused.BROKEN


def test_the_largest_picture_that_is_allowed_is_made_small_while_it_is_decoded() -> None:
    picture = drawing.Image.new("RGB", (10_000, 5_000), "white")
    decoded = decode(drawing.encoded(picture, "JPEG", quality=20))
    assert decoded.pixels.shape == (1080, 2160, 3)


def test_a_file_that_ends_early_is_refused_in_a_line() -> None:
    whole = drawing.encoded(drawing.note("停息挂账"))
    with pytest.raises(Undecodable) as refused:
        decode(whole[: len(whole) // 2])
    assert refused.value.refusal.reason is Refused.BROKEN
    assert "\n" not in refused.value.refusal.detail


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF"])
def test_whatever_is_changed_in_a_file_it_is_decoded_or_refused(form: str) -> None:
    whole = drawing.encoded(drawing.note("停息").resize((190, 100)), form)
    for place in range(0, len(whole), max(1, len(whole) // 150)):
        broken = whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :]
        with suppress(Undecodable):
            assert decode(broken).pixels.size


def test_a_picture_without_room_for_a_letter_has_no_text() -> None:
    with pytest.raises(Undecodable) as refused:
        decode(drawing.encoded(drawing.Image.new("RGB", (900, 9))))
    assert refused.value.refusal.reason is Refused.NO_TEXT
