"""Which name a question "is this yours?" is about, where plain rules can tell."""

from __future__ import annotations

import re

from actions.content import Content
from nlu.text.folding import Folded, fold

_SIGNS = r"[^\s\x00,。!?;:、…()\[\]{}“”\"「」『』【】《》‘’<>|~～]"
_WE = r"(?:你们|你家|咱们?|咱家|恁|贵司|贵公司|官方|㑚|你哋|正规)"
_WHO = r"(?:公司|机构|平台|软件|app|公众号|小程序|商户|律所|户名|[款保受]方|开发者|落款|抬头|名[称字]?)"
# What ends an unquoted name. Verbs count only with what follows them, for names hold such signs as well.
_ENDS = (
    r"(?=的(?:[,。!?;:\s]|$|公司|机构|平台|软件|app|人|跟|和|给|说|是)|[,。!?;:、\s()…]|$"
    rf"|[吗么嘛呢吧啊呀了]|不(?:$|[,。!?])|[这那](?:家|个|间)|(?:到底|真的)?是(?:不是|{_WE}|真|假|骗)"
    rf"|[跟和与](?:{_WE}|你)|有(?:合作|关系|没|授权|{_WE})|说(?:是|你|我|他|能|可|要)|要(?:我|收|求)|让我"
    r"|给我|收(?:我|了|费|钱)|找(?:我|上)|打(?:电话|来|给|了)|发(?:短信|来|给|了|的)|能不能|靠谱|可靠)"
)
_QUOTED = re.compile(
    r"[“「『【《‘\"'](?P<name>[^“”\"「」『』【】《》‘’',。!?;:\n]{2,24})[”」』】》’\"']"
)
_ADDRESS = re.compile(
    r"(?P<name>(?:[a-z]{2,10}://[^\s/?#]+|(?<![^\W\u3400-\u9fff])(?:(?:[^\W\u3400-\u9fff]|-){1,63}\.){1,8}"
    r"[^\W\d\u3400-\u9fff]{2,}(?![.-]?[^\W\u3400-\u9fff]))"
    r"(?:[/:?#][^\s\u3400-\u9fff,。]*)?)"
)
_ASKED = (
    _QUOTED,
    _ADDRESS,
    re.compile(
        rf"(?:名叫|叫做?|自称是?|改名|自报|{_WHO}(?:上|里)?(?:是|叫|写[的着]?是?|显示的?是?|为|:))\s?"
        rf"(?P<name>{_SIGNS}{{2,24}}?){_ENDS}"
    ),
    re.compile(
        rf"{_WE}(?:公司|平台|家)?[和跟与同]\s?(?P<name>{_SIGNS}{{2,20}}?)(?=\s?(?:有合|有关|是[一同什啥]|啥|什么|合作))"
    ),
    re.compile(
        rf"(?P<name>{_SIGNS}{{2,24}})\s?(?:[这那](?:家|个)?(?:公司|机构|app|软件|平台|网站)?)?"
        rf"(?:真的|到底|究竟|也|都|确实)?(?:是|算|属于|归|受|有)(?:不是|没有)?{_WE}"
    ),
    re.compile(rf"(?:(?:授权|委托)[过给了]|:)\s?(?P<name>{_SIGNS}{{2,20}})\W*$"),
    re.compile(
        r"\b(?:is|are)\s(?:the\s)?(?:(?:app|company|website|site)\s)?(?P<name>[a-z0-9][a-z0-9 .&'-]{1,40}?)\s"
        r"(?:authori[sz]ed|made by|yours|your|part of|one of|from you|official|affiliated)"
    ),
)

