"""Whose number is it: finds the numbers that a question is about and tells official ones from the rest.

What counts is the user's own writing: ``00`` or ``+86`` before a number is the sign of a foreign or
disguised call, and every normalisation would lose it. Numbers are never learnt from texts; only those in
the content are official.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from actions.content import Content
from nlu.text.folding import fold

# Signs that stand for a digit after folding: numerals, financial numerals, the way soldiers and
# operators read digits out, and round or look-alike signs.
_HAN = "〇零一二三四五六七八九幺壹贰叁肆伍陆柒捌玖两"
_DIGITS = str.maketrans(f"{_HAN}洞拐勾○◯oоil", "0012345678911234567892" + "079" + "0000" + "11")
_D = f"0-9{_HAN}"
_AREA = r"(?:10|2\d|[3-9]\d\d)"

# Words that hold a numeral and no digit of a number.
_WORD = rf"万一|二维|三方|四处|第[{_D}]{{1,3}}|一[直下个次起定共样般些口边会串句种家路遍旦致]|两[边头家次个]"
_ATOM = (
    rf"(?:[{_D}]|[洞拐勾](?=[洞拐勾]{{0,8}}[{_HAN}])|(?<=[{_HAN}洞拐勾])[洞拐勾]|(?<=[{_D}○◯])[○◯]|[○◯](?=[{_D}○◯])"
    r"|(?<![a-z0-9_])[oоil]{1,4}(?=[0-9])|(?<=[0-9])[oоil]{1,4}(?![a-z]))"
)
_PLUS = r"(?:(?:\+|➕|加号|plus)[\s(\[-]{0,2}|加[了上]?(?=\s?(?:8\s?6|八六|捌陆)))"
_SPOKEN_GAP = "逗号|空格|横杠|短横|横线|杠|点|(?:然后|后面|后边|接着|跟着|最后|中间)[再是跟]?|嗯|呃|额|啊|哦|再|那个|就是"
_GAP = rf"(?:{_SPOKEN_GAP}|_|(?<!\*)\*(?!\*)|[^\w\x00:%*$¥<>+➕]){{0,6}}"
_RUN = re.compile(rf"(?P<plus>{_PLUS})?{_ATOM}(?:{_GAP}{_ATOM})*")
_ATOMS = re.compile(_ATOM)
_WORDS = re.compile(_WORD)
_PLUS_SIGN = re.compile(_PLUS)
_GROUP = re.compile(rf"(?:(?![{_HAN}洞拐勾]){_ATOM})+|(?:(?![0-9]){_ATOM})+")
_STRONG = re.compile(r"[,，。、;；/|!！?？\n]")

# Figures that are no telephone number, blanked before the search so that they join none either.
_NEW = rf"(?<![{_D}])"
_APART = rf"{_NEW}(?<![{_D}][\s\-.·,，])"
_NOISE = re.compile(
    "|".join(
        (
            r"https?://[^\s一-鿿]+|(?<![a-z0-9._@-])[a-z0-9._-]{1,64}@[a-z0-9.-]+"
            r"|(?<![a-z0-9.-])(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,}(?:/[^\s一-鿿]*)?",
            r"(?<![\d.\-])(?:19|20)\d\d\s?[-./年]\s?\d{1,2}(?:\s?[-./月]\s?\d{1,2}(?![-.]?\d))",
            r"(?<!\d)\d{1,2}:\d\d(?::\d\d)?(?!\d)",
            rf"(?:[上下中]午|早上?|晚上?|凌晨|夜里)[{_D}十]{{1,3}}点(?:[{_D}十]{{1,3}}(?![{_D}]))?",
            rf"{_NEW}(?:\d{{1,2}}|[{_HAN}十]{{1,3}})点(?:钟|半|多|左右|[{_D}十]{{1,3}}分|(?!\s?[{_D}]))",
            _WORD,
            rf"[{_D}]个[{_D}]",
            rf"{_NEW}\d[\d,]{{0,6}}(?:\.\d+)?\s?[多来余几]?\s?(?:[十百万亿]|千(?!万[别不要得记小当]))+",
            rf"(?:[{_HAN}]?(?:[十百万亿拾佰仟]|千(?!万[别不要得记小当])))+(?:[{_HAN}](?![{_D}]))?",
            r"(?<![\d\-.])\d[\d,]{0,8}(?:\.\d+)?\s?[多来余几]?\s?"
            r"(?:元|块|圆|角|毛|折|rmb|人民币|美金|美元|港币|%|[wk](?![a-z]))",
            rf"{_NEW}[{_HAN}]{{1,4}}\s?(?:元|块|圆|角|毛)|[¥$]\s?\d[\d,.]*",
            rf"{_NEW}(?:\d{{1,2}}|[{_HAN}]{{1,2}})(?:个(?!人)|次|遍|天|月|年|日|周|岁|期|分(?!机|行)|秒|小时)",
            rf"{_APART}\d{{3,4}}\s?(?:个(?!人)|次|遍|天|条|张|笔|人(?!工)|名|家|期|年|分(?!机|行)|米|室|多)",
            rf"{_APART}(?:\d{{1,4}}|[{_HAN}]{{1,2}})(?:[条张笔名家趟声倍段]|号(?!码))",
            r"(?:工号|工牌号?|编号|[证单案卡学批]号|[尾末后][四4]?[号位]|验证码|校验码|动态码|密码|[订运快]?单号"
            r"|快递|取件码|合同号|身份证号?|邮编|版本号?|流水号|回执号?)\s?[是为:]?\s?[a-z]{0,3}-?"
            rf"[{_D}]+(?:[-\s]\d+)*",
            r"(?<!\d)\d{1,11}\*{2,}\d*",
            r"(?m:^\s*\d{1,2}[、.)]\s*(?=\+|00[1-9][\d -]{7}|1[3-9]\d|[48]00|95\d))",
        )
    )
)

_MOBILE = re.compile(r"0?1[3-9]\d{9}")
# Complete as they stand: whatever follows behind a separator belongs to something else.
_FULL = re.compile(rf"(?:0{{0,3}}86)?0?1[3-9]\d{{9}}|400\d{{6,7}}|800\d{{7}}|0{_AREA}\d{{7,8}}")
_SHORT = re.compile(r"9[56]\d{3}|12[13]\d\d|100[1-9]\d")
_SHORTEST = re.compile(r"1(?:10|19|20|22)")
_CALLABLE = re.compile(
    rf"{_FULL.pattern}|{_SHORT.pattern}|{_SHORTEST.pattern}|[48]00\d{{5,8}}|95\d{{3,10}}|96\d{{4}}"
    rf"|106\d{{5,12}}|1010\d{{4}}|(?:86|0{_AREA})(?:95\d{{3}}|[48]00\d{{6,7}})|0?86\d{{10,11}}"
)
_INTERNATIONAL = re.compile(
    rf"0*86\d{{0,12}}|0*(?:{_SHORT.pattern}|{_SHORTEST.pattern})|\d{{8,18}}"
)
_BEFORE_NUMBER = re.compile(rf"0{{1,3}}|0{{0,3}}86|0{_AREA}|00\d{{1,3}}")
_ROUND = re.compile(r"[1-9]\d{0,2}0{4,}|20[0-3]\d[01]\d[0-3]\d")
_TELEPHONE = re.compile(
    r"电话|(?<![工编证单])号|来电|热线|专线|座机|拨|打(?:来|的|给|过|进)|短信|call|phone|number|hotline|dial"
)
_OURS = re.compile(r"你们|咱们?|贵司|贵公司|官方|客服|是谁|谁的|your|official")
_MONEY_BEFORE = re.compile(
    r"(?:[借欠还转付收交贷花充存取扣给](?:了|过|我|他)|[借欠还贷]|额度|金额|余额|本金|利息|总共|一共)[是为:]?\s*$"
)
_OPENING = re.compile(r"(?<!\d)(?:00\d{0,4}|\+\d{0,4})(?=\s?(?:开头|打头|起头|字头))")
_LOOK_AHEAD = 16  # digits; longer than any telephone number

_EXTENSION = re.compile(r"转|分机|ext|#")
_PREFIX_OF_OFFICIAL = re.compile(rf"(?:0{{2,}})?(?:86)?(?:0{_AREA})?|(?:0{{2,}})?86{_AREA}")
_FOREIGN = re.compile(r"00+(?!86)\d*")
_CHINA = re.compile(r"0{2,}86\d*|0?86(?:0?1[3-9]\d{9}|\d{10,})")
_KINDS = (
    ("virtual", re.compile(r"0?(?:17[01]|16[257])\d{8}")),
    ("mobile", _MOBILE),
    ("400", re.compile(r"[48]00\d{6,8}")),
    ("service", re.compile(r"95[356]\d{2,9}")),
    ("callcenter", re.compile(r"95[012457]\d{2,9}")),
    ("landline", re.compile(rf"0{_AREA}\d{{7,8}}")),
)

SHOWN_SIGNS = 5
SHOWN_DIGITS = 4
MASK = "＊"
_MASK_LIMIT = 8


@dataclass(frozen=True)
class NumberCheck:
    """What a number is.

    ``verdict`` is ``official``, ``official_prefixed``, ``near``, ``overseas``, ``plus86``, ``mobile``,
    ``virtual``, ``400``, ``service``, ``callcenter``, ``landline``, ``authority`` or ``unknown``; each has
    its reply ``utter_number_<verdict>``. ``display`` is the number for quoting, masked unless it is
    registered; ``authority`` the name of the public body whose number it is; ``ours`` is true for
    ``official`` alone.
    """

    verdict: str
    display: str
    authority: str | None = None
    ours: bool = False


class _Written(NamedTuple):
    """A number as it was written: whether a plus sign leads it, and its digits in order."""

    plus: bool
    digits: str


def check_number(raw: str, value: str, content: Content) -> NumberCheck:
    """Tells whose number it is; never raises.

    Args:
        raw: the user's own writing, with everything that stands before the digits.
        value: the normalised number (E.164 or digits), used only where the writing shows no digits.
        content: the registered numbers.
    """
    number = _read(raw)
    if not number.digits and not number.plus:
        # E.164 puts +86 before every Chinese number: there it says nothing about the writing.
        number = _Written(False, _read(value.replace("+86", "", 1)).digits)
    if not number.plus:
        for hotline in content.hotlines:
            if number.digits == hotline.digits:
                return NumberCheck("official", hotline.number, ours=True)
        for authority in content.authorities.values():
            if number.digits == _read(authority.number).digits:
                return NumberCheck("authority", authority.number, authority.name)
    official = tuple(hotline.digits for hotline in content.hotlines)
    return NumberCheck(_verdict_on_others(number, official), _masked(number))


def find_numbers(text: str) -> list[str]:
    """Numbers that a question may be about, as slices of the original text, in order, without repeats.

    Telephone numbers in any writing, also incomplete ones; no amounts, dates, counts, personal numbers or
    cards. Never raises.
    """
    folded = fold(text)
    blanked = _blank(_NOISE, folded.text)
    spans = [match.span() for match in _OPENING.finditer(blanked)]
    for run in _RUN.finditer(blanked):
        for start, end in _numbers_of(run, blanked):
            if any(start < taken[1] and taken[0] < end for taken in spans):
                continue
            if _is_candidate(blanked, start, end):
                spans.append((start, end))
    slices = (folded.span(start, end) for start, end in sorted(spans))
    return list(dict.fromkeys(text[start:end] for start, end in slices))


def one_edit_apart(one: str, other: str) -> bool:
    """Whether one sign changed, missing or added, or two neighbours swapped, make the texts equal."""
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    if len(one) > len(other):
        one, other = other, one
    start = next((i for i, sign in enumerate(one) if sign != other[i]), len(one))
    if len(one) < len(other):
        return one[start:] == other[start + 1 :]
    swapped = one[start + 1 : start + 2] + one[start]
    return one[start + 1 :] == other[start + 1 :] or (
        swapped == other[start : start + 2] and one[start + 2 :] == other[start + 2 :]
    )


def _verdict_on_others(number: _Written, official: tuple[str, ...]) -> str:
    """The verdict on a number that is neither official nor a public body's."""
    plus, digits = number
    for known in official:
        prefix = digits[: -len(known)] if digits.endswith(known) else None
        if prefix is not None and _PREFIX_OF_OFFICIAL.fullmatch(prefix) and (plus or prefix):
            return "official_prefixed"
    international = "00" + digits if plus else digits
    if _CHINA.fullmatch(international):
        return "plus86"
    if _FOREIGN.fullmatch(international):
        return "overseas"
    if any(one_edit_apart(digits, known) for known in official):
        return "near"
    return next((kind for kind, form in _KINDS if form.fullmatch(digits)), "unknown")


