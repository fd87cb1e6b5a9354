"""Names of companies and teams that offer something; never the words for such companies in general."""

from __future__ import annotations

import re

from nlu.entities.found import Found, Taken
from nlu.lexicon import alternatives, load

_WORDS = load("agencies")
_SIGN = r"[a-z0-9·\u4e00-\u9fff]"
_LEGAL = r"(?:股份有限公司|有限责任公司|有限公司|公司)"
_ENDING = alternatives(_WORDS["endings"])
_NAME_END = re.compile(rf"(?:{_ENDING})(?:\([\u4e00-\u9fff]{{2,6}}\))?{_LEGAL}?\Z")
_ENDINGS_OFF = re.compile(rf"(?:(?:{_ENDING})|{_LEGAL})+\Z")
_OFFICIAL_END = re.compile(rf"(?:{alternatives(_WORDS['official_endings'])})\Z")
_HINT = re.compile(
    rf"{alternatives({ending[-2:] for ending in _WORDS['endings']})}|叫|这家|那家|名为"
)
_QUOTED = re.compile(r"[“\"「『【‘'\[]([^“”\"「」『』【】‘’'\[\],。!?;:\n]{2,24})[”\"」』】’'\]]")
_QUOTED_FIRM = re.compile(
    r"(?:[一那这有哪]家|有间|公司|机构|中介|团队)(?:名|名字)?(?:叫做|叫|为|是)?[“\"「『【]"
    r"([^“”\"「」『』【】,。!?;:\n]{2,12})[”\"」』】](?!的?(?:app|软件|群|活动|服务|课|套餐))"
)
_FIRM_BEHIND = r"(?=的?(?:公司|机构|工作室|事务所|律所))"
_INTRODUCED = re.compile(
    rf"(?:{alternatives(_WORDS['introductions'])})(?:一个|一家)?"
    rf"({_SIGN}{{2,10}}?(?:{_ENDING})+{_LEGAL}?(?=[^\u4e00-\u9fff]|[的是说给在有要收打帮找吗嘛么]|\Z)|{_SIGN}{{2,8}}?{_FIRM_BEHIND})"
)
_THIS_FIRM = re.compile(
    rf"(?:^|[,。;!?:\n]|{alternatives(_WORDS['partners'])})({_SIGN}{{2,8}})(?=这家(?:公司|机构|中介|工作室|团队))"
)
_BARE_END = re.compile(
    rf"(?:{alternatives(_WORDS['bare_endings'])}){_LEGAL}?"
    r"(?!部|老师|人员|小妹|专员|费|函|顾问|经理|岗|流程|风险|问题|总监|助理)"
)
_BEFORE_END = re.compile(rf"{_SIGN}{{2,14}}\Z")
_PARTNER = re.compile(
    rf"(?:{alternatives(_WORDS['partners'])})({_SIGN}{{2,3}}(?:信用管家|咨询|信用|科技|商务))(?![了过一下的您你]|卡|记录|报告|分|社|问题)"
)
_GENERIC = re.compile(alternatives(_WORDS["generic"]))
_BREAK = re.compile(alternatives(_WORDS["breaks"]))
_CUT = re.compile(rf".*(?:{alternatives([*_WORDS['breaks'], *_WORDS['cuts']])})", re.DOTALL)
_BRANCH = re.compile(r"\([\u4e00-\u9fff]{2,6}\)")
_PLACE = re.compile(
    rf"(?:[\u4e00-\u9fff]{{2,3}}(?:省|自治区))?(?:[\u4e00-\u9fff]{{2,3}}[市县])?(?:{alternatives(_WORDS['places'])})?[市省]?"
)


def find_agencies(text: str, taken: Taken) -> list[Found]:
    """Named agencies in a folded text; ``value`` is the name without quotation marks and place."""
    found: list[Found] = []
    if not _HINT.search(text):
        return found
    seen = Taken(len(text))
    for match in _QUOTED.finditer(text):
        if _NAME_END.search(match.group(1).strip()) and not _BREAK.search(match.group(1)):
            _keep(found, seen, taken, text, match.span(1), quoted=True)
    for pattern in (_QUOTED_FIRM, _INTRODUCED, _THIS_FIRM, _PARTNER):
        for match in pattern.finditer(text):
            if not _BREAK.search(match.group(1)):
                _keep(found, seen, taken, text, match.span(1))
    for match in _BARE_END.finditer(text):
        signs = _BEFORE_END.search(text, max(0, match.start() - 14), match.start())
        if signs:
            cut = _CUT.match(text, signs.start(), match.start())
            start = cut.end() if cut else signs.start()
            while start < match.start() and not taken.is_free(start, start + 1):
                start += 1
            _keep(found, seen, taken, text, (start, match.end()))
    return found


def _keep(
    found: list[Found],
    seen: Taken,
    taken: Taken,
    text: str,
    span: tuple[int, int],
    quoted: bool = False,
) -> None:
    start, end = span
    if end - start < 3 or not taken.is_free(start, end) or not seen.is_free(start, end):
        return
    name = text[start:end]
    if not (_is_named(name) or (quoted and _is_official(name))):
        return
    seen.take(start, end)
    found.append(Found("agency", _value(name), start, end))


def _is_named(name: str) -> bool:
    """Whether anything is left of a name once endings and common words are taken away."""
    stem = _ENDINGS_OFF.sub("", name)
    return len(_GENERIC.sub("", stem)) >= 2


def _is_official(name: str) -> bool:
    """A long name made of common words only, dressed up as an office: 个人信用修复服务中心."""
    ending = _OFFICIAL_END.search(name)
    return ending is not None and ending.start() >= 5 and "你们" not in name and "贵" not in name


def _value(name: str) -> str:
    plain = _BRANCH.sub("", name).strip()
    place = _PLACE.match(plain)
    if place and place.end() and _is_named(plain[place.end() :]):
        plain = plain[place.end() :]
    return plain