# Words before and behind a name that the patterns take along.
_LEAD = re.compile(
    r".*(?:叫做?|自称|请问|您好|你好|想问(?:一?下)?|问(?:一?下|句)|核实(?:一?下)?|确认(?:一?下)?|查(?:一?下)|看看"
    r"|那个|这个|[那这有一]家|有个|还有|收到|说是?|报的|上的|写的|里的|显示的?|打来的|给的|[款保受]方)"
    r"|^(?:请|麻烦|一个|一家|查|跟|和|与|[是为叫])"
)
_TAIL = re.compile(r"(?:[的了呢吗是也阿]|是不|[这那](?:家|个)?(?:公司|机构|app|软件|平台|网站)?)$")
_OPEN = r"[“「『【《‘\"']"
_CLOSE = r"[”」』】》’\"']"
_KIND = r"(?:公众号|小程序|生活号|视频号|抖音号|快手号|微博|频道|群|网站|官网)"
# What stands beside a name and makes it another one: the kind of thing, a version, the full company.
_KIND_BEFORE = re.compile(rf"{_KIND}(?:名[字称]?)?(?:是|叫|写的?是?)?[:\s]?{_OPEN}?$")
_MORE_BEHIND = re.compile(
    rf"{_CLOSE}?\s?(?:的?(?:{_KIND}|[\u3400-\u9fff]{{1,3}}版|(?:pro|plus|lite|max|hd|vip)(?![a-z]))"
    rf"|(?![的是,]){_SIGNS}{{0,14}}?(?:有限|股份)(?:责任)?公司)"
)
_GENERIC = re.compile(
    r"(?:[这那哪个家些种张只的是不都也吗您]|你们?|我们?|他们?|咱们?|官方|客服|公司|平台|app|软件|网站|网页|官网|链接|公众号|小程序|服务号"
    r"|二维码|码|号码?|电话|热线|短信|邮件|客户|经理|专员|员工|人员?|机构|合作|法务|催收|律师函?|函|信|页面|广告|应用|网址|名[字称]"
    r"|东西|什么|谁|到底|真|一?下|贷?还?借?款|通知|图标|频道|群|账[号户]|授权|中介|第三方|对方|一家"
    r"|is|this|that|the|it|site|link|website|company|number|message|your|you|of|one|\s)+"
)
_NO_NAME = re.compile(
    r"[我你您他她它谁啥得醒停怎没不几哪]|来着|说[是你我]|.*(?:的|什么|[一这那哪]个)"
)
_LONGEST_NAME = 24
_NAME_SIGN = re.compile(r"[a-z\d\u3400-\u9fff]")
_AFTER_NAME = re.compile(r"是|吗|么|嘛|[给打发说在有要让跟和这那]|app(?![a-z])")
_BEFORE_NAME = re.compile(r"[叫是在用了有和跟个家被问收]$")


def names_in_question(text: str, content: Content) -> str | None:
    """The company, app, account or site that a question is about, as the user wrote it.

    ``None`` where no rule can tell (``这个App是你们的吗``); never raises.
    """
    folded = fold(text)
    for pattern in _ASKED:
        for match in pattern.finditer(folded.text):
            span = match.span("name")
            if pattern is not _QUOTED and pattern is not _ADDRESS:
                span = _trimmed(folded.text, *span)
            if not _is_name(folded.text[slice(*span)], pattern is _QUOTED):
                continue
            if pattern is not _ADDRESS:
                span = _widened(folded.text, *span)
            start, end = folded.span(*span)
            return text[start:end]
    return _known_name(folded, content)


def name_in_answer(text: str, content: Content) -> str | None:
    """The name that answers "which one?": what a question would name, or else all of a short answer.

    ``None`` where the answer holds no name; never raises.
    """
    named = names_in_question(text, content)
    if named is not None:
        return named
    folded = fold(text)
    start, end = _trimmed(folded.text, 0, len(folded.text))
    if end - start > _LONGEST_NAME or not _is_name(folded.text[start:end], False):
        return None
    first, last = folded.span(start, end)
    return text[first:last].strip()


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """An unquoted name without the words around it."""
    while lead := _LEAD.match(text, start, end):
        if lead.end() == start:
            break
        start = lead.end()
    while tail := _TAIL.search(text, start, end):
        end = tail.start()
    return start, end


def _widened(text: str, start: int, end: int) -> tuple[int, int]:
    """The name with what makes it another one, so that no part of a longer name passes for official."""
    more = _MORE_BEHIND.match(text, end)
    if more:
        end = more.end()
    near = text[max(0, start - 12) : start]
    kind = _KIND_BEFORE.search(near)
    if kind:
        start -= len(near) - kind.start()
        if re.match(_CLOSE, text[end : end + 1]):
            end += 1
    return start, end


def _is_name(name: str, quoted: bool) -> bool:
    readable = any(sign.isalpha() for sign in name)
    if not readable or len(name.strip()) < 2 or _GENERIC.fullmatch(name):
        return False
    return not ("您" in name or "尊敬" in name) if quoted else not _NO_NAME.match(name)


def _known_name(folded: Folded, content: Content) -> str | None:
    """An official name that stands alone in the text; as a part of a longer name it does not count."""
    names = [content.name, content.short_name, *content.apps, *content.accounts]
    names += [known for partner in content.partners for known in (partner.name, *partner.aliases)]
    for name in sorted((fold(name).text for name in names if name), key=len, reverse=True):
        start = folded.text.find(name)
        if start < 0:
            continue
        end = start + len(name)
        before, after = folded.text[:start][-1:], folded.text[end:]
        opens = not _NAME_SIGN.search(before) or _BEFORE_NAME.search(before)
        if opens and (not _NAME_SIGN.match(after) or _AFTER_NAME.match(after)):
            start, end = folded.span(start, end)
            return folded.original[start:end]
    return None
