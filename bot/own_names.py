"""Finds the names by which users introduce themselves; names of anybody else are evidence, and stay."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

# The surnames of about nine in ten people; what is none of them is hardly a name, such as 我叫他别转.
_SINGLE: Final = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任"
    "卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向汤"
)
_DOUBLE: Final = ("欧阳", "上官", "司马", "诸葛", "司徒", "皇甫", "东方", "夏侯", "慕容", "令狐")
_NAME: Final = rf"(?:(?:{'|'.join(_DOUBLE)})[一-鿿]{{1,2}}|[{_SINGLE}](?:·)?[一-鿿]{{1,2}})"
_END: Final = r"(?=$|[^\w一-鿿]|今年|身份证|电话|手机|卡号|银行卡|的卡|来自|住在)"
_MINE: Final = r"(?:我(?:的)?(?:本人|真实|真)?(?:姓名|名字|真名)(?:就?叫|就?是|为)?|我(?:名|就|是)?叫|本人(?:姓名|名)?叫?)"
_INTRODUCED: Final = re.compile(rf"{_MINE}[:= ]{{0,2}}(?P<name>{_NAME}){_END}")
_LABELLED: Final = re.compile(
    rf"(?:^|(?<=[^\w一-鿿]))(?:姓名|名字)[:= 是为]{{0,2}}(?P<name>{_NAME}){_END}"
)
# 对方账户，姓名王强: whose the labelled name is stands before it.
_SOMEBODY: Final = re.compile(r"对方|他|她|收款|骗子|客服|开户|户名|经理|老师|律师|公司")
_WORDS_BEFORE: Final = 16


def own_names(view: str) -> Iterator[int]:
    """The places of the characters of the user's own name in a folded text."""
    for match in _INTRODUCED.finditer(view):
        yield from range(*match.span("name"))
    for match in _LABELLED.finditer(view):
        if not _SOMEBODY.search(view, max(0, match.start() - _WORDS_BEFORE), match.start()):
            yield from range(*match.span("name"))
