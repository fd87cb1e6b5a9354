"""Names on messengers, QQ numbers, mail addresses, and the other side's bank accounts."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nlu.entities.found import Found, Taken
from nlu.entities.numerals import DigitRun, digits_of
from nlu.lexicon import alternatives, load

_WORDS = load("contacts")
_IDS: dict[str, dict[str, list[str]]] = _WORDS["ids"]
_NO_IDS = frozenset(_WORDS["no_ids"])
_ROLES = tuple(_IDS)

_EMOJI = "\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff"
_SPOKEN = "〇零一二三四五六七八九幺壹贰叁肆伍陆柒捌玖"
_LINK = (
    rf"(?:{alternatives(_WORDS['id_links'])}"
    rf"|[\s:;()“”\"'‘’【】\[\]<>《》「」『』=~\-—_→|/.。·、+{_EMOJI}\u2190-\u21ff\u3000-\u303f])"
)
_CUE = "|".join(
    f"(?P<{role}>{alternatives([*_IDS[role]['words'], *_IDS[role]['signs']])})" for role in _ROLES
)
# The greedy start makes the cue next to the id win: "微信QQ同号 …" is a QQ number.
_CUE_BEFORE = re.compile(rf".*(?:{_CUE})(?P<link>{_LINK}{{0,6}})$", re.DOTALL)
_WORD_CUE = "|".join(f"(?P<{role}>{alternatives(_IDS[role]['words'])})" for role in _ROLES)
_NEARBY = re.compile(rf".*(?:{_WORD_CUE})", re.DOTALL)
_CUE_AFTER = re.compile(
    rf"[\s\"”')(,]{{0,2}}(?:这个|那个|就?是[他她]的?|是对方的?|的)?(?:{_WORD_CUE})(?!上|里|群|支付|转)"
)
_ASKED_FOR = re.compile(rf"(?:{alternatives(_WORDS['id_askers'])})[\s:“\"'(]{{0,3}}$")
_CLEAR_LINK = re.compile(r"[:=→]|号|id|搜|(?<![a-z])是")
_ADDED = re.compile(r"(?:加|➕|\+|搜|私|联系)(?:我|他|她|老师|客服)?(?:的)?$")

_MAIL = re.compile(r"[a-z0-9._%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}")
_TOKEN = re.compile(
    rf"@?[a-z0-9_][a-z0-9_-]*(?:[{_EMOJI}]{{1,2}}[a-z0-9_-]+)*(?:[{_SPOKEN}]{{2,}}[a-z0-9_]*)?"
)
_PIECE = re.compile(r"@?[a-z0-9_-]+")
_SPACED = re.compile(r"(?<![a-z0-9_])[a-z0-9_](?:[ .·|~]{1,2}[a-z0-9_]){4,}(?![a-z0-9_])")
_QUANTITY = re.compile(r"[0-9.]+(?:w|k|wan|qian|bai|yuan|kuai|rmb|u|g|gb|m|mb|kg|h|min|s|p|r)?\Z")
_GLUED = re.compile(
    r"(?:(?P<qq>qq?)(?P<number>[1-9][0-9]{4,10})|vx[_-]?(?P<rest>[a-z0-9_-]{5,}))\Z"
)
_NO_CONTACT = re.compile(rf"(?:{alternatives(_WORDS['other_numbers'])})[\s:是为(\"“#]{{0,4}}$")
# Nobody writes a word with an underscore and figures in it but to name an account.
_UNMISTAKABLE = re.compile(r"(?=[a-z0-9]*_)(?=[a-z_]*[0-9])[a-z][a-z0-9_]+\Z")
_MOBILE = re.compile(r"1[3-9][0-9]{9}\Z")
_COUNTED = re.compile(r"\s?(?:[万千百元块圆多余个名位次条张人%]|[wk](?![a-z])|rmb|[0-9*])")

_LONG = re.compile(rf"(?<![0-9a-z_*+])[0-9{_SPOKEN}](?:[ -]?[0-9{_SPOKEN}]){{13,18}}x?(?![0-9*x])")
_IDENTITY_CARD = re.compile(
    r"[1-9][0-9]{5}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])[0-3][0-9][0-9]{3}[0-9x]\Z"
)
_THEIRS = re.compile(alternatives(_WORDS["account"]["theirs"]))
_OWN = re.compile(rf"(?:{alternatives(_WORDS['account']['own'])})[^,。;!?\n]{{0,8}}$")


def find_contact_ids(text: str, runs: Sequence[DigitRun], taken: Taken) -> list[Found]:
    """Mail addresses, bank accounts of the other side and ids of messengers in a folded text.

    Long numbers that are nobody's contact are marked as taken: no phone number is torn out of them.
    """
    found: list[Found] = []
    if "@" in text:
        for match in _MAIL.finditer(text):
            _keep(found, taken, Found("contact_id", match.group(), *match.span(), "other"))
    if any(sum(len(group[0]) for group in run.groups) > 13 for run in runs):
        _find_accounts(text, found, taken)
    for run in runs:
        _find_number_id(text, run, found, taken)
    for match in _SPACED.finditer(text):
        _find_spaced(text, match, found, taken)
    position = 0
    while match := _TOKEN.search(text, position):
        position = _find_named(text, match, found, taken)
    return found


def _keep(found: list[Found], taken: Taken, item: Found) -> None:
    if taken.is_free(item.start, item.end):
        taken.take(item.start, item.end)
        found.append(item)


def _cue(text: str, start: int) -> tuple[str | None, str, str]:
    """The role of the cue that leads to a position, the text before the cue, and the link behind it."""
    window = text[max(0, start - 20) : start]
    match = _CUE_BEFORE.match(window)
    if match is None:
        return None, "", ""
    role = next(role for role in _ROLES if match.group(role))
    return role, window[: match.start(role)], match.group(role) + match.group("link")


def _find_accounts(text: str, found: list[Found], taken: Taken) -> None:
    for match in _LONG.finditer(text):
        start, end = match.span()
        parts = re.split("[ -]", match.group())
        digits = digits_of(match.group())
        if len(parts) > 1 and (len(parts[0]) > 6 or max(map(len, parts)) > 8):
            continue
        if digits.startswith(("00", "106")) or not taken.is_free(start, end):
            continue
        taken.take(start, end)
        card = match.group().endswith("x") or bool(_IDENTITY_CARD.match(digits))
        if 16 <= len(digits) <= 19 and not card and _is_theirs(text, start, end):
            found.append(Found("contact_id", digits, start, end, "bank_account"))


def _is_theirs(text: str, start: int, end: int) -> bool:
    """Whether the words around a long number make it the other side's account."""
    before, after = text[max(0, start - 20) : start], text[end : end + 12]
    if _OWN.search(before):
        return False
    return bool(_THEIRS.search(before) or _THEIRS.search(after))


