"""Phone numbers in every disguise, and the short codes of hotlines and authorities."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from nlu.entities.found import Found, Taken
from nlu.entities.numerals import DigitRun
from nlu.lexicon import alternatives, load

_WORDS = load("contacts")
_PHONE = _WORDS["phone"]
_SHORT = frozenset(_PHONE["short"])
_SHORT_WITH_CUE = frozenset(_PHONE["short_with_cue"])
_THREE = frozenset(code for code in _SHORT | _SHORT_WITH_CUE if len(code) < 5)
_ABROAD: dict[str, int] = _PHONE["abroad"]

_CUE_BEFORE = re.compile(rf"(?:{alternatives(_PHONE['before'])})[^,。;!?\n0-9]{{0,6}}\Z")
_CUE_AFTER = re.compile(rf"[^,。;!?\n0-9]{{0,4}}?(?:{alternatives(_PHONE['after'])})")
_EXPLICIT = re.compile(
    rf"(?:{alternatives(_PHONE['explicit'])})(?:号码|号|是|为)?[\s:(\"“”'-]{{0,3}}\Z"
)
_BEGINNING = re.compile(rf"[\s\"”']{{0,2}}(?:{alternatives(_PHONE['beginnings'])})")
_NO_PHONE = re.compile(rf"(?:{alternatives(_WORDS['other_numbers'])})[\s:是为(\"“#]{{0,4}}\Z")
_MONEY_BEFORE = re.compile(
    r"(?:[转付交收借花欠扣存退赔返贷缴¥$]|转账|充值|rmb|人民币|[费金款]|额度|利息)[了的是约为我他]?[\s:]{0,2}\Z"
)
_COUNTED = re.compile(
    r"\s?(?:人(?!工)|号(?!码|打|发)|[万千百亿元块圆多余个名位次条张天斤平分米岁户年月%％‰]|[wk](?![a-z])|rmb|[.:/][0-9])"
)
_MASK_BEFORE = re.compile(r"(?:\*{3,}|[0-9]\*\*|[x×#•●█]{2,}|<#>)\Z")
_MASK_BEHIND = re.compile(r"\*{3,}|\*\*[0-9]|[x×#•●█]{2,}|<#|\*<")
_PART_BEFORE = re.compile(r"[0-9][.:/]\Z")

_MOBILE = re.compile(r"(?:86|0)?(1[3-9][0-9]{9})\Z")
_LANDLINE = re.compile(r"0((?:10|2[0-9])[0-9]{8}|[3-9][0-9]{2}[0-9]{7,8})\Z")
_SERVICE = re.compile(r"[48]00[0-9]{7}\Z|400[0-9]{6}\Z")
_CALL_CENTRE = re.compile(r"95[0-9]{3,6}\Z")
_NEEDS_CUE = re.compile(r"95[0-9]{3,6}\Z|95[0-7][0-9]{6,9}\Z|96[0-9]{3,4}\Z")
# 0095588: a bank's service number with an international prefix before it.
_SPOOFED = re.compile(r"95[0-9]{3}\Z")
_SMS_SENDER = re.compile(r"106[0-9]{5,17}\Z")
_UNKNOWN = re.compile(r"[0-9]{7,13}\Z")
_DATE = re.compile(r"(?:19|20)[0-9]{2}\W{1,3}(?:0?[1-9]|1[0-2])\W{1,3}[0-9]{1,2}(?![0-9])")
_DIVIDING_GAP = re.compile(r"[.,/:、。;!?]")
_HARD_GAP = re.compile(r"[,。、;!?…]")
# Sizes of the groups of a number whose parts are separated by commas; others are lists of numbers.
_USUAL_GROUPS = re.compile(r"344|335|434|38|74|56|65|3422|334|343|433|37|46|64|[12]+")
_LATIN_BEFORE = re.compile(
    r"(?<![a-z0-9_])(?:v|vx|wx|wechat|weixin|tel|phone|call|dh|no|whatsapp)\Z"
)
_LATIN_AFTER = re.compile(r"(?:v|vx|wx|qq|tg|or|and|is|whatsapp|wechat)(?![a-z0-9_])")
_MOST_DIGITS = 20


class _Candidate(NamedTuple):
    digits: str
    start: int
    end: int
    sizes: str
    gaps: tuple[str, ...]


def find_phones(text: str, runs: Sequence[DigitRun], taken: Taken) -> list[Found]:
    """All phone numbers in the runs of digits of a folded text, leaving out what is taken."""
    found = []
    for run in runs:
        if len(run.groups) == 1 and len(digits := run.groups[0][0]) < 5 and digits not in _THREE:
            continue
        first = 0
        while first < len(run.groups):
            value, start, end, following = _longest(text, run, first, taken)
            if value:
                found.append(Found("phone", value, start, end))
            first = following
    return found


def _longest(
    text: str, run: DigitRun, first: int, taken: Taken
) -> tuple[str | None, int, int, int]:
    """The longest number that starts with a group, its place, and the group to go on with."""
    start = run.groups[first][1]
    best: tuple[str | None, int, int, int] = (None, start, start, first + 1)
    abroad = text[max(0, start - 1) : start] == "+"
    if not _may_start(text, start):
        return best
    digits, sizes = "", ""
    for last in range(first, len(run.groups)):
        group, _, end = run.groups[last]
        digits += group
        sizes += str(len(group)) if len(group) < 10 else "x"
        if len(digits) > _MOST_DIGITS or (last - first > 13 and digits[:2] != "00"):
            break
        candidate = _Candidate(digits, start, end, sizes, run.gaps[first:last])
        value = _international(candidate) if abroad else _value(text, candidate)
        if value and _may_end(text, end) and taken.is_free(start, end):
            best = (value, start - abroad, end, last + 1)
    return best


def _may_start(text: str, start: int) -> bool:
    if not start:
        return True
    before = text[max(0, start - 14) : start]
    sign = before[-1]
    if sign in "_@¥$" or _MASK_BEFORE.search(before):
        return False
    if sign.isascii() and sign.isalpha() and not _LATIN_BEFORE.search(before):
        return False
    return not _NO_PHONE.search(before)


def _may_end(text: str, end: int) -> bool:
    sign = text[end : end + 1]
    if sign in ("_", "@", "%") or _MASK_BEHIND.match(text, end):
        return False
    if sign.isascii() and sign.isalpha() and not _LATIN_AFTER.match(text, end):
        return False
    return not _BEGINNING.match(text, end)


def _value(text: str, candidate: _Candidate) -> str | None:
    """The normalised number if the digits are one in this place."""
    digits = candidate.digits
    if digits.startswith("00") and (abroad := _international(candidate)):
        return abroad
    usual = _USUAL_GROUPS.fullmatch(candidate.sizes) or not any(
        _HARD_GAP.search(gap) for gap in candidate.gaps
    )
    if usual and (match := _MOBILE.match(digits)):
        if _DATE.match(text, candidate.start) and candidate.gaps:
            return None
        return f"+86{match.group(1)}"
    # Past this point a number is too short or too common to be torn out of a list or a mixed writing.
    if not usual or "" in candidate.gaps:
        return None
    if match := _LANDLINE.match(digits):
        return f"+86{match.group(1)}"
    if _SERVICE.match(digits) or _SMS_SENDER.match(digits):
        return digits
    return digits if _is_service_code(text, candidate) else None


def _is_service_code(text: str, candidate: _Candidate) -> bool:
    """Whether short digits, or digits of no known form, are dialled and not counted or paid here."""
    digits, start, end = candidate.digits, candidate.start, candidate.end
    sure = digits in _SHORT or (_CALL_CENTRE.match(digits) and not digits.endswith("00"))
    doubtful = digits in _SHORT_WITH_CUE or _NEEDS_CUE.match(digits)
    before = text[max(0, start - 14) : start]
    if not (sure or doubtful) and not (_UNKNOWN.match(digits) and _EXPLICIT.search(before)):
        return False
    if _COUNTED.match(text, end) or _PART_BEFORE.search(before):
        return False
    if any(_DIVIDING_GAP.search(gap) for gap in candidate.gaps):
        return False
    cued = bool(_CUE_BEFORE.search(before) or _CUE_AFTER.match(text, end))
    paid = bool(_MONEY_BEFORE.search(before))
    if sure:
        return cued or not paid
    return (cued and not paid) if doubtful else True


def _international(candidate: _Candidate) -> str | None:
    """E.164 of a number written with ``+`` or ``00``; the caller knows that it is so written."""
    digits, gaps = candidate.digits, candidate.gaps
    if any(_HARD_GAP.search(gap) for gap in gaps) or ("" in gaps and len(digits) < 11):
        return None
    number = digits.removeprefix("00")
    if number == digits and not gaps and _MOBILE.match(digits):
        # ＋138…: "add this number", not a caller from North America.
        return f"+86{digits[-11:]}"
    if number.startswith("0") or not (7 <= len(number) <= 15 or _SPOOFED.match(number)):
        return None
    if number.startswith("860"):
        # +86 0755 …: the trunk zero is dropped; a shorter number is kept as it was shown.
        return f"+86{number[3:]}" if len(number) > 12 else f"+{number}"
    code = next((number[:size] for size in (3, 2, 1) if number[:size] in _ABROAD), "")
    return f"+{number}" if len(number) - len(code) <= _ABROAD.get(code, 13) else None
