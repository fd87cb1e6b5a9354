"""Pictures as borrowers send them, read by a real process."""

from __future__ import annotations

import os

import pytest

from bot.pictures.picture import PictureText
from nlu.entities import extract
from nlu.text.folding import fold
from tests.bot.pictures import drawing
from tests.bot.pictures.conftest import Reading
from tests.bot.pictures.samples import LONG_TALK, TALK, Sample, samples

MOST_WRONG = 0.01  # of the characters; measured: none


def plain(text: str) -> str:
    return "".join(sign for sign in fold(text).text if sign.isalnum())


def distance(one: str, other: str) -> int:
    """How many characters must be put in, taken out or changed to come from one text to the other."""
    before = list(range(len(other) + 1))
    for row, sign in enumerate(one, 1):
        now = [row]
        for column, against in enumerate(other, 1):
            changed = before[column - 1] + (sign != against)
            now.append(min(before[column] + 1, now[-1] + 1, changed))
        before = now
    return before[-1]


def read(reading: Reading, data: bytes) -> PictureText:
    outcome = reading.read(data)
    assert isinstance(outcome, PictureText), outcome
    return outcome


SOAK = os.environ.get("JINGZHONG_SOAK") == "1"
USUAL = (
    "chat, dark",
    "chat, photographed, tilted by 4°",
    "chat, on its side",
    "advertisement with a QR code",
    "caller screen",
)
SHORT = [
    sample for sample in samples() if "long" not in sample.name and (SOAK or sample.name in USUAL)
]


@pytest.mark.parametrize("sample", SHORT, ids=lambda sample: sample.name)
def test_reads_what_is_written_in_the_order_in_which_people_read_it(
    reading: Reading, sample: Sample
) -> None:
    found = read(reading, sample.file)
    said = plain("".join(sample.said))
    seen = plain("".join(line.text for line in found.lines))
    assert distance(said, seen) <= MOST_WRONG * len(said), seen
    assert found.complete
    assert found.codes == sample.codes
    contacts = {entity.value for entity in extract(fold(found.text))}
    assert set(sample.contacts) <= contacts


def test_tells_the_two_sides_of_a_chat_and_leaves_out_what_the_phone_wrote(
    reading: Reading,
) -> None:
    talk = (*TALK, ("left", "好的，明天给您办"))
    found = read(reading, drawing.encoded(drawing.chat(talk)))
    assert [line.side for line in found.lines] == [None, *(side for side, _ in talk)]
    assert "21:37" not in found.text
    assert "20:15" not in found.text


@pytest.mark.skipif(not SOAK, reason="takes a quarter of a minute; JINGZHONG_SOAK=1 runs it")
def test_a_long_screenshot_is_read_to_its_end(reading: Reading) -> None:
    (sample,) = (sample for sample in samples() if "long" in sample.name)
    found = read(reading, sample.file)
    sides = [side for side, _ in LONG_TALK]
    # On a busy machine time may run out before the end; what was read is whole all the same.
    assert [line.side for line in found.lines[1:]] == sides[: len(found.lines) - 1]
    if found.complete:
        assert found.lines[-1].text == LONG_TALK[-1][1]
    else:
        assert len(found.lines) > 5


def test_a_picture_that_an_editing_program_signed_is_marked_and_read_all_the_same(
    reading: Reading,
) -> None:
    picture = drawing.note("已转账2000元")
    exif = picture.getexif()
    exif[0x0131] = "Adobe Photoshop 25.0 (Windows)"
    edited = read(reading, drawing.encoded(picture, "JPEG", quality=85, exif=exif))
    assert edited.edited
    assert edited.text == "已转账2000元"
    assert not read(reading, drawing.encoded(picture, "JPEG", quality=85)).edited


def test_a_phone_that_was_held_sideways_is_heeded(reading: Reading) -> None:
    picture = drawing.note("先付2000元", "再办停息挂账").rotate(90, expand=True)
    exif = picture.getexif()
    exif[0x0112] = 6  # "turn me by a quarter clockwise"
    found = read(reading, drawing.encoded(picture, "JPEG", quality=85, exif=exif))
    assert found.text.split() == ["先付2000元", "再办停息挂账"]


def test_of_a_moving_picture_the_first_frame_is_read(reading: Reading) -> None:
    frames = [drawing.note(text) for text in ("停息挂账包成功", "第二张图")]
    data = drawing.encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert [line.text for line in read(reading, data).lines] == ["停息挂账包成功"]


def test_text_on_a_transparent_ground_is_read_as_on_white(reading: Reading) -> None:
    picture = drawing.note("刷流水解冻费两千元")
    picture.putalpha(picture.convert("L").point(lambda light: 255 - light))
    assert read(reading, drawing.encoded(picture)).text == "刷流水解冻费两千元"
