"""Masks the user's own secrets in an incoming message before anything stores, logs or reads it.

One character is replaced by one, so that offsets into the message stay valid. The other side's numbers
and accounts are the evidence of this service and stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from actions.outgoing_digits import read_digits
from bot.own_names import own_names
from nlu.text.folding import fold

MASK = "＊"

# Positions of folded characters that are to be hidden.
_Spots = Iterator[int]

_CODE_WORD = (
    r"(?:验[证正][码吗马]|验证数字|校验码|动态码|确认码|激活码|动态(?:密码|口令)|短信(?:密码|码|口令)|手机码|口令|yzm|"
    r"(?<![a-z])(?:otp|code)(?![a-z]))"
)
_CODE_LINK = (
    r"(?:就是|是|为|号码?|码|我|给|他|她|它|你|您|们|了|发|收到|告诉|说|报|念|填|输入?|这个|那个|短信|的|写着?|有|显示|"
    r"也|都|在这|如下|吗|呢|哦|is|was|[:,=。、“‘\"'(\[《【> \n-])"
)
_CODE_DIGITS = (
    r"(?<![0-9*])(?:[0-9]{4,8}(?!-?[0-9*])"
    r"|(?:[0-9]{1,4}[ .\-_·\n]){1,7}[0-9]{1,4}(?![ .\-]?[0-9*])|[0-9](?:[,、/][ ]?[0-9]){3,7}(?![,、/]?[0-9*]))"
)
_NO_CODE_UNIT = r"(?![ ]?(?:[元块圆万千百亿年月天]|[wk](?![a-z])|小时|分钟|发来|发的|打来|打的|打电话|来电|开头))"
_CODE_BEHIND = re.compile(
    rf"{_CODE_WORD}(?P<link>{_CODE_LINK}{{0,10}}?)"
    rf"(?P<code>{_CODE_DIGITS}(?:[ ]?(?:和|跟|还有|or|and|[,、;/])[ ]?{_CODE_DIGITS}){{0,4}}){_NO_CODE_UNIT}"
)
_CODE_BEFORE = re.compile(
    rf"(?P<code>{_CODE_DIGITS})[ ]?[)\"”’】\]]?(?:,?[ ]?(?:就是|这个?就?是|是|为|这个|那个|这串|is|was)|的)?[ ]?"
    rf"(?:(?:我|你们?|您|他)的?|刚?收到的|刚?发的|手机|短信|my |the |your ){{0,2}}{_CODE_WORD}"
)
_CODE_TOLD = re.compile(r"(?:是|为|[:=]|is)[ ]?$")
_CALLING = re.compile(r"(?:拨打?|打|致电|电话|来电|号码|热线)(?:的?是|为|:|了|给|到)?[ ]?$")
_PAYING = re.compile(
    r"(?:转|付|交|花|收|汇|还|借|充|扣|赔|亏|骗)(?:账|钱)?(?:了|过|去|走|我)*[ ]?$"
)
_WORDS_BEFORE = 12
# Five digits that are a service line and no code: 95588的验证码.
_SERVICE_LINE = re.compile(r"(?:9[56]|10|11|12)[0-9]{3}")

_SIGNS = r"[a-z0-9!@#$%^&*+=.?~_-]"
_SIGN = r"[a-z0-9@#$%^&*_]"
_PASSWORD = re.compile(
    rf"(?:密码|(?<![a-z])(?:password|passwd|pwd)(?![a-z]))(?P<link>(?:就是|是|为|改成了?|设成了?|设的|我给他了?|给他了?|告诉他了?|"
    rf"我?的?生日|现在|原来|六位|数字|is|[:=,“\"'( ]){{0,4}})(?P<secret>{_SIGN}(?:{_SIGNS}){{1,30}}{_SIGN})"
)
_AMOUNT_UNIT = re.compile(r"[ ]?(?:[元块万千百年月天位个]|[wk](?![a-z]))")
_PIN_LENGTH = 6
_PASSWORD_LINKED = re.compile(r"是|为|成|设|is|[:=]")
_CARD_CHECK = re.compile(
    r"(?:(?<![a-z])c[vc][vc]2?(?![a-z])|安全码|背面?后?的?(?:三|3)位(?:数字?|码)?|后三码)"
    r"(?:就是|是|为|码|号|我给他了?|给了?他?|[:=,“\"'( ]){0,5}"
    r"(?P<code>(?<![0-9*])[0-9](?:[ -]?[0-9]){2,3}(?![0-9*]))"
)

_LONG = re.compile(r"(?<![0-9*])[0-9](?:[ .\-·\n]{0,2}[0-9]){12,40}x?(?![0-9*])")
_GROUPS = re.compile(r"[0-9]+")
_ID_WORD = re.compile(r"身份证|证件号|(?<![a-z])id card")
_MOBILE = re.compile(r"(?:(?:00)?86)?1[3-9][0-9]{9}")
_SERVICE_GROUPS = frozenset({"400", "800", "0086", "86"})
_ADDRESS = re.compile(
    r"[a-z]{2,10}://[^\s一-鿿]+|www\.[^\s一-鿿]+"
    r"|(?<![a-z0-9.-])(?:[a-z0-9-]{1,63}\.){1,6}[a-z]{2,24}(?:/[^\s一-鿿]*)?"
)

_SENTENCE_END = re.compile(r"[。!?;\n]")
_WHO = r"(?:他|她|它|对方|骗子|客服|中介|对面|那人|那边|老师|经理|专员|业务员|他们|人家)"
_THEIRS = re.compile(
    rf"{_WHO}(?:的|们的|发的?|给的?|提供的?|发来的?|发给我的?|给我的?|报的?|发我的?)(?:银行|收款|对公|个人)?(?:卡|账)"
    rf"|{_WHO}(?:银行)?(?:卡号|账户|账号)|收款(?:账户|账号|人|卡|方|码)?|安全账户|指定账[户号]|对公账[户号]|监管账户"
    r"|(?:转|打|汇|存|付|还)(?:账|款|钱)?(?:了|过)?(?:[0-9.,]+[元块万千wk]?)?(?:钱)?(?:到|去|给|进|入|往)"
    r"|(?:给|发|提供)(?:我|过来|来)?(?:的|了)?(?:一?个|这个|那个)?(?:银行)?(?:卡|账[户号])|这张卡|这个卡|这个账[户号]"
)
_OWN = re.compile(
    r"(?:我|本人|俺|咱|自己|我妈|我爸|我老公|我老婆|我家人)(?:这张|那张|名下|自己|本人)?的?"
    r"(?:(?:工资|储蓄|信用|银行|建行|工行|农行|中行|招行)+卡?|收款|还款)?(?:卡|账[户号])"
)
_SIDE_BEHIND = 16

_PHONE = (
    r"(?<![0-9*])(?:\+?(?:00)?86[ -]?)?(?P<phone>[0-9]{7,12}|[0-9]{3,4}[ -][0-9]{3,4}[ -]?[0-9]{3,4}"
    r"|[0-9](?:[ .,、-][0-9]){6,11})(?![0-9*])"
)
_OWN_PHONE = re.compile(
    r"(?<![给发留诉加])(?:我|本人|俺|咱)(?:自己|本人)?的?(?:手机|电话|联系电话|联系方式|手机号|号|本机)(?:号码?|号)?"
    rf"(?:就是|是|为|[:,=(“\"' ]){{0,4}}{_PHONE}"
)
_PHONE_OWN = re.compile(
    rf"{_PHONE}[ ]?,?[ ]?(?:这个?)?(?:就是|是)(?:我|本人)(?:自己|本人)?的?(?:手机|电话|本机|号)"
)
# Every secret begins and ends with one of these, mostly with a digit.
_SECRET_SIGNS = re.compile(rf"{_SIGN}.*?{_SIGN}", re.DOTALL)
_CARD_DIGITS = (13, 19)
_PHONE_KEPT_FIRST, _PHONE_KEPT_LAST, _CARD_KEPT_LAST = 3, 2, 4


def mask_secrets(text: str) -> str:
    """The text with the user's own secrets masked, of the same length; masking twice changes nothing.

    Masked are verification codes, passwords and card check codes, identity card numbers, bank card
    numbers but for the last four digits, the user's own telephone number but for the first three and the
    last two, and the name by which the user introduces himself. An account that the sentence makes the other side's stays in full, as do other people's
    telephone numbers, names and all that stands in a web address. Never raises.
    """
    while True:
        masked = _mask_once(text)
        if masked == text:
            return text
        text = masked


def _mask_once(text: str) -> str:
    folded = fold(text)
    view = read_digits(folded.text)
    spots = set(own_names(folded.text))
    if _SECRET_SIGNS.search(view):
        spots.update(_codes(view), _passwords(view), _phones(view), _long_numbers(view))
    if not spots:
        return text
    addresses = [match.span() for match in _ADDRESS.finditer(folded.text)]
    signs = list(text)
    for spot in spots:
        if any(start <= spot < end for start, end in addresses):
            continue
        start, end = folded.span(spot, spot + 1)
        signs[start:end] = MASK * (end - start)
    return "".join(signs)


def _digits(view: str, start: int, end: int) -> list[int]:
    return [spot for spot in range(start, end) if view[spot].isdigit()]


def _codes(view: str) -> _Spots:
    for match in _CODE_BEHIND.finditer(view):
        code = _digits(view, *match.span("code"))
        told = _CODE_TOLD.search(match["link"])
        # 给了验证码，5000没了: behind a comma fewer than six figures begin something new.
        begins = len(code) < _PIN_LENGTH and match["link"].rstrip().endswith((",", "、", "。"))
        if told or not (begins or _is_something_else(view, code)):
            yield from code
    for match in _CODE_BEFORE.finditer(view):
        code = _digits(view, *match.span("code"))
        if not _is_something_else(view, code):
            yield from code
    for match in _CARD_CHECK.finditer(view):
        yield from _digits(view, *match.span("code"))


def _is_something_else(view: str, code: list[int]) -> bool:
    """Whether digits near the word for a code are a number to call or an amount."""
    before = view[max(0, code[0] - _WORDS_BEFORE) : code[0]]
    if _CALLING.search(before) or _SERVICE_LINE.fullmatch("".join(view[spot] for spot in code)):
        return True
    return len(code) < _PIN_LENGTH and bool(_PAYING.search(before))


def _passwords(view: str) -> _Spots:
    for match in _PASSWORD.finditer(view):
        secret, link = match["secret"], match["link"]
        if secret.isdigit() and _AMOUNT_UNIT.match(view, match.end()):
            continue
        told = bool(_PASSWORD_LINKED.search(link))
        # Behind a comma only six figures, the usual length, are one: 给了密码，110也打了.
        if secret.isdigit() and "," in link:
            told = told or len(secret) == _PIN_LENGTH
        else:
            told = told or any(sign.isdigit() for sign in secret)
        if told:
            yield from range(*match.span("secret"))


def _phones(view: str) -> _Spots:
    for pattern in (_OWN_PHONE, _PHONE_OWN):
        for match in pattern.finditer(view):
            spots = _digits(view, *match.span("phone"))
            yield from spots[_PHONE_KEPT_FIRST:-_PHONE_KEPT_LAST]


def _long_numbers(view: str) -> _Spots:
    for match in _LONG.finditer(view):
        groups = [group.span() for group in _GROUPS.finditer(view, *match.span())]
        alone = [group for group in groups if group[1] - group[0] >= _CARD_DIGITS[0]]
        for start, end in alone or [_without_phones(view, groups)]:
            ends_in_x = view[end : end + 1] == "x"
            yield from _number_spots(view, start, end, ends_in_x)


def _number_spots(view: str, start: int, end: int, ends_in_x: bool) -> _Spots:
    spots = _digits(view, start, end)
    digits = "".join(view[spot] for spot in spots)
    theirs = _is_theirs(view, start, end)
    named = bool(_ID_WORD.search(view, max(0, start - _WORDS_BEFORE), start))
    if _is_identity(digits, ends_in_x, named and not theirs, theirs):
        yield from spots
        if ends_in_x:
            yield end
        return
    is_card = _CARD_DIGITS[0] <= len(digits) <= _CARD_DIGITS[1] and not theirs
    if is_card and not _is_phone(digits, view[max(0, start - 1) : start]):
        yield from spots[:-_CARD_KEPT_LAST]


def _is_identity(digits: str, ends_in_x: bool, named: bool, theirs: bool) -> bool:
    if named and 15 <= len(digits) <= 18:
        return True
    if len(digits) + ends_in_x == 18:
        return digits[0] != "0" and digits[6:8] in ("18", "19", "20") and _is_day(digits[6:14])
    # The old form has no century; an account of the other side may look like it by chance.
    return len(digits) == 15 and digits[0] != "0" and not theirs and _is_day("19" + digits[6:12])


def _is_day(digits: str) -> bool:
    try:
        date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return False
    return True


def _is_phone(digits: str, sign_before: str) -> bool:
    return sign_before == "+" or digits.startswith("00") or bool(_MOBILE.fullmatch(digits))


def _without_phones(view: str, groups: list[tuple[int, int]]) -> tuple[int, int]:
    """The range of a written-in-groups number after the telephone numbers beside it are left out."""
    texts = [view[start:end] for start, end in groups]
    first, last = 0, len(groups)
    while last > first and _MOBILE.fullmatch(texts[last - 1]):
        last -= 1
    index = first
    while index < last:
        index += 1
        if _MOBILE.fullmatch("".join(texts[first:index])):
            first = index
    if first >= last or texts[first] in _SERVICE_GROUPS:
        return groups[0][0], groups[0][0]
    return groups[first][0], groups[last - 1][1]


def _is_theirs(view: str, start: int, end: int) -> bool:
    """Whether the sentence makes an account the other side's; the nearest word before it decides."""
    begin = max(
        (m.end() for m in _SENTENCE_END.finditer(view, max(0, start - 60), start)),
        default=max(0, start - 60),
    )
    theirs = max((match.end() for match in _THEIRS.finditer(view, begin, start)), default=-1)
    own = max((match.end() for match in _OWN.finditer(view, begin, start)), default=-1)
    if theirs >= 0 or own >= 0:
        return theirs > own
    behind = view[end : end + _SIDE_BEHIND]
    stop = _SENTENCE_END.search(behind)
    behind = behind[: stop.start()] if stop else behind
    return bool(_THEIRS.search(behind)) and not _OWN.search(behind)
