from __future__ import annotations

import pytest

from nlu.entities import extract
from nlu.text.folding import fold


def urls(text: str) -> list[str]:
    return [entity.value for entity in extract(fold(text)) if entity.kind == "url"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("点 https://hk-demo.example/bill 看看", "https://hk-demo.example/bill"),
        ("HTTP://Demo.Example/AbC0？", "http://demo.example/AbC0"),
        ("hxxps://demo.example/a", "https://demo.example/a"),
        ("www.jz-demo.example是你们官网吗", "www.jz-demo.example"),
        ("登录m.demo-repay.example，官方？", "m.demo-repay.example"),
        ("短链 t.cn/DemoAb0", "t.cn/DemoAb0"),
        ("加群t.me/demo_lan_00", "t.me/demo_lan_00"),
        ("网址demo0000点com", "demo0000.com"),
        ("demo0000。com", "demo0000.com"),
        ("demo0000·com", "demo0000.com"),
        ("www点demo0000点com", "www.demo0000.com"),
        ("demo0000 点 cn", "demo0000.cn"),
        ("demo0000[.]com/x", "demo0000.com/x"),
        ("ｗｗｗ．ｄｅｍｏ．ｅｘａｍｐｌｅ", "www.demo.example"),
        ("https://demo.example:8443/a?b=1&c=2。", "https://demo.example:8443/a?b=1&c=2"),
        ("点t.cn/demo00，click", "t.cn/demo00"),
        ("（demo-xf.example）", "demo-xf.example"),
        ("网址后面是 .vip-demo0000.cc，分站吗", "vip-demo0000.cc"),
        ("http://10.0.0.1/pay", "http://10.0.0.1/pay"),
    ],
)
def test_an_address_is_found_in_any_writing(text: str, value: str) -> None:
    assert urls(text) == [value]


@pytest.mark.parametrize(
    "text",
    [
        "发到 kefu@demo.example",
        "合同.pdf打不开",
        "版本9.9.9",
        "交1.5w",
        "2025.10.01",
        "loan.apk",
        "两点一刻。好的",
        "ok.就这样",
        "I paid him.so what now",
        "call me.is it real",
        "我点了com键",
    ],
)
def test_other_dots_are_no_addresses(text: str) -> None:
    assert urls(text) == []


def test_figures_in_an_address_are_neither_phone_nor_amount() -> None:
    entities = extract(fold("收到链接 demo.example/13800001234/500，让我付"))
    assert [entity.kind for entity in entities] == ["url"]