def _masked(number: _Written) -> str:
    signs = "+" * number.plus + number.digits
    kept = min(SHOWN_SIGNS, SHOWN_DIGITS + number.plus)
    return signs[:kept] + MASK * min(len(signs[kept:]), _MASK_LIMIT)


def _read(writing: str) -> _Written:
    """Reads everything that is a digit; words between the digits do not matter."""
    text = _blank(_WORDS, fold(writing).text)
    atoms = list(_ATOMS.finditer(text))
    for extension in _EXTENSION.finditer(text):
        before = [atom for atom in atoms if atom.end() <= extension.start()]
        if len(before) >= 5:
            atoms = before
            break
    first = atoms[0].start() if atoms else len(text)
    plus = any(match.end() == first for match in _PLUS_SIGN.finditer(text))
    return _Written(plus, "".join(atom.group() for atom in atoms).translate(_DIGITS))


def _blank(noise: re.Pattern[str], text: str) -> str:
    return noise.sub(lambda match: "\x00" * len(match.group()), text)


def _numbers_of(run: re.Match[str], text: str) -> list[tuple[int, int]]:
    """Cuts a run of digits where one number ends and the next begins."""
    first = run.end("plus") if run["plus"] else run.start()
    groups = [match.span() for match in _GROUP.finditer(text, first, run.end())]
    digits = [text[start:end].translate(_DIGITS) for start, end in groups]
    spans: list[tuple[int, int]] = []
    start, current = run.start(), "00" if run["plus"] else ""
    for index, (group_start, _) in enumerate(groups):
        if index and _cut(
            current, text[groups[index - 1][1] : group_start], digits[index : index + _LOOK_AHEAD]
        ):
            spans.append((start, groups[index - 1][1]))
            start, current = group_start, ""
        current += digits[index]
    spans.append((start, run.end()))
    return spans


