"""Names on messengers, QQ numbers and mail addresses."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from nlu.entities.found import Found, Taken
from nlu.entities.numerals import SPOKEN_DIGITS, DigitRun, digits_of
from nlu.lexicon import alternatives, load

_WORDS = load("contacts")
_IDS: dict[str, dict[str, list[str]]] = _WORDS["ids"]
_ROLES = tuple(_IDS)

_EMOJI = "\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff"
_LINK = (
    rf"(?:{alternatives(_WORDS['id_links'])}"
    rf"|[\s:;()“”\"'‘’【】\[\]<>《》「」『』=~\-—_→|/.。·、+{_EMOJI}\u2190-\u21ff\u3000-\u303f])"
)


def _roles(*lists: str) -> str:
    """A named group for the cues of each role."""
    return "|".join(
        f"(?P<{role}>{alternatives([word for name in lists for word in _IDS[role][name]])})"
        for role in _ROLES
    )


# The greedy start makes the cue next to the id win: "微信QQ同号 …" is a QQ number.
_CUE_BEFORE = re.compile(rf".*(?:{_roles('words', 'signs')})(?P<link>{_LINK}{{0,6}})\Z", re.DOTALL)
_CUE_NEAR = re.compile(rf".*(?:{_roles('words')})", re.DOTALL)
_CUE_BEHIND = re.compile(
    rf"[\s\"”')(,]{{0,2}}(?:这个|那个|就?是[他她]的?|是对方的?|的)?(?:{_roles('words')})(?!上|里|群|支付|转)"
)
_ASKED_FOR = re.compile(rf"(?:{alternatives(_WORDS['id_askers'])})[\s:“\"'(]{{0,3}}\Z")
_CLEAR_LINK = re.compile(r"[:=→]|号|id|搜")
_ADDED = re.compile(r"(?:加|➕|\+|搜|私|联系)(?:我|他|她|老师|客服)?的?\Z")
_NO_CONTACT = re.compile(rf"(?:{alternatives(_WORDS['other_numbers'])})[\s:是为(\"“#]{{0,4}}\Z")
_WINDOW = 20

_MAIL = re.compile(r"(?<![a-z0-9._%+-])[a-z0-9._%+-]{1,64}@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}")
_PLAIN = r"[a-z0-9_][a-z0-9_-]*"
_TOKEN = re.compile(
    rf"@?{_PLAIN}(?:[{_EMOJI}]{{1,2}}[a-z0-9_-]+)*(?:[{SPOKEN_DIGITS}]{{2,}}[a-z0-9_]*)?"
)
_FIRST_PIECE = re.compile(rf"@?{_PLAIN}")
_SPACED = re.compile(r"(?<![a-z0-9_])[a-z0-9_](?:[ .·|~]{1,2}[a-z0-9_]){4,}(?![a-z0-9_])")
_NO_ID = re.compile(rf"(?:{'|'.join(map(re.escape, _WORDS['no_ids']))})[0-9]{{0,4}}\Z")
_QUANTITY = re.compile(r"[0-9.]+(?:w|k|wan|qian|bai|yuan|kuai|rmb|u|g|gb|m|mb|kg|h|min|s|p|r)?\Z")
# Nobody writes a word with an underscore and figures in it but to name an account.
_UNMISTAKABLE = re.compile(r"(?=[a-z0-9]*_)(?=[a-z_]*[0-9])[a-z][a-z0-9_]{5,}\Z")
_GLUED_QQ = re.compile(r"(?P<cue>qq?)(?P<number>[1-9][0-9]{4,10})\Z")
_GLUED_WECHAT = re.compile(r"vx[_-]?(?P<id>(?=[a-z_-]*[0-9])[a-z0-9_-]{5,})\Z")
_MOBILE = re.compile(r"(?:[a-z]{1,8})?1[3-9][0-9]{9}\Z")
_COUNTED = re.compile(r"\s?(?:[万千百元块圆多余个名位次条张人%]|[wk](?![a-z])|rmb|[0-9*])")
_NUMBER_GAP = re.compile(rf"[ .\-·{_EMOJI}]{{0,2}}\Z")
_LATIN_NEXT = re.compile(r"[ ,.]{0,2}[a-z]")
_DOMAIN_NEXT = re.compile(r"\.[a-z]")


class _Cue(NamedTuple):
    """The platform that the words before a position name; ``clear`` if they ask to use an id there."""

    role: str | None = None
    word: str = ""
    link: str = ""
    clear: bool = False


def find_contact_ids(text: str, runs: Sequence[DigitRun], taken: Taken) -> list[Found]:
    """Mail addresses and ids of messengers in a folded text; their stretches are marked as taken.

    The role tells the platform: ``wechat``, ``qq``, ``telegram`` or ``other``.
    """
    found: list[Found] = []
    if "@" in text:
        for match in _MAIL.finditer(text):
            _keep(found, taken, Found("contact_id", match.group(), *match.span(), "other"))
    for match in _SPACED.finditer(text):
        _keep(found, taken, _spaced(text, match))
    position = 0
    while token := _TOKEN.search(text, position):
        item, position = _named(text, token, taken)
        _keep(found, taken, item)
    for run in runs:
        _keep(found, taken, _numbered(text, run))
    return found


def _keep(found: list[Found], taken: Taken, item: Found | None) -> None:
    if item and taken.is_free(item.start, item.end):
        taken.take(item.start, item.end)
        found.append(item)


def _role(match: re.Match[str]) -> str:
    return next(role for role in _ROLES if match.group(role))


def _cue(text: str, start: int) -> _Cue:
    window = text[max(0, start - _WINDOW) : start]
    match = _CUE_BEFORE.match(window)
    if match is None:
        return _Cue()
    role, link = _role(match), match.group("link")
    added = _ADDED.search(window, 0, match.start(role))
    word = match.group(role)
    return _Cue(role, word, link, bool(added or _CLEAR_LINK.search(word + link)))


def _nearby(text: str, start: int) -> str:
    """The platform last named before a position, or ``other``."""
    match = _CUE_NEAR.match(text[max(0, start - _WINDOW) : start])
    return _role(match) if match else "other"


def _spaced(text: str, match: re.Match[str]) -> Found | None:
    """``微：d e m o 0 0 z``: single signs with spaces between them."""
    value = re.sub(r"[ .·|~]", "", match.group())
    role = _cue(text, match.start()).role
    return Found("contact_id", value, *match.span(), role) if role and not value.isdigit() else None


def _named(text: str, token: re.Match[str], taken: Taken) -> tuple[Found | None, int]:
    """The id that a Latin token is, if it is one, and the position at which to go on."""
    start, end = token.span()
    if token.group().isdigit():
        return None, end
    piece = _FIRST_PIECE.match(text, start)
    next_start = piece.end() if piece else end
    if not taken.is_free(start, end) or (start and text[start - 1] in ".@/*"):
        return None, next_start
    cue = _cue(text, start)
    # Without a cue, an emoji ends a word; behind a cue it hides in the id.
    name = text[start : end if cue.role else next_start].rstrip("-_")
    end = start + len(name)
    if glued := _glued(name, start, cue):
        return glued, end
    value = re.sub(f"[{_EMOJI}]", "", name.lstrip("@"))
    value = re.sub(f"[{SPOKEN_DIGITS}]", lambda sign: digits_of(sign.group()), value)
    next_start = max(next_start, end)
    if value.isdigit() or _NO_ID.match(value) or _QUANTITY.match(value) or _MOBILE.match(value):
        return None, next_start
    if text[end : end + 1] == "*":
        return None, next_start
    role = _addressed(text, start, end, cue, value) if name[:1] == "@" else None
    role = role or _owner(text, start, end, cue, value)
    return (Found("contact_id", value, start, end, role) if role else None), next_start


def _addressed(text: str, start: int, end: int, cue: _Cue, value: str) -> str | None:
    """The role of ``@name``; the tail of a mail address is none."""
    if len(value) < 4 or _DOMAIN_NEXT.match(text, end):
        return None
    return cue.role or _nearby(text, start)


def _owner(text: str, start: int, end: int, cue: _Cue, value: str) -> str | None:
    """The role of a Latin word if the words around it, or its own form, make it an id."""
    marked = any(sign.isdigit() or sign == "_" for sign in value)
    if cue.role:
        if marked:
            return cue.role if len(value) >= 4 else None
        # A plain word is an id only where an id is announced and no English sentence goes on.
        announced = len(value) >= 5 and _CLEAR_LINK.search(cue.word + cue.link)
        return cue.role if announced and not _LATIN_NEXT.match(text, end) else None
    if not marked or len(value) < 5 or not re.search("[a-z]", value):
        return None
    if _NO_CONTACT.search(text, max(0, start - 12), start):
        return None
    if behind := _CUE_BEHIND.match(text, end):
        return _role(behind)
    if value.startswith("wxid_"):
        return "wechat"
    asked = _ASKED_FOR.search(text, max(0, start - 8), start)
    return (
        _nearby(text, start) if len(value) >= 6 and (asked or _UNMISTAKABLE.match(value)) else None
    )


def _glued(name: str, start: int, cue: _Cue) -> Found | None:
    """``qq300000556`` and ``vxabc_123``: cue and id in one word."""
    end = start + len(name)
    if (match := _GLUED_QQ.match(name)) and (match.group("cue") == "qq" or not cue.role):
        return Found("contact_id", match.group("number"), start + match.start("number"), end, "qq")
    if (
        (match := _GLUED_WECHAT.match(name))
        and not cue.role
        and not _MOBILE.match(match.group("id"))
    ):
        return Found("contact_id", match.group("id"), start + match.start("id"), end, "wechat")
    return None


def _numbered(text: str, run: DigitRun) -> Found | None:
    """An id of digits only, behind a cue: a QQ number, or a number on another platform."""
    start = run.groups[0][1]
    cue = _cue(text, start)
    if cue.role is None or cue.role == "telegram":
        return None
    digits, best, best_end = "", "", start
    for index, (group, _, end) in enumerate(run.groups):
        gap = run.gaps[index - 1] if index else " "
        if not _NUMBER_GAP.match(gap) or (not gap and len(group) == 1):
            break
        digits += group
        if 5 <= len(digits) <= 11:
            best, best_end = digits, end
    if not best or best[0] == "0" or _COUNTED.match(text, best_end):
        return None
    if cue.role == "qq":
        least = 5 if cue.clear or len(cue.word) > 1 else 6
    elif _MOBILE.match(best):
        return None
    else:
        least = 6 if cue.clear else 8 if cue.role == "wechat" else 99
    return Found("contact_id", best, start, best_end, cue.role) if len(best) >= least else None
