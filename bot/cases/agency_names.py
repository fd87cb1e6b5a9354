"""Names of agencies without what changes from one writing to the next: legal form, place, signs.

Whatever tells two agencies apart stays: 恒信法务 and 恒信咨询 are two, 恒信法务咨询有限公司（北京） is the first.
"""

from __future__ import annotations

import re
from typing import Final

from bot.cases.steady import steady_fold
from nlu.lexicon import alternatives, load

_WORDS: Final = load("agencies")
# Words for kinds of institutions that a place alone turns into a name: 南京证券 is not 东莞证券.
_INSTITUTIONS: Final = (
    "证券 信托 基金 期货 人寿 财险 农商 农信 村镇 电信 移动 联通 公安 公安局 法院 检察院 税务 税务局 航空 铁路 电力 大学 地铁 晚报 日报"
).split()
# What a firm of this trade also calls itself without becoming another one.
_TRADE: Final = (
    "法务 债援 债优 债务优化 债务重组 债务规划 债务协商 债务咨询 信用修复 征信修复 法律".split()
)
_SERVICE: Final = (
    "咨询 咨询服务 信息咨询 商务咨询 企业管理咨询 企业管理 管理 管理咨询 服务 中心 服务中心".split()
)
_PLACE: Final = (
    rf"(?:(?:{alternatives(_WORDS['places'])})(?:省|市)?"
    r"|内蒙古|广西|宁夏|新疆|西藏|云南|贵州|甘肃|青海|山西|辽宁|吉林|黑龙江|海南|台湾|香港|澳门)"
)

_BRACKETS = re.compile(r"[(\[【〔{「『]([^()\[\]【】〔〕{}「」『』]*)[)\]】〕}」』]")
_BRANCH = re.compile(
    rf"(?:{_PLACE}[\u4e00-\u9fff]{{0,3}}|总部|总公司|分部|分公司|[\u4e00-\u9fff]{{2,4}}分公司|[\u4e00-\u9fff]{{1,5}}[省市区县])\Z"
)
_NO_SIGN = re.compile(r"[^a-z0-9\u3400-\u9fff\U00020000-\U0003ffff]")
_LAW_FIRM = re.compile(r"律师事务所\Z")
_LEGAL = re.compile(
    rf"(?:{_PLACE}?(?:分公司|分部|总公司|总部)|股份有限公司|有限责任公司|有限公司|股份公司|集团公司|公司|集团)\Z"
)
_TRADE_SERVICE = re.compile(rf"({alternatives(_TRADE)})(?:{alternatives(_SERVICE)})\Z")
_AT_PLACE = re.compile(rf"(?:中国|全国)?{_PLACE}|中国|全国")
_ENDINGS = re.compile(rf"(?:(?:{alternatives(_WORDS['endings'])})|律所)+\Z")
_GENERIC = re.compile(alternatives([*_WORDS["generic"], *_INSTITUTIONS]))


def agency_key(text: str) -> str:
    """The name in the writing under which its mentions meet; empty if fewer than two characters are left."""
    name = _BRACKETS.sub(_unbracketed, steady_fold(text))
    name = _without_place(_without_legal_form(_NO_SIGN.sub("", name)))
    return name if len(name) > 1 and not _LEGAL.fullmatch(name) else ""


def agency_stem(key: str) -> str:
    """What is particular in a canonical name: 恒信 of 恒信法务 and of 恒信咨询; empty if that is too little."""
    stem = _ENDINGS.sub("", key)
    return stem if len(_GENERIC.sub("", stem)) > 1 else ""


def _unbracketed(match: re.Match[str]) -> str:
    inside = match[1].strip()
    return "" if _BRANCH.fullmatch(inside) else inside


def _without_legal_form(name: str) -> str:
    while (match := _LEGAL.search(name)) and match.start() > 1:
        name = name[: match.start()]
    name = _LAW_FIRM.sub("律所", name)
    while match := _TRADE_SERVICE.search(name):
        name = name[: match.end(1)]
    return name


def _without_place(name: str) -> str:
    """Without the places before it, as long as what is left is a name of its own."""
    while match := _AT_PLACE.match(name):
        rest = name[match.end() :]
        if not agency_stem(rest):
            return name
        name = rest
    return name
