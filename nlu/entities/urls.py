"""Addresses of web pages: full, bare, short links, and the ways in which a dot is written around."""

from __future__ import annotations

import re
import unicodedata

from nlu.entities.found import Found
from nlu.lexicon import load
from nlu.text.folding import Folded

_HINT = re.compile(r"\.|://|点|dot|。|·|\[")
_ENDINGS = "|".join(sorted(load("contacts")["url"]["endings"], key=len, reverse=True))
# Inside a disguised address a dot may be a word; only the commonest endings are believed then.
_DOT = r"(?:\.|\s?(?:点|dot|。|·|\[\.\]|\(\.\)|\[点\]|\(点\))\s?(?=[a-z0-9-]+\s?(?:\.|点|dot|。)|(?:com|cn|net|top|xyz|vip|cc|org)(?![a-z0-9])))"
_PATH = r"[a-z0-9/?#=&%+~@!$'*:;,._-]*"
_URL = re.compile(
    rf"(?:h(?:tt|xx)ps?\s?:\s?//\s?|www\.)[a-z0-9][a-z0-9.-]*(?::[0-9]+)?(?:[/?#]{_PATH})?"
    rf"|(?<![a-z0-9@_%+-])(?<![a-z0-9]\.)(?:[a-z0-9-]{{1,63}}{_DOT}){{1,5}}(?:{_ENDINGS})(?![a-z0-9@-]|\.[a-z0-9])"
    rf"(?::[0-9]{{2,5}})?(?:[/?#]{_PATH})?"
)
_WRITTEN_DOT = re.compile(r"\s?(?:点|dot(?=\s?[a-z]+$)|。|·|\[[.点]\]|\([.点]\))\s?")
_TRAILING = ".,:;!?'-*"


def find_urls(folded: Folded) -> list[Found]:
    """All addresses; ``value`` has a lower-case host with real dots, the path as the user wrote it."""
    text = folded.text
    if not _HINT.search(text):
        return []
    found = []
    for match in _URL.finditer(text):
        start, end = match.span()
        while text[end - 1] in _TRAILING:
            end -= 1
        if _is_number(text[start:end]):
            continue
        found.append(Found("url", _value(folded, start, end), start, end))
    return found


def _is_number(text: str) -> bool:
    """Whether a bare address would consist of a number alone, such as ``1.5w`` misread."""
    return text.split("/")[0].replace(".", "").isdigit()


def _value(folded: Folded, start: int, end: int) -> str:
    host_end = end
    slash = folded.text.find(
        "/",
        folded.text.find("://", start, end) + 3 if "://" in folded.text[start:end] else start,
        end,
    )
    if slash >= 0:
        host_end = slash
    host = (
        _WRITTEN_DOT.sub(".", folded.text[start:host_end]).replace(" ", "").replace("hxxp", "http")
    )
    return host + "".join(_as_written(folded, position) for position in range(host_end, end))


def _as_written(folded: Folded, position: int) -> str:
    """One sign of a path in the case in which the user wrote it: short links depend on it."""
    sign = folded.text[position]
    original = unicodedata.normalize(
        "NFKC", folded.original[folded.starts[position] : folded.ends[position]]
    )
    return original if original.lower() == sign else sign
