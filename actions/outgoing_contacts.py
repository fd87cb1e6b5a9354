"""Finds web addresses and contact ids in a text that is about to leave, however they are disguised."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_HAN = "㐀-鿿"
# Endings that are believed also in a disguised writing (点com, " . com", 。com).
_SURE = "c[o0]m|cn|net|org"
_KNOWN = (
    f"{_SURE}|top|xyz|vip|cc|me|io|co|app|info|shop|site|club|online|store|live|link|ltd|pro|icu|fun|biz|tv|"
    "wang|work|ink|win|hk|tw|us|ru|gg|la|asia|tech|mobi|ren|group|cloud|space|im|ly"
)
_HAN_ENDINGS = "中国|公司|网络|网址|在线|商城|集团|我爱你|手机|移动|政务|公益|网店|商店"
_TAIL = rf"(?:[:/?#][^\s{_HAN}<>“”‘’\"()]*)?"
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,62})"

_SCHEME = re.compile(rf"(?:[a-z][a-z0-9+-]{{1,11}})[ ]?:[ ]?[/\\]{{1,2}}[^\s{_HAN}<>“”‘’\"]+")
_HOST = re.compile(
    rf"(?<![a-z0-9@_.-])(?P<host>(?:{_LABEL}\.){{1,6}}(?:[a-z]{{2,24}}|{_HAN_ENDINGS})"
    rf"|www[.。点](?:[a-z0-9][a-z0-9.-]*|[{_HAN}]{{1,12}}))"
    rf"(?![a-z0-9_-])(?P<tail>{_TAIL})"
)
_ADDRESS = re.compile(r"(?<![0-9.])[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?![0-9])" + _TAIL)
_DISGUISED = re.compile(
    r"(?P<dot>[.。·•‧・丶,]|点|[(\[{][.点][)\]}]|[(\[{ ]dot[)\]} ])[ ]{0,2}"
    rf"(?P<ending>{_KNOWN}|apk|exe|{_HAN_ENDINGS}|c[ ]?[o0][ ]?m)(?![a-z0-9]){_TAIL}"
)
_SURE_ENDING = re.compile(rf"{_SURE}|c[ ]?[o0][ ]?m")
_LABEL_BEFORE = re.compile(r"[a-z0-9][a-z0-9-]{0,62}[ ]{0,2}$")
_HAN_BEFORE = re.compile(rf"[{_HAN}]$")
_LONGEST_LABEL = 66
# Without these there is neither an address nor an id, and most Chinese replies have none of them.
_WORTH_A_LOOK = re.compile(rf"[a-z@]|[0-9]\.[0-9]|\.(?:{_HAN_ENDINGS})")
_LONGEST = 300
_LIST_LABEL = re.compile(r"[0-9]{1,2}\.[a-z]+")

_PLATFORM = (
    r"(?:[微薇葳威维徽溦][信❤♥芯心][号]?|v[信❤♥]|(?<![a-z])(?:vx|wx|v\+|wechat|weixin)|(?<![a-z])qq|"
    r"(?<![a-z])(?:telegram|whatsapp|skype|tg|line)(?![a-z])|扣扣|企鹅|q号|电报|纸飞机|飞机号?|[加+➕][我个]?[v微薇徽威]|"
    r"抖音号?|快手号?|小红书号?|公众号|服务号|钉钉|蝙蝠号?|陌陌号?|客服号|艾特)"
)
_LINK = r"(?:号码?|账号|群号?|id(?![a-z])|就是|[是为叫搜加我他她找的:=,、.。~>→*“‘\"'(\[【/ \n\-])"
_ID = r"[a-z0-9][a-z0-9_.-]{2,31}|(?:[a-z0-9][ ._-]){3,31}[a-z0-9](?![a-z0-9])"
_NAMED_ID = re.compile(
    rf"{_PLATFORM}(?P<link>{_LINK}{{0,8}})(?P<words>(?:[a-z]{{2,12}}[ ,(]{{1,2}}){{0,3}})(?P<id>{_ID})"
    r"(?P<more>[ ][a-z])?"
)
_ID_NAMED = re.compile(
    rf"(?<![a-z0-9_-])(?P<id>[a-z0-9][a-z0-9_-]{{4,31}})[ (]?(?:这?是)?[我他她]?的?{_PLATFORM}"
)
_HANDLE = re.compile(
    rf"(?<![a-z0-9._%+-])[a-z0-9._%+-]{{0,64}}@[ ]?(?:[a-z0-9_.-]{{2,64}}|(?![我你您他她]|所有|全体)[{_HAN}]{{2,12}})"
)
_LETTER = re.compile(r"[a-z0-9_]")
_LIST_SIGNS = re.compile(r"[,、.。\n/]")
_MEASURED = re.compile(r"[0-9]+(?:\.[0-9]+)?(?:[wkgms]|rmb|h5)?")
# Latin words that stand beside the name of a platform without being an id there.
_WORDS = frozenset(
    "app apps pay vip svip wechat weixin telegram whatsapp skype line facetime zoom teams todesk anydesk "
    "teamviewer sunlogin alipay apple android iphone huawei google store appstore account group official "
    "customer service message messages chat from with that this them they then please call never and the or "
    "for are was has asks ask asking scam".split()
)


class Found(NamedTuple):
    """A find: ``kind`` is ``url`` or ``contact``; positions count folded characters."""

    kind: str
    start: int
    end: int


def find_contacts(
    folded: str, view: str, domains: frozenset[str], accounts: tuple[str, ...]
) -> Iterator[Found]:
    """Web addresses and contact ids that are not registered.

    Args:
        folded: the folded text.
        view: the same text with all digits as 0 to 9.
        domains: registered domains in lower case; their subdomains are registered too.
        accounts: folded names of registered accounts.
    """
    if not _WORTH_A_LOOK.search(folded):
        return
    for match in _SCHEME.finditer(folded):
        if not _is_registered_url(match.group(), domains):
            yield Found("url", *match.span())
    for match in _HOST.finditer(folded):
        host, tail = match["host"], match["tail"]
        if _LIST_LABEL.fullmatch(host) and not re.search(rf"\.(?:{_SURE})$", host):
            continue
        if not (_is_registered(host, domains) and _is_plain(tail)) and not _in_registered_url(
            folded, match.start(), domains
        ):
            yield Found("url", *match.span())
    for match in _ADDRESS.finditer(view):
        yield Found("url", *match.span())
    for match in _DISGUISED.finditer(folded):
        start = _disguised_start(folded, match)
        if start is not None and not _ends_registered(folded, match.end(), domains):
            yield Found("url", start, match.end())
    yield from _contact_ids(view, accounts)


def _disguised_start(folded: str, match: re.Match[str]) -> int | None:
    """Where an address begins whose dot is ``match``; ``None`` where the words before make it none."""
    dot, ending, at = match["dot"], match["ending"], match.start()
    sure = bool(_SURE_ENDING.fullmatch(ending))
    before = folded[max(0, at - _LONGEST_LABEL) : at]
    label = _LABEL_BEFORE.search(before)
    if label:
        spelled = "点" in dot or len(dot) > 1
        named = ending.isascii() and any(map(str.isalpha, label.group()))
        return at - len(label.group()) if sure or (spelled and named) else None
    if _HAN_BEFORE.search(before):
        return at if dot == "." or (dot in "点。" and sure) else None
    return at if sure and dot in ".点。" else None


def _contact_ids(view: str, accounts: tuple[str, ...]) -> Iterator[Found]:
    for match in _HANDLE.finditer(view):
        name = match.start() + match.group().index("@") + 1
        if match.group()[0] != "@" or not _names_account(view, name, accounts):
            yield Found("contact", *match.span())
    for match in _NAMED_ID.finditer(view):
        in_prose = bool(match["words"] or match["more"] or _LIST_SIGNS.search(match["link"]))
        if _is_id(match["id"], in_prose) and not _names_account(view, match.start("id"), accounts):
            yield Found("contact", *match.span("id"))
    for match in _ID_NAMED.finditer(view):
        if _is_mixed(match["id"]) and not _names_account(view, match.start(), accounts):
            yield Found("contact", *match.span("id"))


def _is_id(token: str, in_prose: bool) -> bool:
    """``in_prose``: the token is an item of a list or stands among English words."""
    word = token.strip("._- ")
    if _MEASURED.fullmatch(word) or word in _WORDS:
        return False
    if _is_mixed(word):
        return True
    if " " in word:
        return all(len(part) == 1 for part in re.split(r"[ ._-]", word))
    return word.isalpha() and len(word) >= 4 and not in_prose


def _is_mixed(token: str) -> bool:
    has_letter = any(character.isalpha() for character in token)
    return has_letter and any(character.isdigit() or character == "_" for character in token)


def _names_account(view: str, position: int, accounts: tuple[str, ...]) -> bool:
    return any(
        view.startswith(account, position) and not _LETTER.match(view, position + len(account))
        for account in accounts
    )


def _is_registered(host: str, domains: frozenset[str]) -> bool:
    return any(host == domain or host.endswith("." + domain) for domain in domains)


def _is_plain(tail: str) -> bool:
    """Whether what follows a host leads nowhere else."""
    return not re.search(r"@|//|\\|www\.|%2f|%40", tail)


def _is_registered_url(url: str, domains: frozenset[str]) -> bool:
    match = re.fullmatch(r"https?://([a-z0-9.-]+)((?:[:/?#].*)?)", url.rstrip(".,;:!?)。、"))
    return bool(match and _is_registered(match[1], domains) and _is_plain(match[2]))


def _in_registered_url(folded: str, position: int, domains: frozenset[str]) -> bool:
    """Whether a position lies in the path of a registered address: ``/help/index.html`` is no host."""
    start = position
    while (
        start > position - _LONGEST
        and start
        and not folded[start - 1].isspace()
        and folded[start - 1].isascii()
    ):
        start -= 1
    before = folded[start:position]
    match = re.match(r"(?:https?://)?([a-z0-9.-]+)(/[a-z0-9_/-]*)$", before)
    return bool(match and _is_registered(match[1], domains))


def _ends_registered(folded: str, end: int, domains: frozenset[str]) -> bool:
    start = end
    while (
        start > end - _LONGEST
        and start
        and (folded[start - 1].isascii() and not folded[start - 1].isspace())
    ):
        start -= 1
    return _is_registered_url("https://" + re.sub(r"^https?://", "", folded[start:end]), domains)