def _find_number_id(text: str, run: DigitRun, found: list[Found], taken: Taken) -> None:
    """An id of digits only, behind a cue: a QQ number, or a number on another platform."""
    start = run.groups[0][1]
    role, before, link = _cue(text, start)
    if role is None or role == "telegram":
        return
    digits = ""
    best: tuple[str, int] | None = None
    for index, (group, _, end) in enumerate(run.groups):
        if index and not re.fullmatch(rf"[ .\-·{_EMOJI}]{{0,2}}", run.gaps[index - 1]):
            break
        if index and not run.gaps[index - 1] and len(group) == 1:
            break
        digits += group
        if 5 <= len(digits) <= 11:
            best = digits, end
    if best is None or best[0][0] == "0" or _COUNTED.match(text, best[1]):
        return
    digits, end = best
    clear = bool(_CLEAR_LINK.search(link) or _ADDED.search(before))
    if role == "qq":
        wanted = 5 if clear or "q" in link or len(link.strip()) > 1 else 6
    else:
        if (
            _MOBILE.match(digits)
            or len(digits) < 6
            or not (clear or (role == "wechat" and len(digits) > 7))
        ):
            return
        wanted = 6
    if len(digits) >= wanted:
        _keep(found, taken, Found("contact_id", digits, start, end, role))


