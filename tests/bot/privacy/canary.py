"""Secrets that a borrower lets slip, and every way in which one of them could be written down."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

NAME = "张雅芬"
PASSWORD = "Kx9tq72Zm"
CODE = "804526"


def identity_card() -> str:
    """A number with a valid check digit."""
    body = "11010119900307842"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(body, weights))
    return body + "10X98765432"[total % 11]


def bank_card() -> str:
    """A number that passes Luhn's check."""
    body = "622202123456789012"
    digits = [int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(body))]
    return body + str(-sum(digit // 10 + digit % 10 for digit in digits) % 10)


CARD, BANK = identity_card(), bank_card()
# Of a card the last four digits stay by design, so that its owner knows it; nothing else of it may.
SECRETS = {
    "identity card": CARD,
    "middle of the identity card": CARD[6:14],
    "bank card": BANK[:-4],
    "code": CODE,
    "password": PASSWORD,
    "name": NAME,
    "name in the index of pairs": NAME[1:],
}

STORIES = (
    f"我叫{NAME}，有人加我微信hengxin_fawu，说交三千就能停息挂账",
    f"他要我的身份证，我身份证号是{CARD}，他说放款前要先交解冻费，电话13800001234",
    f"我的银行卡号{BANK}，密码是{PASSWORD}，微信hengxin_fawu的人说要先刷流水才放款",
    f"他自称客服，13800001234打来的，我把验证码{CODE}告诉他了",
    f"验证码 {CODE[:3]} {CODE[3:]}，身份证 {CARD[:6]} {CARD[6:14]} {CARD[14:]}，他还要我共享屏幕注销账户",
    f"姓名：{NAME}，我已经转了2000给微信hengxin_fawu",
)
"""What is said on every channel: each secret, a threat beside it."""


def writings(secret: str) -> Iterator[bytes]:
    """The secret as it may stand in a file."""
    grouped = [f"{secret[:6]} {secret[6:14]} {secret[14:]}"] if len(secret) > 14 else []
    for text in (secret, *grouped):
        yield text.encode()
        yield text.encode("utf-16-le")
        yield json.dumps(text).encode()[1:-1]
        yield ("".join(f"%{byte:02X}" for byte in text.encode())).encode()


def found_in(content: bytes) -> list[str]:
    """Which secrets stand in it."""
    return [
        what
        for what, secret in SECRETS.items()
        if any(writing in content for writing in writings(secret))
    ]


def contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file of a folder, archives opened."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            yield path.name, content
            yield from opened(path.name, content)


def opened(name: str, content: bytes) -> Iterable[tuple[str, bytes]]:
    """The files of an archive; nothing for anything else."""
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return []
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return [(f"{name}/{inner}", archive.read(inner)) for inner in archive.namelist()]