def _cut(current: str, gap: str, following: list[str]) -> bool:
    """Whether a number ends at this gap; in doubt it goes on, lest a part of it pass for official."""
    if not gap or (current.startswith("0") and _BEFORE_NUMBER.fullmatch(current)):
        return False
    strong = bool(_STRONG.search(gap))
    joined, opens_new, text = False, False, ""
    for group in following:
        text += group
        if len(text) > _LOOK_AHEAD:
            break
        joined = joined or bool(_FULL.fullmatch(current + text))
        opens_new = opens_new or bool(_FULL.fullmatch(text))
    if joined or current == "86":
        return False
    complete = bool(_FULL.fullmatch(current) or _SHORT.fullmatch(current))
    short = _SHORT.fullmatch(following[0]) is not None
    if complete and (opens_new or (short and _SHORT.fullmatch(current))):
        return True
    if not strong:
        return False
    if opens_new or _MOBILE.fullmatch(current) or len(current) >= 7 <= len(following[0]):
        return True
    return bool(_SHORTEST.fullmatch(current) or _SHORT.fullmatch(current)) and (
        short or _SHORTEST.fullmatch(following[0]) is not None
    )


def _is_candidate(text: str, start: int, end: int) -> bool:
    number = _read(text[start:end])
    digits = number.digits
    if _FULL.fullmatch(digits) and not number.plus:
        return True
    if re.match(r"[a-z_]", text[end : end + 1]) or re.match(
        r"[a-z_@]", text[max(0, start - 1) : start]
    ):
        return False  # a piece of an account name or a reference
    if number.plus or digits.startswith("00"):
        return bool(_INTERNATIONAL.fullmatch(digits[2:] if not number.plus else digits))
    if _MONEY_BEFORE.search(text[max(0, start - 8) : start]):
        return False
    if _CALLABLE.fullmatch(digits):
        return True
    if not 5 <= len(digits) <= 15 or _ROUND.fullmatch(digits):
        return False
    return bool(_TELEPHONE.search(text) or (len(digits) >= 9 and _OURS.search(text)))
