"""The whole way through the running service: ask, take, answer, hand back, judge, and be forgotten."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from bot.handoff.survey_figures import opinions
from bot.ledger.database import Reader, database_path
from bot.ledger.encoding import parse_time
from tests.bot.conftest import Rest
from tests.conftest import RunningService

TOKEN = "token-for-tests-only"
LONG_AGO = parse_time("2000-01-01T00:00:00Z")


def texts(bubbles: list[dict[str, Any]]) -> str:
    return "\n".join(str(bubble.get("text", "")) for bubble in bubbles)


def test_from_the_wish_for_a_person_to_the_erasure(
    start: Callable[..., RunningService],
    rest_of: Callable[[str], Rest],
    tmp_path: Path,
    content_copy: Path,
) -> None:
    rules = content_copy / "handoff.yml"
    words = re.sub(
        r'opens: "09:00", closes: "21:00"', 'opens: "00:00", closes: "23:59:59"', rules.read_text()
    )
    rules.write_text(re.sub(r"special_days:\n(?:  .*\n)+", "special_days: {}\n", words))
    running = start(
        tmp_path / "home",
        JINGZHONG_CONTENT=str(content_copy),
        JINGZHONG_ADMIN_PASSWORD="correct horse battery",
        JINGZHONG_API_TOKEN=TOKEN,
    )
    rest = rest_of(running.base_url)
    rest.client.headers["Authorization"] = f"Bearer {TOKEN}"
    api = httpx.Client(
        base_url=f"{running.base_url}/api",
        headers={"Authorization": f"Bearer {TOKEN}"},
        trust_env=False,
        timeout=30,
    )
    with api:
        rest.say("u1", "有人让我交两千解冻费才放款")
        assert "前面还有0位" in texts(rest.say("u1", "转人工"))
        [request] = api.get("/handoffs").json()["handoffs"]
        ticket = request["ticket"]
        assert api.post(f"/handoffs/{ticket}/take", json={}).status_code == 200
        assert rest.say("u1", "不用了") == []
        told = api.post(
            f"/handoffs/{ticket}/answer", json={"text": "您好，我看到您说的了。"}
        ).json()
        assert told["delivery"] == "kept"
        [answer] = rest.say("u1", "好的")
        assert answer["text"] == "人工客服：您好，我看到您说的了。"
        assert answer["custom"] == {"from": "agent"}
        said = api.get(f"/handoffs/{ticket}").json()["messages"]
        assert [each["text"] for each in said if each["side"] == "user"] == ["不用了", "好的"]
        assert api.post(f"/handoffs/{ticket}/end", json={}).status_code == 200
    ended = rest.say("u1", "谢谢")
    assert texts(ended).count("您觉得怎么样") == 1
    assert "哪里不好" in texts(rest.say("u1", "不太好"))
    assert "已经记下" in texts(rest.say("u1", "让我等太久了"))
    assert "您觉得怎么样" not in texts(rest.say("u1", "你好"))
    reader = Reader(database_path(running.home))
    try:
        [opinion] = opinions(reader, LONG_AGO, "complaint", 5)
        assert (opinion.ticket, opinion.answer, opinion.words) == (ticket, "poor", "让我等太久了")
        rest.say("u1", "删除我的记录")
        for table, columns in (
            ("handoffs", "user, conversation, reach, replace(summary, '{}', '')"),
            ("surveys", "user, words"),
        ):
            [row] = reader.rows(f"SELECT {columns} FROM {table}")
            assert not any(row), table
        for table in ("handoff_messages", "mailbox"):
            assert reader.rows(f"SELECT count(*) FROM {table}") == [(0,)], table
    finally:
        reader.close()