def _find_spaced(text: str, match: re.Match[str], found: list[Found], taken: Taken) -> None:
    """``微：b a i 9 z x``: single signs with spaces between them."""
    value = re.sub(r"[ .·|~]", "", match.group())
    role, _, _ = _cue(text, match.start())
    if role and not value.isdigit():
        _keep(found, taken, Found("contact_id", value, *match.span(), role))


def _find_named(text: str, match: re.Match[str], found: list[Found], taken: Taken) -> int:
    """Judges one Latin token; returns the position at which to go on."""
    start, end = match.span()
    piece = _PIECE.match(text, start)
    piece_end = piece.end() if piece else end
    if not taken.is_free(start, end) or (start and text[start - 1] in ".@/*"):
        return piece_end
    if item := _glued(match.group(), start, end):
        _keep(found, taken, item)
        return end
    role, before, link = _cue(text, start)
    if role is None and piece_end < end:
        end = piece_end
    name = text[start:end].rstrip("-_") if text[start:end].strip("-_@") else ""
    end = start + len(name)
    value = re.sub(f"[{_EMOJI}]", "", name.lstrip("@"))
    value = re.sub(f"[{_SPOKEN}]", lambda sign: digits_of(sign.group()), value)
    if not value or value in _NO_IDS or _QUANTITY.match(value) or text[end : end + 1] == "*":
        return max(piece_end, end)
    marked = any(sign.isdigit() or sign == "_" for sign in value)
    accepted = False
    if name[0] == "@":
        accepted = len(value) >= 4 and not re.match(r"\.[a-z]", text[end:])
        role = role or _nearby(text, start) or "other"
    elif role:
        accepted = len(value) >= 4 if marked else _is_word_id(text, end, value, before, link)
    elif marked and any("a" <= sign <= "z" for sign in value) and not _NO_CONTACT.search(text[max(0, start - 12) : start]):
        if len(value) >= 5 and (after := _CUE_AFTER.match(text, end)):
            role, accepted = next(name for name in _ROLES if after.group(name)), True
        elif len(value) >= 6 and (
            _UNMISTAKABLE.match(value) or _ASKED_FOR.search(text[max(0, start - 8) : start])
        ):
            role, accepted = _nearby(text, start) or "other", True
        elif value.startswith("wxid_"):
            role, accepted = "wechat", True
    if accepted and role:
        _keep(found, taken, Found("contact_id", value, start, end, role))
    return max(piece_end, end)


def _is_word_id(text: str, end: int, value: str, before: str, link: str) -> bool:
    """Whether a plain Latin word behind a cue is an id and not the next word of an English sentence."""
    if len(value) < 5 or re.match(r"[ ,.]{0,2}[a-z]", text[end:]):
        return False
    return bool(_CLEAR_LINK.search(link) or _ADDED.search(before) or not link.isascii())


def _nearby(text: str, start: int) -> str | None:
    match = _NEARBY.match(text[max(0, start - 20) : start])
    return next((role for role in _ROLES if match.group(role)), None) if match else None


def _glued(token: str, start: int, end: int) -> Found | None:
    """``qq300000812`` and ``vxabc_123``: cue and id in one word."""
    match = _GLUED.match(token)
    if match is None:
        return None
    if match.group("qq"):
        return Found("contact_id", match.group("number"), start + len(match.group("qq")), end, "qq")
    rest = match.group("rest")
    if not any(sign.isdigit() for sign in rest) or _MOBILE.match(rest):
        return None
    return Found("contact_id", rest, end - len(rest), end, "wechat")
