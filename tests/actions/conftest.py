"""Plants numbers, addresses and contact ids that must not leave, in every writing people hide them in."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

_CARRIERS = (
    "请联系{}处理，越快越好。",
    "您可以拨打{}核实。",
    "官方客服：{}，24小时为您服务。",
    "先打110，再找{}，他们会帮您。",
    "还款有困难，请在2025年10月1日前联系{}，每期1280元。",
    "{}",
    "“{}”是我们的专线",
    "1. 打110\n2. 联系{}\n3. 保留凭证",
    "谢谢您的反馈。工作人员{}将在15分钟内回复",
    "投诉请打12378，或者{}，都免费。",
)
_DIGIT_SETS = (
    "0123456789",
    "０１２３４５６７８９",
    "⓪①②③④⑤⑥⑦⑧⑨",
    "⓿❶❷❸❹❺❻❼❽❾",
    "零一二三四五六七八九",
    "〇一二三四五六七八九",
    "零壹贰叁肆伍陆柒捌玖",
    "零幺两三四五六七八九",
    "٠١٢٣٤٥٦٧٨٩",
    "۰۱۲۳۴۵۶۷۸۹",
    "०१२३४५६७८९",
    "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗",
    "₀₁₂₃₄₅₆₇₈₉",
    "⁰¹²³⁴⁵⁶⁷⁸⁹",
    "洞幺两三四五六拐八勾",
    "零壹貳參肆伍陸柒捌玖",
    "O123456789",
    "ol23456789",
    "OI23456789",
)
_PLAIN_SETS = _DIGIT_SETS[:-5]
_KEYCAP = "\ufe0f\u20e3"
_SEPARATORS = (
    *(" ", "  ", "-", " - ", "–", "——", ".", "·", ",", "，", "、", "/", "\\", "_", "~", "|", "+"),
    *("*", "#", ":", ";", "。", "…", "(", ")", "【", "”", "→", "😀", "👉🏻", "❤️", "⭐"),
    *("\u200b", "\u2060", "\u00ad", "\ufeff", "\n", "\n\n", "\t", "\u3000", "\u00a0"),
    *("的", "加", "啊", "杠", "呀", "和", "再", "转"),
)
# Only between single digits: behind a longer group they would make it an amount or a count.
_WORDS = ("个", "点", "年", "号", "元", "然后", "接着", "空格")


def number(random_: random.Random) -> str:
    """A fictional number of 5 to 15 digits."""
    tail = f"{random_.randrange(10_000):04d}"
    return random_.choice(
        (
            f"1{random_.randrange(30, 100)}0000{tail}",
            f"400000{tail}",
            f"0063000{tail}",
            f"00861{random_.randrange(30, 100)}0000{tail}",
            f"0{random_.randrange(10, 100)}0000{tail}",
            f"95{random_.randrange(1000):03d}",
            f"{random_.randrange(1, 10)}{random_.randrange(100, 1000)}{tail}",
        )
    )


def disguised(random_: random.Random, digits: str) -> str:
    """The same digits in one of the writings, or in several of them mixed."""
    # Of five digits, a letter, a radio word or a numeral alone at the edge reads as a word.
    known = _DIGIT_SETS if len(digits) > 5 else _PLAIN_SETS
    sets = [random_.choice(known)]
    if len(digits) > 5 and random_.random() < 0.25:
        sets = random_.sample(_PLAIN_SETS, 2)
    written = [random_.choice(sets)[int(digit)] for digit in digits]
    if random_.random() < 0.1:
        written = [digit + _KEYCAP for digit in digits]
    kind = random_.random()
    if kind < 0.3:
        return "".join(written)
    separator = random_.choice(_SEPARATORS)
    if kind < 0.65:
        return random_.choice((*_SEPARATORS, *_WORDS)).join(written)
    sizes = random_.choice(((3, 4), (4, 3), (2, 2)))
    groups, position = [], 0
    while position < len(written):
        size = sizes[len(groups) % 2]
        groups.append("".join(written[position : position + size]))
        position += size
    return separator.join(groups)


def address(random_: random.Random) -> str:
    """An address that is not registered, plain or disguised."""
    name = random_.choice(("kefu", "mai-sui", "loan95", "m.hk00", "x1"))
    ending = random_.choice(("com", "cn", "net", "top", "xyz", "vip", "cc", "me", "example"))
    plain = f"{name}.{ending}"
    sure = random_.choice(("com", "cn", "net", "org"))
    return random_.choice(
        (
            plain,
            plain.upper(),
            f"http://{plain}/a",
            f"https://{plain}",
            f"hxxps://{plain}/?q=1",
            f"www.{plain}",
            f"{plain}/maisui.example",
            f"maisui.example.{ending}",
            f"http://maisui.example@{plain}",
            f"notmaisui.{ending}",
            f"t.me/{name}",
            "t点me/abc",
            f"{name}点{sure}",
            f"{name}。{sure}",
            f"{name} . {sure}",
            f"{name}[.]{sure}",
            f"{name}(点){sure}",
            f"{name} dot {sure}",
            f"{name}.c0m",
            f"{name}．ｃｏｍ",
            "ⓚⓔⓕⓤ.ⓒⓞⓜ",
            f"麦穗客服.{sure}",
            f"麦穗客服点{sure}",
            "麦穗客服.中国",
            "10.0.0.12/pay",
        )
    )


def contact(random_: random.Random) -> str:
    """A contact id with the word that makes it one."""
    token = random_.choice(
        (
            "kefu888",
            "xiaowang",
            "abc_12",
            "k1e2f3",
            "wxid_a0b0",
            "demo-kf0",
            "ｋｅｆｕ８",
            "ke\u200bfu88",
        )
    )
    return random_.choice(
        (
            f"@{token}",
            f"微信{token}",
            f"微信号：{token}",
            f"微信是 {token}",
            f"加微信 {token}",
            f"V信{token}",
            f"v信：{token}",
            f"vx:{token}",
            f"VX {token}",
            f"薇信号 {token}",
            f"加V：{token}",
            f"QQ：{token}",
            f"QQ群 {token}",
            f"扣扣号{token}",
            f"Telegram: {token}",
            f"TG {token}",
            f"电报 {token}",
            f"WhatsApp {token}",
            "微信 k e f u 8 8",
            "QQ 1000000",
            "qq：一二三零零零",
            "kefu_88是我微信",
            "kefu@demo.example",
        )
    )


@pytest.fixture(scope="session")
def carriers() -> tuple[str, ...]:
    """Plausible replies with one place ``{}`` for a plant."""
    return _CARRIERS


@pytest.fixture(scope="session")
def plant() -> Callable[[random.Random], str]:
    """``plant(random)``: three numbers in five, one address, one contact id."""

    def make(random_: random.Random) -> str:
        kind = random_.randrange(5)
        if kind < 3:
            return disguised(random_, number(random_))
        return address(random_) if kind == 3 else contact(random_)

    return make
