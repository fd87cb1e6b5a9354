"""What may leave: nothing that looks like a number, an address or a contact id and is not registered.

The registry comes from ``content/`` alone. Pure functions: the service's guard and the actions that quote
a user's words use the same detection.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from actions.content import Content
from actions.outgoing_contacts import find_contacts
from actions.outgoing_digits import read_digits
from actions.outgoing_numbers import NUMBER_LENGTH, Candidate, candidates
from nlu.text.folding import Folded, fold

MASK = "＊"
QUOTE_LIMIT = 24
_KEPT = 2
_STARS = MASK * 3
_READ_FOR_QUOTE = 400


@dataclass(frozen=True)
class Violation:
    """Something that must not leave: ``kind`` is ``number``, ``url`` or ``contact``.

    ``start`` and ``end`` are code points of the checked text, ``text`` what stands there.
    """

    kind: str
    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Registry:
    """Everything official that replies may name.

    ``numbers`` are digits only; ``domains`` are in lower case and include their subdomains; ``accounts``
    are names of official accounts as they are published.
    """

    numbers: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()
    accounts: tuple[str, ...] = ()

    @classmethod
    def from_content(cls, content: Content) -> Registry:
        """The registry of an institution: its hotlines, the authorities, its domains and accounts."""
        numbers = {hotline.digits for hotline in content.hotlines}
        numbers |= {
            "".join(sign for sign in authority.number if sign.isdigit())
            for authority in content.authorities.values()
        }
        return cls(
            frozenset(numbers - {""}),
            frozenset(fold(domain).text for domain in content.domains if domain),
            tuple(account for account in content.accounts if account),
        )

    @cached_property
    def folded_accounts(self) -> tuple[str, ...]:
        """The account names as the detection compares them."""
        return tuple(read_digits(fold(account).text) for account in self.accounts)


NOTHING_REGISTERED = Registry()


def find_unregistered(text: str, registry: Registry = NOTHING_REGISTERED) -> tuple[Violation, ...]:
    """Everything in a text that must not leave, in the order of the text; finds do not overlap.

    Without a registry nothing is registered. Never raises for any text.
    """
    folded = fold(text)
    view = read_digits(folded.text)
    spans = list(_numbers(folded, view, registry))
    spans += find_contacts(folded.text, view, registry.domains, registry.folded_accounts)
    found: list[Violation] = []
    for kind, first, last in sorted(spans, key=lambda span: (span[1], -span[2])):
        start, end = folded.span(first, last)
        if found and start < found[-1].end:
            before = found.pop()
            kind, start, end = before.kind, before.start, max(end, before.end)
        found.append(Violation(kind, start, end, text[start:end]))
    return tuple(found)


def _numbers(folded: Folded, view: str, registry: Registry) -> Iterator[tuple[str, int, int]]:
    for candidate in candidates(folded.text, view):
        if not _is_registered(candidate, view, registry.numbers):
            yield "number", candidate.start, candidate.end


# Signs that part a number from its neighbour; all others glue digits on: 12378-1, (010)12378, 12378 1.
_PARTING = re.compile(r"[,，、。;!?:“”‘’\"'\n]|[^\W\d_]")
_ENDING = re.compile(r"[。;!?“”‘’\n]")
_PREFIX = re.compile(r"[a-z_+@#*=]")
_SUFFIX = re.compile(r"[a-z_@=]|(?:转|转接|分机)[0-9]")


def _is_registered(candidate: Candidate, view: str, numbers: frozenset[str]) -> bool:
    """Whether registered numbers explain a candidate.

    Two digits may be left beside them, behind a sign that parts (``110、2个``); digits that are glued on,
    or more of them, make all of it unregistered.
    """
    chunks, gaps = candidate.chunks, candidate.gaps
    registered = [False] * len(chunks)
    index = 0
    while index < len(chunks):
        end = _registered_group(candidate, index, view, numbers)
        registered[index:end] = [True] * (end - index)
        index = max(end, index + 1)
    if not any(registered):
        return False
    beside = together = 0
    for index, chunk in enumerate(chunks):
        if registered[index]:
            together = 0
            continue
        around = [gaps[place] for place in (index - 1, index) if 0 <= place < len(gaps)]
        # 转 is how an extension is spoken: 12378转8.
        if any(not _PARTING.search(gap) or "转" in gap for gap in around):
            return False
        together += len(chunk.digits)
        if together >= NUMBER_LENGTH:
            return False
        if not all(_ENDING.search(gap) for gap in around):
            beside += len(chunk.digits)
    return beside <= 2


def _registered_group(candidate: Candidate, first: int, view: str, numbers: frozenset[str]) -> int:
    """The end of the longest registered number that starts at a chunk, or ``first`` without any."""
    start = candidate.chunks[first].start
    if start and _PREFIX.match(view, start - 1):
        return first
    digits, longest = "", first
    limit = max(map(len, numbers), default=0)
    for index in range(first, len(candidate.chunks)):
        if index > first and _PARTING.search(candidate.gaps[index - 1]):
            break
        digits += candidate.chunks[index].digits
        if len(digits) > limit:
            break
        if digits in numbers and not _SUFFIX.match(view, candidate.chunks[index].end):
            longest = index + 1
    return longest


def mask_unregistered(text: str, registry: Registry = NOTHING_REGISTERED) -> str:
    """The text with every find shortened to its first two characters and stars; passes the check."""
    for _ in range(8):
        found = find_unregistered(text, registry)
        if not found:
            return text
        pieces, position = [], 0
        for violation in found:
            pieces += [text[position : violation.start], _shortened(violation.text)]
            position = violation.end
        text = "".join(pieces) + text[position:]
    # Shortened finds that still read as one: nothing that can carry a number or a name stays.
    return re.sub(r"[^\W\d_]|[\d@_]", MASK, text)


def _shortened(find: str) -> str:
    return find[:_KEPT] + _STARS


def _masked_part(text: str, start: int, end: int) -> str:
    """A part of a text without what reaches into it of the finds in the whole."""
    pieces, position = [], start
    for violation in find_unregistered(text):
        if violation.end <= start or violation.start >= end:
            continue
        pieces.append(text[position : max(position, violation.start)])
        pieces.append(_shortened(violation.text) if violation.start >= start else _STARS)
        position = min(violation.end, end)
    return "".join(pieces) + text[position:end]


_QUOTES = str.maketrans('“”「」『』"{}<>', "‘’‘’‘’'（）（）")
_INVISIBLE = frozenset({"Cf", "Cc", "Cs", "Co", "Cn", "Mn", "Me"})
_BREAKS = re.compile(r"[，。；！？、：,;!?\s]")


def mask_quote(text: str, limit: int = QUOTE_LIMIT, message: str = "") -> str:
    """Prepares a user's own words for being quoted in a reply.

    ``message`` is the whole message that ``text`` is a part of: what only its context makes a number, an
    address or a contact id (the id behind 微信, the host before 。com) is masked in the part too.

    Numbers of five or more digits, web addresses and contact ids keep two characters and get stars
    (registered ones too: a quote is no place to learn a number from). Line breaks become spaces, double
    quotation marks single ones. What is longer than ``limit`` code points ends in an ellipsis, cut at a
    clause or a word where there is one near. The result always passes :func:`find_unregistered`.
    """
    if limit < 1:
        return ""
    start = message.find(text)
    if start > -1:
        text = _masked_part(message, start, start + len(text))
    quote = _tidied(text[:_READ_FOR_QUOTE])
    for _ in range(8):
        masked = _cut(mask_unregistered(quote), limit)
        if not find_unregistered(masked):
            return masked
        quote = masked
    return _STARS[:limit]


def _tidied(text: str) -> str:
    visible = "".join(
        " " if character.isspace() else character
        for character in unicodedata.normalize("NFC", text)
        if character.isspace() or unicodedata.category(character) not in _INVISIBLE
    )
    return " ".join(visible.translate(_QUOTES).split())


def _cut(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    room = limit - 1
    breaks = [match.start() for match in _BREAKS.finditer(text, room * 2 // 3, room + 1)]
    end = breaks[-1] if breaks else room
    if not breaks:
        # A word, a number or a row of stars is dropped whole, if enough is left.
        while end > room // 2 and _holds_together(text[end - 1], text[end]):
            end -= 1
        end = end if end > room // 2 else room
    return text[:end].rstrip() + "…"


def _holds_together(left: str, right: str) -> bool:
    return _is_latin_or_mask(left) and _is_latin_or_mask(right)


def _is_latin_or_mask(sign: str) -> bool:
    return sign == MASK or (sign.isascii() and sign.isalnum())
