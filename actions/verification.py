"""Whether a company, an app, a site or an account is the institution's, and which name is asked about.

Official is only what equals an entry of the content; what merely resembles one never is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from actions.content import Content
from actions.numbers import one_edit_apart
from nlu.text.folding import Folded, fold
from nlu.text.views import heard, written

_EXAMPLE_MARK = re.compile(r"\(示例\)$")
_LOOSE_SIGNS = re.compile(r"[\s\"'“”‘’「」『』《》【】()]")
_LEGAL_FORM = re.compile(r"(股份有限公司|有限责任公司|有限公司|公司)$")
_SAME_FORM = {"有限责任公司": "有限公司", "公司": ""}

_APP = re.compile(r"(?:手机)?(?:app|软件|应用程序|应用)$")
_ACCOUNT = re.compile(r"^(?:微信)?公众号|(?:微信)?公众号$")
_NOT_LISTED = re.compile(r"(?:小程序|生活号|视频号|抖音号|快手号|微博|频道|群|网站|官网)$")

_WEB = re.compile(r"[a-z][a-z0-9+.-]*://|^[^\s/]+[.。．｡][^\s/.。．｡\d]")
_DOTS = str.maketrans("。．｡", "...")
_HOST_END = re.compile(r"[/\\?#]")
_HOST = re.compile(r"(?:[a-z0-9_-]+\.)*[a-z0-9-]+")
_LOOKS_LIKE = str.maketrans("01358аеорсухіѕνԁɡ", "olesbaeopcyxisvdg")
# Shorter ones are part of, or one edit from, too many innocent words.
_MIN_LABEL = 5
_MIN_NAME = 4
_TRAILING = ",;:!?、。'\"”’)"

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
_ASKED = (
    _QUOTED,
    re.compile(
        r"(?P<name>[a-z]{2,10}://\S+|(?<![^\W\u3400-\u9fff])(?:(?:[^\W\u3400-\u9fff]|-){1,63}\.){1,8}"
        r"[^\W\d\u3400-\u9fff]{2,}(?![.-]?[^\W\u3400-\u9fff])"
        r"(?:[/:?#][^\s\u3400-\u9fff,。]*)?)"
    ),
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
_LEGAL_NAME = re.compile(rf"\s?(?![的是,]){_SIGNS}{{0,14}}?(?:有限|股份)(?:责任)?公司")
_GENERIC = re.compile(
    r"(?:[这那哪个家些种张只的是不都也吗您]|你们?|我们?|他们?|咱们?|官方|客服|公司|平台|app|软件|网站|网页|官网|链接|公众号|小程序|服务号"
    r"|二维码|码|号码?|电话|热线|短信|邮件|客户|经理|专员|员工|人员?|机构|合作|法务|催收|律师函?|函|信|页面|广告|应用|网址|名[字称]"
    r"|东西|什么|谁|到底|真|一?下|贷?还?借?款|通知|图标|频道|群|账[号户]|授权|中介|第三方|对方|一家"
    r"|is|this|that|the|it|site|link|website|company|number|message|your|you|of|one|\s)+"
)
_NO_NAME = re.compile(
    r"[我你您他她它谁啥得醒停怎没不几哪]|来着|说[是你我]|.*(?:的|什么|[一这那]个)"
)
_NAME_SIGN = re.compile(r"[a-z\d\u3400-\u9fff]")
_AFTER_NAME = re.compile(r"是|吗|么|嘛|[给打发说在有要让跟和这那]|app(?![a-z])")
_BEFORE_NAME = re.compile(r"[叫是在用了有和跟个家被问收]$")


@dataclass(frozen=True)
class CompanyCheck:
    """Whether a company acts in the institution's name.

    ``verdict`` is ``listed``, ``unlisted``, or ``stale`` when the published list is too old to be relied
    on; ``partner`` is the listed name; ``ours`` tells that the name is the institution's own, which no
    list holds and anybody can say.
    """

    verdict: str
    partner: str | None = None
    ours: bool = False


@dataclass(frozen=True)
class AppCheck:
    """Whether an app, account or site is official.

    ``verdict`` is ``official``, ``lookalike`` or ``unknown``; ``official`` is the entry that it equals or
    resembles.
    """

    verdict: str
    official: str | None = None


def check_company(name: str, content: Content, day: date) -> CompanyCheck:
    """Looks a company up in the published list; never raises.

    Names are compared after folding, without brackets, the mark of an example and the legal form; two
    different legal forms are two companies.
    """
    asked = _company(name)
    ours = any(_same_company(asked, _company(own)) for own in (content.name, content.short_name))
    if not content.partner_list_is_current(day):
        return CompanyCheck("stale", ours=ours)
    for partner in content.partners:
        if any(_same_company(asked, _company(known)) for known in (partner.name, *partner.aliases)):
            return CompanyCheck("listed", partner.name, ours)
    return CompanyCheck("unlisted", ours=ours)


def check_app(name_or_url: str, content: Content) -> AppCheck:
    """Compares an app's, account's or site's name, or a web address, with the official ones; never raises.

    An address is official if its host is an official domain or a subdomain of one and nothing else in it
    deceives (user part, odd scheme, invisible or foreign letters).
    """
    raw = name_or_url.strip()
    text = unicodedata.normalize("NFKC", raw).lower().rstrip(_TRAILING)
    if _WEB.search(text):
        return _check_address(raw, text, content.domains)
    folded = fold(raw).text.rstrip(_TRAILING)
    official = _official_names(folded, content)
    asked = _app_name(folded)
    for name in official:
        if asked and asked == _app_name(fold(name).text):
            return AppCheck("official", name)
    for name in (*content.apps, *content.accounts):
        if _resembles(asked, _app_name(fold(name).text)):
            return AppCheck("lookalike", name)
    return AppCheck("unknown")


def _company(name: str) -> tuple[str, str]:
    """The name as compared and its legal form."""
    folded = _LOOSE_SIGNS.sub("", _EXAMPLE_MARK.sub("", fold(name).text.strip()))
    form = _LEGAL_FORM.search(folded)
    if not form or form.start() == 0:
        return folded, ""
    return folded[: form.start()], _SAME_FORM.get(form.group(), form.group())


def _same_company(one: tuple[str, str], other: tuple[str, str]) -> bool:
    return bool(one[0]) and one[0] == other[0] and (one[1] == other[1] or not (one[1] and other[1]))


def _official_names(asked: str, content: Content) -> tuple[str, ...]:
    """The names that may be meant, by the kind of thing the asked name says it is."""
    asked = asked.strip()
    if _NOT_LISTED.search(asked):
        return ()
    if _ACCOUNT.search(asked):
        return content.accounts
    if _APP.search(asked):
        return content.apps
    return (*content.apps, *content.accounts)


def _app_name(folded: str) -> str:
    bare = _LOOSE_SIGNS.sub("", _EXAMPLE_MARK.sub("", folded.strip()))
    return _ACCOUNT.sub("", _APP.sub("", bare)) or bare


def _resembles(asked: str, official: str) -> bool:
    if len(asked) != len(official) or len(official) < _MIN_NAME:
        return False
    return one_edit_apart(asked, official) or _sound(asked) == _sound(official)


def _sound(name: str) -> list[str]:
    return heard(*written(name))[0]


def _check_address(raw: str, text: str, domains: Iterable[str]) -> AppCheck:
    known = tuple(domain for domain in domains if domain)
    user, host = _host(text)
    hidden = any(unicodedata.category(sign)[0] in "CM" for sign in raw)
    for domain in known:
        if host and not hidden and (host == domain or host.endswith("." + domain)):
            # A mail address says nothing about who sent the mail.
            return AppCheck("unknown") if user else AppCheck("official", domain)
    for domain in known:
        if _address_resembles(text, domain):
            return AppCheck("lookalike", domain)
    return AppCheck("unknown")


def _host(text: str) -> tuple[bool, str | None]:
    """Whether a user part leads, and the host that a browser would open (``None`` where in doubt)."""
    scheme, separator, rest = text.partition("://")
    if separator and scheme not in ("http", "https"):
        return False, None
    authority = _HOST_END.split(rest if separator else text, maxsplit=1)[0]
    _, at_sign, host = authority.rpartition("@")
    host = re.sub(r":\d{0,5}$", "", host.translate(_DOTS)).removesuffix(".")
    return bool(at_sign), host if _HOST.fullmatch(host) else None


def _address_resembles(text: str, domain: str) -> bool:
    label = domain.split(".")[0]
    skeleton, plain = _skeleton(text), _skeleton(label)
    if _skeleton(domain) in skeleton:
        return True
    if len(label) < _MIN_LABEL:
        return label in re.split(r"[^a-z0-9]+", text)
    return plain in skeleton or any(
        one_edit_apart(part, plain) for part in re.split(r"[^\w]+|_", skeleton)
    )


def _skeleton(text: str) -> str:
    """The text as it looks at a glance: without accents, with look-alike signs made the same."""
    decomposed = unicodedata.normalize("NFKD", _from_punycode(text))
    plain = "".join(sign for sign in decomposed if unicodedata.category(sign)[0] not in "CM")
    return plain.translate(_LOOKS_LIKE).replace("rn", "m").replace("vv", "w").replace("l", "i")


def _from_punycode(text: str) -> str:
    def decoded(match: re.Match[str]) -> str:
        try:
            return match.group(1).encode().decode("punycode")
        except UnicodeError:
            return match.group()

    return re.sub(r"xn--([a-z0-9-]{1,63})", decoded, text)


def names_in_question(text: str, content: Content) -> str | None:
    """The company, app, account or site that a question is about, as the user wrote it.

    ``None`` where no rule can tell (``这个App是你们的吗``); never raises.
    """
    folded = fold(text)
    for pattern in _ASKED:
        for match in pattern.finditer(folded.text):
            start, end = _trimmed(folded.text, *match.span("name"))
            quoted = pattern is _QUOTED
            if start < end and _is_name(folded.text[start:end], quoted):
                start, end = folded.span(start, end)
                return text[start:end]
    return _known_name(folded, content)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The name without the words around it; a legal form behind it belongs to it."""
    while lead := _LEAD.match(text, start, end):
        if lead.end() == start:
            break
        start = lead.end()
    more = _LEGAL_NAME.match(text, end)
    if more:
        return start, more.end()
    while tail := _TAIL.search(text, start, end):
        end = tail.start()
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
