"""Pictures whose text is known, with the contacts that must be found on them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image

from tests.bot.pictures import drawing

TALK = (
    ("left", "您好，我们是专业的债务优化机构，可以帮您停息挂账，先付2000元服务费"),
    ("right", "真的能办吗？"),
    ("left", "加我微信zwyh_8899，或者打13900005678，今天办理减免百分之四十本金"),
    ("right", "我已经转了2000了"),
)
LONG_TALK = tuple(
    pair
    for number in range(1, 13)
    for pair in (
        ("left", f"第{number}步先把贷款合同和征信报告拍照发给我，我让老师帮您做方案"),
        ("right", f"好的第{number}次发给您了，什么时候能办下来"),
    )
)
POSTER = (
    "征信修复 逾期铲单",
    "专业团队 三天洗白",
    "不成功不收费",
    "电话：13800001234",
    "微信：zxxf2088",
    "扫码添加客服",
)
LINK = "https://zxxf-demo.example.com/apply?from=a1"


@dataclass(frozen=True)
class Sample:
    """A picture, what is written on it in its order, and its contacts as the understanding normalises them."""

    name: str
    file: bytes
    said: tuple[str, ...]
    contacts: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()


_TITLE = "专业债务顾问王经理"
_SAID = (_TITLE, *(text for _, text in TALK))
_CONTACTS = ("zwyh_8899", "+8613900005678")


def _png(picture: Image.Image) -> bytes:
    return drawing.encoded(picture)


def _jpeg(quality: int) -> Callable[[Image.Image], bytes]:
    return lambda picture: drawing.encoded(picture, "JPEG", quality=quality)


def samples() -> list[Sample]:
    """All of them, drawn anew."""
    light, dark = drawing.chat(TALK), drawing.chat(TALK, dark=True)
    small = light.resize((540, 1170), Image.Resampling.LANCZOS)
    poster = drawing.advertisement(POSTER)
    hotline = drawing.caller_screen("0085212345678", "未知号码 中国香港")
    chats = {
        "chat": _png(light),
        "chat, dark": _png(dark),
        "chat, WebP": drawing.encoded(light, "WEBP", quality=60),
        "chat, JPEG of quality 30": _jpeg(30)(light),
        "chat, half as large": _jpeg(60)(small),
        "chat, small print": _png(drawing.chat(TALK, size=30)),
        "chat, photographed, tilted by 4°": _jpeg(70)(drawing.photographed(light)),
        "chat, on its side": _png(light.rotate(90, expand=True)),
        "chat, upside down": _png(light.rotate(180)),
    }
    return [
        *(Sample(name, file, _SAID, _CONTACTS) for name, file in chats.items()),
        Sample(
            "chat, two and a half screens long",
            _png(drawing.chat(LONG_TALK, height=5700)),
            (_TITLE, *(text for _, text in LONG_TALK)),
        ),
        Sample("advertisement", _png(poster), POSTER, ("+8613800001234", "zxxf2088")),
        Sample(
            "advertisement with a QR code",
            _jpeg(70)(drawing.with_code(poster, LINK)),
            POSTER,
            ("+8613800001234", "zxxf2088"),
            (LINK,),
        ),
        Sample(
            "caller screen",
            _png(hotline),
            ("0085212345678", "未知号码 中国香港", "拒绝 接听"),
            ("+85212345678",),
        ),
    ]
