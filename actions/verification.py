"""Whether a company, an app, a site or an account is the institution's.

Official is only what equals an entry of the content; what merely resembles one never is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from actions.asked_names import name_in_answer, names_in_question
from actions.content import Content
from actions.numbers import one_edit_apart
from nlu.text.folding import fold
from nlu.text.views import heard, written

__all__ = [
    "AppCheck",
    "CompanyCheck",
    "check_app",
    "check_company",
    "name_in_answer",
    "names_in_question",
]

_EXAMPLE_MARK = re.compile(r"\(示例\)$")
_LOOSE_SIGNS = re.compile(r"[\s\"'“”‘’「」『』《》【】()]")
_LEGAL_FORM = re.compile(r"(股份有限公司|有限责任公司|有限公司|公司)$")
_SAME_FORM = {"有限责任公司": "有限公司", "公司": ""}

_APP = re.compile(r"(?:手机)?(?:app|软件|应用程序|应用)$")
_ACCOUNT = re.compile(r"^(?:微信)?公众号|(?:微信)?公众号$")
_OTHER_KINDS = r"(?:小程序|生活号|视频号|抖音号|快手号|微博|频道|群|网站|官网)"
_NOT_LISTED = re.compile(rf"^{_OTHER_KINDS}|{_OTHER_KINDS}$")

_WEB = re.compile(r"[a-z][a-z0-9+.-]*://|^[^\s/]+[.。．｡][^\s/.。．｡\d]")
_DOTS = str.maketrans("。．｡", "...")
_HOST_END = re.compile(r"[/\\?#]")
_HOST = re.compile(r"(?:[a-z0-9_-]+\.)*[a-z0-9-]+")
_LOOKS_LIKE = str.maketrans("01358аеорсухіѕνԁɡ", "olesbaeopcyxisvdg")
# Shorter ones are part of, or one edit from, too many innocent words.
_MIN_LABEL = 5
_MIN_NAME = 4
_TRAILING = ",;:!?、。'\"”’"


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
    resembles. An official name on another kind of thing (a mini program) makes a lookalike.
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
        return _check_address(text, content.domains)
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
    """The name as compared, without the kind of thing."""
    bare = _LOOSE_SIGNS.sub("", _EXAMPLE_MARK.sub("", folded.strip()))
    for kind in (_APP, _ACCOUNT, _NOT_LISTED):
        bare = kind.sub("", bare) or bare
    return bare


def _resembles(asked: str, official: str) -> bool:
    if len(asked) != len(official) or len(official) < _MIN_NAME:
        return False
    return one_edit_apart(asked, official) or _sound(asked) == _sound(official)


def _sound(name: str) -> list[str]:
    return heard(*written(name))[0]


def _check_address(text: str, domains: Iterable[str]) -> AppCheck:
    known = tuple(domain for domain in domains if domain)
    user, host = _host(text)
    for domain in known:
        if host and (host == domain or host.endswith("." + domain)):
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
