"""Addresses of web pages: full, bare, short links, and the ways in which a dot is written around."""

from __future__ import annotations

import re
import unicodedata

from nlu.entities.found import Found
from nlu.lexicon import alternatives, load
from nlu.text.folding import Folded

_WORDS = load("contacts")["url"]
_HINT = re.compile(r"\.|://|点|dot|。|·|\[")
# A dot written as a word or sign is believed only before another one or the commonest endings.
_WRITTEN_DOT = r"\s?(?:点|dot|。|·|\[[.点]\]|\([.点]\))\s?"
_DOT = (
    rf"(?:\.|{_WRITTEN_DOT}(?=[a-z0-9-]+\s?(?:\.|点|dot|。)"
    r"|(?:com|cn|net|top|xyz|vip|cc|org)(?![a-z0-9])))"
)
# No comma: the wide one that ends a Chinese clause looks the same once folded.
_PATH = r"[/?#][a-z0-9/?#=&%+~@$'*:._-]*"
_URL = re.compile(
    rf"(?:h(?:tt|xx)ps?\s?:\s?//\s?|www\.)[a-z0-9][a-z0-9.-]*(?::[0-9]+)?(?:{_PATH})?"
    rf"|(?<![a-z0-9@_%+-])(?<![a-z0-9]\.)(?:[a-z0-9-]{{1,63}}{_DOT}){{1,5}}"
    rf"(?:(?:{alternatives(_WORDS['endings'])})(?![a-z0-9@-]|\.[a-z0-9])(?::[0-9]{{2,5}})?(?:{_PATH})?"
    rf"|(?:{alternatives(_WORDS['endings_with_path'])})(?={_PATH}[a-z0-9]){_PATH})"
)
_HOST = re.compile(r"(?:[a-z]+\s?:\s?//)?[^/?#]*")
_ANY_DOT = re.compile(_WRITTEN_DOT)
_TRAILING = ".:?'-*"


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
        found.append(Found("url", _value(folded, start, end), start, end))
    return found


def _value(folded: Folded, start: int, end: int) -> str:
    host = _HOST.match(folded.text, start, end)
    host_end = host.end() if host else end
    name = _ANY_DOT.sub(".", folded.text[start:host_end]).replace(" ", "").replace("hxxp", "http")
    return name + "".join(_as_written(folded, position) for position in range(host_end, end))


def _as_written(folded: Folded, position: int) -> str:
    """One sign of a path in the case in which the user wrote it: short links depend on it."""
    sign = folded.text[position]
    written = folded.original[folded.starts[position] : folded.ends[position]]
    plain = unicodedata.normalize("NFKC", written)
    return plain if plain.lower() == sign else sign
