"""Undoes what hides a word from a filter: characters taken apart, pictures for words, initials, inserted signs.

What stands for what is listed in ``nlu/lexicons/disguises.yml``. Homophones need no list: the view of
:func:`nlu.text.views.heard` makes them the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from nlu.lexicon import LexiconError, load
from nlu.text.folding import Folded

_CHINESE = re.compile(r"[一-鿿]")
_BETWEEN = r"[^\w，。！？；：,!?;:\n]{0,2}"  # a sign or two inside a character taken apart
# Signs that nobody writes between two Chinese characters but to break a word up, and any picture.
_INSERTED = (
    r"(?<=[一-鿿])[.*_/+@~·|^#&=%$丶•●○★☆→\-\u2600-\u27bf\U0001f000-\U0001faff]{1,3}(?=[一-鿿])"
)
_VARIATION = "\ufe0e\ufe0f"  # folding drops them; a lexicon typed on a phone may hold them


@dataclass(frozen=True)
class _Disguises:
    """Compiled lists; ``meant`` maps a match without its inserted signs to the word that is meant."""

    pattern: re.Pattern[str]
    initials: re.Pattern[str]
    meant: Mapping[str, str]


@cache
def _disguises() -> _Disguises:
    lists = {name: _reversed(name) for name in ("split", "pictures", "initials")}
    split = [
        _BETWEEN.join(map(re.escape, parts)) for parts in sorted(lists["split"], key=len)[::-1]
    ]
    pictures = [re.escape(picture) for picture in sorted(lists["pictures"], key=len)[::-1]]
    initials = "|".join(re.escape(word) for word in sorted(lists["initials"], key=len)[::-1])
    return _Disguises(
        re.compile("|".join([*split, *pictures, _INSERTED])),
        re.compile(rf"(?<![a-z0-9_\-@.:：])(?:{initials})(?![a-z0-9_\-@.])"),
        {**lists["split"], **lists["pictures"], **lists["initials"]},
    )


def _reversed(name: str) -> dict[str, str]:
    """Maps every disguise of a section to the word that is meant."""
    section = load("disguises").get(name)
    if not isinstance(section, dict):
        raise LexiconError(f"nlu/lexicons/disguises.yml: `{name}:` should map words to lists")
    found: dict[str, str] = {}
    for word, disguises in section.items():
        if not isinstance(disguises, list):
            raise LexiconError(f"nlu/lexicons/disguises.yml: {name}: {word} should be a list")
        for disguise in disguises:
            found[str(disguise).strip(_VARIATION)] = str(word)
    return found


def undisguise(folded: Folded) -> Folded:
    """The same text with disguised words as they are meant; positions still lead to the user's own signs."""
    lists = _disguises()
    text = folded.text
    hits = list(lists.pattern.finditer(text))
    if _CHINESE.search(text):
        hits.extend(lists.initials.finditer(text))
    if not hits:
        return folded
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    done = 0
    for hit in sorted(hits, key=re.Match.start):
        start, end = hit.span()
        if start < done:
            continue
        word = _meant(hit.group(), lists.meant)
        pieces += [text[done:start], word]
        starts += [*folded.starts[done:start], *[folded.starts[start]] * len(word)]
        ends += [*folded.ends[done:start], *[folded.ends[end - 1]] * len(word)]
        done = end
    pieces.append(text[done:])
    starts += folded.starts[done:]
    ends += folded.ends[done:]
    return Folded(folded.original, "".join(pieces), tuple(starts), tuple(ends))


def _meant(match: str, meant: Mapping[str, str]) -> str:
    """What is meant by a match: signs between the parts of a character and inserted ones mean nothing."""
    return meant.get(match) or meant.get("".join(filter(str.isalnum, match)), "")
