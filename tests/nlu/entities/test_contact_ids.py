from __future__ import annotations

import pytest

from nlu.analysis import Entity
from nlu.entities import extract
from nlu.text.folding import fold


def ids(text: str) -> list[Entity]:
    return [entity for entity in extract(fold(text)) if entity.kind == "contact_id"]


@pytest.mark.parametrize(
    ("text", "value", "role"),
    [
        # WeChat, plain and disguised
        ("加微信 demo_lily00 详谈", "demo_lily00", "wechat"),
        ("微信号：demo-lily-00", "demo-lily-00", "wechat"),
        ("微信ID是lily0000", "lily0000", "wechat"),
        ("他微信demo_wang000，别说我讲的", "demo_wang000", "wechat"),
        ("v信 demo000k", "demo000k", "wechat"),
        ("薇信：DEMO_Abc00", "demo_abc00", "wechat"),
        ("葳♥demo_000z", "demo_000z", "wechat"),
        ("加V：demo_000z", "demo_000z", "wechat"),
        ("+v demo_000z", "demo_000z", "wechat"),
        ("vx：demo000z", "demo000z", "wechat"),
        ("WX demo000z", "demo000z", "wechat"),
        ("➕徽 demo_000z 秒回", "demo_000z", "wechat"),
        ("➕微👉demo_000z", "demo_000z", "wechat"),
        ("威信号demo000z", "demo000z", "wechat"),
        ("卫星：demo000z", "demo000z", "wechat"),
        ("维信 demo000z", "demo000z", "wechat"),
        ("微：zb00k1", "zb00k1", "wechat"),
        ("WeChat ID: demo_zhou0", "demo_zhou0", "wechat"),
        ("weixin demo_zhou0", "demo_zhou0", "wechat"),
        ("微信号 lanlanqing", "lanlanqing", "wechat"),
        ("微信【demo_000z】", "demo_000z", "wechat"),
        ("微信“demo000z”", "demo000z", "wechat"),
        ("demo000z这个微信是骗子", "demo000z", "wechat"),
        ("demo000z（微信）", "demo000z", "wechat"),
        ("wxid_demo0000 加我的", "wxid_demo0000", "wechat"),
        ("vxdemo000z", "demo000z", "wechat"),
        ("微信号qh⓪⓪⓪⑥⑥", "qh00066", "wechat"),
        ("微信号ｄｅｍｏ０００ｚ", "demo000z", "wechat"),
        ("微信demo零零六六", "demo0066", "wechat"),
        ("微：d e m o 0 0 z", "demo00z", "wechat"),
        ("微信 demo🌸000🌸z", "demo000z", "wechat"),
        ("微信q300000556", "q300000556", "wechat"),
        ("微信号：88000012", "88000012", "wechat"),
        # QQ
        ("QQ300000556", "300000556", "qq"),
        ("qq：300 000 556", "300000556", "qq"),
        ("加我扣扣 300000556", "300000556", "qq"),
        ("球球四零零零零零五五六", "400000556", "qq"),
        ("秋秋：③⓪⓪⓪⓪⓪⑤⑤⑥", "300000556", "qq"),
        ("q群 300000556", "300000556", "qq"),
        ("扣扣裙：300000556", "300000556", "qq"),
        ("群号是300000556", "300000556", "qq"),
        ("🐧300000556", "300000556", "qq"),
        ("企鹅号demo_tf0000", "demo_tf0000", "qq"),
        ("加Q 300000556", "300000556", "qq"),
        ("微信QQ同号 300000556", "300000556", "qq"),
        ("QQ：95000123", "95000123", "qq"),
        # Telegram
        ("飞机号：@demo_lan_00", "demo_lan_00", "telegram"),
        ("纸飞机：demo_lan_00", "demo_lan_00", "telegram"),
        ("TG @Demo_Lan_00", "demo_lan_00", "telegram"),
        ("telegram: demo_lan_00", "demo_lan_00", "telegram"),
        ("✈️ demo_lan_00", "demo_lan_00", "telegram"),
        ("on Telegram, he is @demo_lan_00", "demo_lan_00", "telegram"),
        # other platforms and ids that only say: add me
        ("抖音号demo_shang00", "demo_shang00", "other"),
        ("快手号：demo_shang00", "demo_shang00", "other"),
        ("小红书号 880000123", "880000123", "other"),
        ("WhatsApp: demo_shang00", "demo_shang00", "other"),
        ("LINE的ID demo_shang00", "demo_shang00", "other"),
        ("管理员demo_bh0001", "demo_bh0001", "other"),
        ("加demo00ming就行", "demo00ming", "other"),
        ("付款截图和他的demo_tz0000我都留着", "demo_tz0000", "other"),
        ("@demo_anyone_0", "demo_anyone_0", "other"),
        ("发资料到 kefu0000@demo.example", "kefu0000@demo.example", "other"),
        ("QQ邮箱 300000556@demo.example", "300000556@demo.example", "other"),
    ],
)
def test_an_id_is_found_with_its_platform(text: str, value: str, role: str) -> None:
    (entity,) = ids(text)
    assert (entity.value, entity.role) == (value, role)
    assert text[entity.start : entity.end] == entity.raw


@pytest.mark.parametrize(
    "text",
    [
        "微信APP闪退",
        "微信支付限额 20000",
        "微信转了 50000 给他",
        "微信上那个人message了我好几次",
        "他加我wechat then asked for my OTP",
        "QQ群500人都在说",
        "微信群2000多人",
        "加微信领 88元红包",
        "群主@所有人 今晚八点",
        "工号 DH1092 是谁",
        "编号 WQ-0031",
        "回执号 JZ-PPLT39",
        "邮箱后缀是 @demo-cs.example",
        "找iphone15分期",
        "我的QQ被盗了",
        "微信8.0.5更新",
        "加我微信说能追款",
        "P2P清退",
        "微信号 demo****",
        "A4纸八张",
        "扣20000",
        "13800001234",
    ],
)
def test_other_words_and_figures_are_no_ids(text: str) -> None:
    assert ids(text) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("让我把钱转到这个账号6222 0200 0000 1234 567", "6222020000001234567"),
        ("他给的账户是6228000000001234", "6228000000001234"),
        ("对方卡号6217-0000-0000-1234", "6217000000001234"),
        ("收款账户：621700000000012345", "621700000000012345"),
        ("6217000000001234 这是骗子的卡", "6217000000001234"),
        ("打到六二一七零零零零零零零零一二三四", "6217000000001234"),
    ],
)
def test_the_other_sides_account_is_a_contact(text: str, value: str) -> None:
    (entity,) = ids(text)
    assert (entity.value, entity.role) == (value, "bank_account")


@pytest.mark.parametrize(
    "text",
    [
        "我的卡号6217000000001234",
        "我自己的卡 6222 0200 0000 1234 567 被冻了",
        "卡号6217000000001234扣款失败",
        "他让我把身份证110101199001010014发过去",
        "收款人身份证11010119900101001X",
        "订单2023101512345678查一下",
        "621700000000123",
    ],
)
def test_other_long_numbers_are_no_entity_at_all(text: str) -> None:
    assert [entity for entity in extract(fold(text)) if entity.kind != "platform"] == []
