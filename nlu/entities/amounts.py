"""Sums of money, told from all the other numbers that people write."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from nlu.entities.found import Found, Taken
from nlu.entities.numerals import CURRENCY, Number, digits_of, numbers
from nlu.lexicon import alternatives, load

_HINT = re.compile(r"[0-9十百千万拾佰仟亿元块毛]")
_PREFIX = re.compile(r"(?:rmb|cny|人民币|¥)\s?:?$")
_FOREIGN_PREFIX = re.compile(r"(?:\$|usd|美元|美金|港币|港元|台币|日元|欧元|英镑|us\$|hk\$)\s?$")
_MORE = re.compile(r"(?:多|来|余|几|出头|左右|上下)")
_CURRENCY = re.compile(
    rf"\s?(?:个)?(?P<unit>{CURRENCY})(?!旦|宵|气|素|件|首|老|链|砖|屏|满|度)(?P<money>钱)?"
)
# 九块九, 29块9毛; in 五百块一个月 the numeral counts the months.
_CHANGE = re.compile(
    r"([0-9一二两三四五六七八九])(?![0-9十百千万.个次张条天月年份单件套位家笔期遍人名周小起直定共样点])[毛角]?"
)
_CHANGE_WITH_UNIT = re.compile(r"([0-9一二两三四五六七八九])[毛角]")
_NOT_MONEY = re.compile(
    r"\s?(?:多|余|来|几)?\s?(?:[%‰折倍厘期次遍张台部辆户笔份件字句章步项级层楼室栋页支盘集度斤吨秒岁轮座亩升天篇克寸粉封]"
    r"|成(?![交功本了为都员])|分(?!期|批|次|[0-9一二两三四五六七八九十])|年(?!费|息|化|薪|终)|个|月(?!供|薪|付|还|租|息)|日(?!息|结)"
    r"|号(?!称)|点(?!击)|时(?!候)|小时|周(?!转)|人(?!民币|家)|名(?!义)|位|家(?!里)|条|套(?!餐|路|现)|房|通(?!过|知)|公里|里(?!面)"
    r"|平(?!台|安|时|均)|代(?!办|理|还|偿|价|缴)|世纪|用户|客户|会员(?!费)|粉丝|单(?!价|独|月|子)|工作日|口(?!子|头)|本(?!金|人|来|月|地|息)"
    r"|回(?!来|去|给|了|款|我|头|报|复)|趟|门(?!槛)|只(?!要|有|需|是|能|用|收|好)|声|美元|美金|美刀|刀|港|日元|日币|欧|英镑|韩元|比特|泰铢"
    r"|[a-z](?!ach\b|very\b|er\b|month\b|or\b|nd\b|ut\b|hen\b|o\b|n\b|s\b)|[0-9])"
)
_RANGE = re.compile(r"\s?(?:-|~|—|–|到|至)\s?$")
_AND_SO_ON = re.compile(r"\s?(?:、|/|和|或|跟|,)\s?$")

_PAID = (
    r"收(?!据|藏)|交(?!流|往|易)|付|转(?!人工|接)|借(?!呗|吧|条)|给|花(?!呗)|汇|存(?!摺)|充|退|扣|返|补|欠|还(?!有|是|款日|没|会|能)|赔|抽|提(?!示|前|醒|供)|领|批|卖|买|刷"
    r"|垫|骗|拿|挣|赚|押|费|金(?!融)|款(?!日)|工资|薪|价|套餐|打包|每月|每天|每年|月付|月还|月供|每单|每条|每张|每次|单次|额度|限额|余额|利息|流水|红包|奖励?|罚|缴|报销"
    r"|到账|到手|下款|打款|打钱|打了|打过|打给|日结|时薪|月薪|底薪|保底|立减|优惠|成本|金额|消费|定|补贴|补帖|分我|亏|少还|多还|多扣|搭|贷"
    r"|charged?|pays?|paid|fees?|price|costs?|transfer(?:red)?|deposit|send|sent|borrow(?:ed)?|owe|loan|wants?|ask(?:ed|s|ing)?|lost|for|only|give|gave|earn|sold"
)
_STRONG_CUE = re.compile(rf"(?P<cue>{_PAID})(?P<between>[^,。;!?\n0-9]{{0,6}})$")
_LIGHT_CUE = re.compile(
    r"(?:要|出|才|仅|只|仅需|只需|只要|值|v我|v你|放|剩|差|至少|最低|最高|最多|最少|共|一共|总共|合计|各|大概|约|省|降到|为|是|开|得|投|叫价|先v)(?:我|你|他|了|个|的)?[\s:]{0,2}$"
)
_RATE_CUE = re.compile(
    r"(?:[一每单1]|两|三)(?:个)?(?:天|月|年|次|单|条|份|张|套|人|小时|趟|笔|晚|户|个|位|本|家|期|台|组|堂|节|门|回|周|件)(?:就|给|才|要|收|只要|挣|赚|能赚|付|出|卖|是|价|得|还)?\s?$"
)
_RATE_AFTER = re.compile(
    r"\s?(?:(?:一|每|/|per\s?|1)(?:个月|月|年|次|单|条|份|天|人|张|套|位|小时|件|趟|期|笔|个|晚|day|month)|each|a month|per|[的]?[\u4e00-\u9fff]{0,3}(?:费|定金|押金|订金|保证金|工资|红包|学费))"
)
_NO_CUE_BETWEEN = re.compile(r"[日号期第年点时岁码页楼届]|尾|客户|用户|会员$|粉丝|人数")
_OTHER = re.compile(rf"(?:{alternatives(load('contacts')['other_numbers'])})[\s:是为(\"“#]{{0,4}}$")
_UNLIKELY_BEFORE = re.compile(
    r"(?:分之|第|跑分|评分|芝麻分|信用分|积分|[百千万几数]|[a-z_@#*<.][*]{0,3}|[0-9][:/-])$"
)
_CUED_UNITS = frozenset("米毛角r圆筷")
_LARGEST = Decimal(10**11)


def find_amounts(text: str, taken: Taken) -> list[Found]:
    """All sums of money in yuan in a folded text, leaving out what is taken; ``value`` is a decimal string.

    A sum that is only guessed at (两三千, 十几万, 一百多万) has its lower bound as value; both ends of a
    range (3-5万) are found.
    """
    if not _HINT.search(text):
        return []
    found: list[Found] = []
    before: Number | None = None
    for number in numbers(text):
        if taken.is_free(number.start, number.end):
            item = _judge(text, number, found)
            if item is not None:
                low = _lower_end(text, before, number, found)
                found.extend([low, item] if low else [item])
        before = number
    return found


def _judge(text: str, number: Number, found: Sequence[Found]) -> Found | None:
    """The amount that a number is, with its currency; ``None`` if it counts or dates something."""
    window = text[max(0, number.start - 16) : number.start]
    if _UNLIKELY_BEFORE.search(window) or _FOREIGN_PREFIX.search(window) or _OTHER.search(window):
        prefixed = _PREFIX.search(window)
        if prefixed is None:
            return None
    start, value = number.start, number.value
    if prefix := _PREFIX.search(window):
        start -= len(prefix.group())
    more = _MORE.match(text, number.end)
    end = more.end() if more else number.end
    cued = _is_cued(text, number, window, found)
    currency = _CURRENCY.match(text, end)
    if currency and (currency.group("unit") not in _CUED_UNITS or cued):
        unit = currency.group("unit")
        if unit == "块" and _means_together(text, number, currency, cued):
            return None
        end = currency.end()
        if unit in ("毛", "角"):
            value /= 10
        elif not currency.group("money"):
            value, end = _with_change(text, value, unit, end)
    elif prefix is None and (_counts(text, number, end) or not (_is_large(number) or cued)):
        return None
    elif prefix is None and not number.unit and _looks_like_code(text, number):
        return None
    if not 0 < value < _LARGEST:
        return None
    return Found("amount", _decimal(value), start, end)


def _is_cued(text: str, number: Number, window: str, found: Sequence[Found]) -> bool:
    """Whether the words around a number talk of paying."""
    if match := _STRONG_CUE.search(window):
        if not _NO_CUE_BETWEEN.search(match.group("between")):
            return True
    if _LIGHT_CUE.search(window) or _RATE_CUE.search(window):
        return True
    if (
        found
        and text[found[-1].end : number.start]
        and _AND_SO_ON.fullmatch(text[found[-1].end : number.start])
    ):
        return True
    return bool(_RATE_AFTER.match(text, number.end))


def _counts(text: str, number: Number, end: int) -> bool:
    return bool(_NOT_MONEY.match(text, number.end) or _NOT_MONEY.match(text, end))


def _is_large(number: Number) -> bool:
    """Hundreds, thousands and more, spelled with their unit, are money unless something is counted."""
    return number.unit >= 100 or number.abbreviated


def _looks_like_code(text: str, number: Number) -> bool:
    """Bare figures that no one would pay: a zero in front, one digit, or too many digits."""
    written = text[number.start : number.end]
    if "." in written:
        return number.value > 10_000_000
    return written[0] == "0" or number.value < 10 or len(digits_of(written)) > 8


def _means_together(text: str, number: Number, currency: re.Match[str], cued: bool) -> bool:
    """存了就一块还给我: 一块 is "together" unless money is meant plainly."""
    if text[number.start : number.end] != "一" or currency.group("money"):
        return False
    following = text[currency.end() : currency.end() + 1]
    return following.isalpha() and not (cued and following in "一二两三四五六七八九")


def _with_change(text: str, value: Decimal, unit: str, end: int) -> tuple[Decimal, int]:
    """Adds what stands behind the currency: 九块九, 29块9毛, 三块五一份."""
    match = _CHANGE_WITH_UNIT.match(text, end) or _CHANGE.match(text, end)
    if match is None or unit not in ("块", "元"):
        return value, end
    return value + Decimal(digits_of(match.group(1))) / 10, match.end()


def _lower_end(
    text: str, before: Number | None, number: Number, found: Sequence[Found]
) -> Found | None:
    """The lower end of a range whose upper end is an amount: 3-5万, 800-1200."""
    if before is None or not _RANGE.fullmatch(text[before.end : number.start]):
        return None
    if found and found[-1].end > before.start:
        return None
    value = before.value
    if not before.unit and number.unit >= 100 and value < number.value / number.unit:
        value *= number.unit
    return (
        Found("amount", _decimal(value), before.start, before.end)
        if 0 < value < number.value
        else None
    )


def _decimal(value: Decimal) -> str:
    """``18000.00`` as ``18000``, ``9.90`` as ``9.9``."""
    return format(
        value.quantize(Decimal(1)) if value == value.to_integral() else value.normalize(), "f"
    )
