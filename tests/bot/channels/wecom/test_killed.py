"""A real service that is killed while it answers WeCom's customer service."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import httpx

from tests.bot.channels.wechat.posts import AES_KEY, TOKEN, Poster
from tests.bot.channels.wechat.talking import until
from tests.bot.channels.wechat.tencent import SECRET
from tests.bot.channels.wecom.customer_service import (
    CORP_ID,
    WEBHOOK,
    CustomerService,
    announcement,
    person,
)
from tests.conftest import RunningService

OFFER = "有家公司说能帮我停息挂账，要先收两千定金，加微信abc12345"
PEOPLE = 120 if os.environ.get("JINGZHONG_SOAK") else 30
START_SECONDS = 240.0


def test_after_a_kill_everybody_is_answered_and_nobody_twice(model: Path, tmp_path: Path) -> None:
    theirs = CustomerService()
    service = RunningService(
        tmp_path / "home",
        JINGZHONG_WECOM_CORP_ID=CORP_ID,
        JINGZHONG_WECOM_SECRET=SECRET,
        JINGZHONG_WECOM_TOKEN=TOKEN,
        JINGZHONG_WECOM_AES_KEY=AES_KEY,
        JINGZHONG_WECOM_BASE_URL=theirs.base_url,
        JINGZHONG_PICTURE_PROCESSES="0",
    )
    try:
        theirs.slow = 0.05
        people = [person() for _ in range(PEOPLE)]
        for somebody in people:
            theirs.put(somebody, "text", text={"content": OFFER})
        token, post = theirs.new_token(), Poster(app_id=CORP_ID)
        sealed = post.post(announcement(token))
        url = f"{service.base_url}{WEBHOOK}"
        assert httpx.post(url, params=sealed.query, content=sealed.body, trust_env=False).is_success
        until(lambda: sum(map(bool, map(theirs.said, people))) >= PEOPLE // 4, 60)
        service.stop(signal.SIGKILL)
        before = sum(map(bool, map(theirs.said, people)))
        assert before < PEOPLE, "it was killed too late to tell anything"
        service.restart()
        until(lambda: all(map(theirs.said, people)), START_SECONDS)
    finally:
        service.stop()
        theirs.stop()
    told = ["".join(theirs.said(somebody)) for somebody in people]
    assert all(text.count("停息挂账") == told[0].count("停息挂账") for text in told)
