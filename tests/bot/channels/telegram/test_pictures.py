"""Screenshots that are sent as photos or files are read, where reading is switched on."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.pictures.reader import can_read
from tests.bot.channels.telegram import updates
from tests.bot.channels.telegram.talking import telegram_service
from tests.bot.pictures.drawing import advertisement, encoded

pytestmark = pytest.mark.skipif(not can_read(), reason="the extra ocr is not installed")

ADVERT = ("专业停息挂账 协商分期", "先付两千定金", "咨询电话13000000001")


def photo(file_id: str, **fields: object) -> dict[str, object]:
    small = {"file_id": "small", "file_unique_id": "small", "width": 90, "height": 60}
    large = {"file_id": file_id, "file_unique_id": file_id, "width": 900, "height": 600}
    return {"photo": [small, large], **fields}


def image_file(file_id: str) -> dict[str, object]:
    return {"document": {"file_id": file_id, "file_unique_id": file_id, "mime_type": "image/png"}}


def test_pictures_are_read_and_those_that_cannot_be_fetched_get_an_honest_answer(
    model: Path, tmp_path: Path
) -> None:
    with telegram_service(tmp_path, model, polling=False, picture_processes=1) as telegram:
        telegram.api.files["advert"] = encoded(advertisement(ADVERT))
        for fields in (photo("advert", media_group_id="1"), image_file("advert")):
            borrower = updates.person()
            first = updates.update(message=updates.message(borrower, **fields))
            assert any("停息挂账" in answer for answer in telegram.answers(first, borrower))
            (signal,) = telegram.signals(borrower)
            assert signal["data"]["code"] == "debt_optimization"
            fetched = len(telegram.api.of("getFile"))
            assert telegram.answers(first, borrower) == []
            assert len(telegram.api.of("getFile")) == fetched
        borrower = updates.person()
        gone = updates.update(message=updates.message(borrower, **photo("gone")))
        assert telegram.reply("photo") in telegram.answers(gone, borrower)
        told_of_small = [call for call in telegram.api.of("getFile") if call["file_id"] == "small"]
        assert told_of_small == []
