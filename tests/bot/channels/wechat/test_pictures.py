"""Screenshots that are sent to an official account or to WeCom's customer service are read."""

from __future__ import annotations

from pathlib import Path

import pytest

from actions.facts import FACTS_KEY
from bot.pictures.reader import can_read
from tests.bot.channels.wechat.posts import xml
from tests.bot.channels.wechat.talking import Assistant, person, until, wechat
from tests.bot.channels.wecom.customer_service import wecom
from tests.bot.pictures.drawing import advertisement, encoded

pytestmark = pytest.mark.skipif(not can_read(), reason="the extra ocr is not installed")

ADVERT = encoded(advertisement(("专业停息挂账 协商分期", "先付两千定金", "咨询电话13000000001")))


def test_a_picture_of_an_official_account_is_read_before_what_follows_it(tmp_path: Path) -> None:
    with wechat(tmp_path, Assistant(), picture_processes=1) as running:
        borrower = person()
        running.account.media["advert"] = ADVERT
        picture = xml(borrower, "image", MediaId="advert", PicUrl="http://127.0.0.1:1/never")
        answers = [running.bring(picture), running.say(borrower, "这是真的吗")]
        until(lambda: len(running.heard()) == 2)
        assert "停息挂账" in running.heard()[0]
        assert running.heard()[1] == "这是真的吗"
        until(lambda: len(running.account.said(borrower)) == answers.count(None))
        assert running.bring(xml(person(), "image", MediaId="gone")) == "回复"
        facts = running.assistant.heard[-1].metadata[FACTS_KEY]
        assert list(facts["attachments"]) == ["photo"]


def test_a_picture_of_a_customer_service_is_read(tmp_path: Path) -> None:
    with wecom(tmp_path, Assistant(), picture_processes=1) as running:
        running.theirs.media["advert"] = ADVERT
        (answer,) = running.bring(person(), "image", image={"media_id": "advert"})
        assert "停息挂账" in answer
        assert running.bring(person(), "image", image={"media_id": "gone"}) == ["回复"]
