from __future__ import annotations

import pytest

from nlu.entities import extract
from nlu.text.folding import fold


def platforms(text: str) -> list[str]:
    return [entity.value for entity in extract(fold(text)) if entity.kind == "platform"]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("我刷抖音看到的", ["抖音"]),
        ("筷手老铁推的", ["快手"]),
        ("小紅書私訊我", ["小红书"]),
        ("朋友圈晒的截图", ["朋友圈"]),
        ("微信群里发的", ["微信群"]),
        ("加我ＱＱ", ["QQ"]),
        ("QQ群里弹出来的", ["QQ群"]),
        ("扣扣裙@全体", ["QQ群"]),
        ("老同学在Ｖ里喊我", ["微信"]),
        ("b站评论区", ["B站"]),
        ("on Telegram", ["Telegram"]),
        ("纸飞机联系", ["Telegram"]),
        ("短信里的号", ["短信"]),
        ("直播间说一次付费", ["直播间"]),
        ("闲鱼上卖的", ["闲鱼"]),
        ("百度贴吧私信", ["贴吧"]),
        ("支付宝转的，微信也转了", ["支付宝", "微信"]),
        ("公众号推文", ["公众号"]),
    ],
)
def test_a_platform_has_one_name_however_it_is_written(text: str, values: list[str]) -> None:
    assert platforms(text) == values


@pytest.mark.parametrize(
    "text",
    ["收不到短信验证码", "坐飞机去的", "outgoing call", "qqq", "我的微信号", "jdk", "btg币"],
)
def test_words_that_only_contain_a_name_are_no_platform(text: str) -> None:
    assert platforms(text) == []
