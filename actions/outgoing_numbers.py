"""Finds what may be a telephone number in a text that is about to leave, in any writing.

The digits of a text are read as chunks (digits side by side) and gaps. Chunks that a reader takes for an
amount, a date, a count or a list sign are explained; what is left is joined over narrow gaps, and five
digits or more are a candidate. Whether a candidate is a registered number is decided elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

NUMBER_LENGTH = 5
_WIDEST_SYMBOL_GAP = 8
_WIDEST_LETTER_GAP = 2


class Chunk(NamedTuple):
    """Digits side by side; ``start`` and ``end`` count folded characters.

    ``numerals`` are Chinese numerals alone, ``figures`` none; both are false for a mixture.
    """

    digits: str
    start: int
    end: int
    figures: bool
    numerals: bool


class Candidate(NamedTuple):
    """Chunks that read as one number, and the text of the ``gaps`` between them (one fewer)."""

    chunks: tuple[Chunk, ...]
    gaps: tuple[str, ...]

    @property
    def start(self) -> int:
        """Where the first digit stands in the folded text."""
        return self.chunks[0].start

    @property
    def end(self) -> int:
        """Where the last digit ends in the folded text."""
        return self.chunks[-1].end

    @property
    def digits(self) -> str:
        """All digits, without what stands between them."""
        return "".join(chunk.digits for chunk in self.chunks)


_CHUNK = re.compile(r"[0-9]+")

_THOUSANDS = r"[1-9]千(?:0?[1-9]百)?(?:0?[1-9]十)?(?:0?[1-9](?![0-9]))?"
_HUNDREDS = r"[1-9]百(?:0?[1-9]十)?(?:0?[1-9](?![0-9]))?"
_TENS = r"[1-9]?十(?:[1-9](?![0-9]))?"
_SECTION = f"(?:{_THOUSANDS}|{_HUNDREDS}|{_TENS})"
_NUMERAL = (
    rf"(?<![0-9])(?:(?:(?:{_SECTION}|[1-9][0-9]{{0,4}}(?:\.[0-9]{{1,2}})?)[万亿]0?)+"
    rf"(?:{_SECTION}|[1-9](?![0-9]))?|{_SECTION})"
)
# Up to eight digits: nobody in these talks handles a hundred million, but eleven digits are a mobile number.
_FIGURE = r"(?:[1-9][0-9]{0,2}(?:,[0-9]{3}){1,2}|[1-9][0-9]{0,7}|0)(?:\.[0-9]{1,2})?"
_AMOUNT = (
    rf"(?<![0-9])(?<![0-9]\.){_FIGURE}[ ]?(?:多|余)?"
    r"(?:[元块圆角毛万亿千百刀]|人民币|大洋|美元|美金|港币|(?:rmb|cny|yuan|usdt?|wan|[wk])(?![a-z0-9]))"
)
_MARKED_AMOUNT = rf"(?:[¥$€£]|(?<![a-z])(?:rmb|cny)|人民币)[ ]?{_FIGURE}(?![0-9])"
_DATE = (
    r"(?<![0-9])(?:19|20)[0-9]{2}年"
    r"(?:(?:1[0-2]|0?[1-9])月(?:(?:3[01]|[12][0-9]|0?[1-9])[日号])?)?"
)
_DAY = r"(?<![0-9])(?:(?:1[0-2]|[1-9])月(?:(?:3[01]|[12][0-9]|[1-9])[日号])?|(?:3[01]|[12][0-9]|[1-9])[日号])"
_TIME = (
    r"(?<![0-9])(?:2[0-4]|1[0-9]|[1-9])[点时](?:[1-5]?[0-9]分)?"
    r"|(?<![0-9:])(?:2[0-3]|[01]?[0-9])(?::[0-5][0-9]){1,2}(?![0-9:])"
)
_COUNT = (
    r"(?<![0-9])[1-9][0-9]{0,2}[ ]?(?:小时|分钟|星期|礼拜|工作日|自然日|[个天次年周期笔人岁家张条位名件部台步种项页份段遍句字秒季倍折成"
    r"层级届关招类]|[直定共起样些般边半旦律下切并])"
)
# Talk of the prefix itself: 00开头, 0086或+86.
_PREFIX = r"(?:\+86|0086|00)"
_COUNTRY_PREFIX = (
    rf"(?<![0-9+])(?<![0-9].)(?<![0-9]..){_PREFIX}(?=[或和与的是开这等,。;:!?”\"](?![0-9 ]))"
    rf"|(?<![0-9+]){_PREFIX}(?=(?:或者?|和){_PREFIX}(?![0-9]))"
    rf"|(?<![0-9+]){_PREFIX}(?=开头|打头)"
    rf"|(?<=[或者和]){_PREFIX}(?=[是的这等开,。;:!?”\"](?![0-9 ]))"
)
_EXPLAINED = re.compile(
    "|".join((_DATE, _MARKED_AMOUNT, _AMOUNT, _NUMERAL, _DAY, _TIME, _COUNT, _COUNTRY_PREFIX))
)
# How far what explains a number reaches beyond its digits.
_BEFORE, _BEHIND = 6, 12
_NUMERAL_ONLY = re.compile(_NUMERAL)
_LIST_SIGN = re.compile(r"(?:^|[:;。\n])[ ]*\(?([1-9])[.、):](?![0-9])")

_SPACES = re.compile(r"[\s\u1160\u115f\u2800]+")
_PARTING = re.compile(r"[,、。;!?:“”‘’\"'\n]|[^\W\d_]")
_ROUND_SUM = re.compile(r"[1-9][0-9]{0,3}00")
_BETWEEN_SUMS = frozenset("到至还降涨变和或")


def candidates(folded: str, view: str) -> Iterator[Candidate]:
    """What reads as a number of five digits or more; the same digits may come in two candidates.

    Args:
        folded: the folded text.
        view: the same text with all digits as 0 to 9.
    """
    chunks = [_chunk(folded, match) for match in _CHUNK.finditer(view)]
    for chain in _chains(chunks, view):
        if len(chain.digits) < NUMBER_LENGTH:
            continue
        yield from _one_by_one(chain, view)
        yield from _in_step(chain, view)
        explained = list(_explained(view, chain))
        loose = [None if _is_inside(chunk, explained) else chunk for chunk in chain.chunks]
        for part in _chains(loose, view):
            yield from _judge(part)


def _chunk(folded: str, match: re.Match[str]) -> Chunk:
    start, end = match.span()
    written = folded[start:end]
    numerals = not any(sign.isascii() for sign in written)
    return Chunk(match.group(), start, end, written.isascii(), numerals)


def _explained(view: str, chain: Candidate) -> Iterator[tuple[int, int]]:
    start, end = max(0, chain.start - _BEFORE), chain.end + _BEHIND
    for match in _EXPLAINED.finditer(view, start, end):
        yield match.span()
    expected = 1
    for match in _LIST_SIGN.finditer(view):
        if int(match.group(1)) == expected:
            expected += 1
            yield match.span(1)


def _is_inside(chunk: Chunk, spans: Iterable[tuple[int, int]]) -> bool:
    return any(start <= chunk.start and chunk.end <= end for start, end in spans)


def _chains(chunks: Iterable[Chunk | None], view: str) -> Iterator[Candidate]:
    """Chunks joined over narrow gaps; ``None`` ends a chain."""
    members: list[Chunk] = []
    gaps: list[str] = []
    for chunk in chunks:
        gap = _SPACES.sub("", view[members[-1].end : chunk.start]) if members and chunk else ""
        if chunk and members and _joins(members[-1], gap, chunk):
            gaps.append(view[members[-1].end : chunk.start])
            members.append(chunk)
            continue
        if members:
            yield Candidate(tuple(members), tuple(gaps))
        members, gaps = ([chunk] if chunk else []), []
    if members:
        yield Candidate(tuple(members), tuple(gaps))


def _joins(before: Chunk, gap: str, after: Chunk) -> bool:
    if not _has_letter(gap):
        return len(gap) <= _WIDEST_SYMBOL_GAP
    if len(gap) > _WIDEST_LETTER_GAP:
        return False
    # 先交500再交1000, 500到800: two sums, not one number.
    if _ROUND_SUM.fullmatch(before.digits) and _ROUND_SUM.fullmatch(after.digits):
        return not (gap in _BETWEEN_SUMS or len(gap) == _WIDEST_LETTER_GAP)
    return True


def _has_letter(gap: str) -> bool:
    return any(character.isalpha() for character in gap)


def _is_soft(before: Chunk, gap: str, after: Chunk) -> bool:
    """Whether a join is doubtful: numerals stand in ordinary Chinese words as well."""
    if before.numerals and after.numerals:
        return _has_letter(gap)
    differ = (before.numerals and after.figures) or (before.figures and after.numerals)
    return differ and bool(_PARTING.search(gap))


def _judge(chain: Candidate) -> Iterator[Candidate]:
    if len(chain.digits) < NUMBER_LENGTH:
        return
    first = 0
    hard = True
    for index in range(1, len(chain.chunks) + 1):
        if index == len(chain.chunks) or _is_soft(
            chain.chunks[index - 1], chain.gaps[index - 1], chain.chunks[index]
        ):
            part = Candidate(chain.chunks[first:index], chain.gaps[first : index - 1])
            if len(part.digits) >= NUMBER_LENGTH:
                yield part
            hard = hard and first == 0 and index == len(chain.chunks)
            first = index
    if not hard and _is_dictated(chain):
        yield chain


def _is_dictated(chain: Candidate) -> bool:
    """Whether doubtful joins make a number all the same: many different digits, and not 一来二去."""
    digits, lengths = chain.digits, [len(chunk.digits) for chunk in chain.chunks]
    evenly = len(chain.gaps) > 1 and len(set(chain.gaps)) == 1
    if len(set(digits)) < (2 if evenly else 3) or _counts_up(digits):
        return False
    if not evenly and any(map(_is_word_between, chain.chunks, chain.gaps)):
        return False
    if len(lengths) >= 3 or min(lengths) > 1:
        return True
    return max(lengths) >= 3 and all(chunk.numerals for chunk in chain.chunks)


def _is_word_between(chunk: Chunk, gap: str) -> bool:
    return not chunk.figures and sum(map(str.isalpha, gap)) > 1


def _counts_up(digits: str) -> bool:
    return "123456789".startswith(digits)


def _one_by_one(chain: Candidate, view: str) -> Iterator[Candidate]:
    """Digits given out singly (1个3个8个), also where each alone would be a count; lists are spared."""
    if sum(len(chunk.digits) == 1 for chunk in chain.chunks) < NUMBER_LENGTH:
        return
    numerals = [match.span() for match in _NUMERAL_ONLY.finditer(view, chain.start, chain.end + 2)]
    single = [
        chunk if len(chunk.digits) == 1 and not _is_inside(chunk, numerals) else None
        for chunk in chain.chunks
    ]
    for row in _chains(single, view):
        if len(row.chunks) < NUMBER_LENGTH or _is_list(row):
            continue
        in_words = any(map(_has_letter, row.gaps))
        figures = all(chunk.figures for chunk in row.chunks)
        if figures or not in_words or _is_dictated(row):
            yield row


def _in_step(chain: Candidate, view: str) -> Iterator[Candidate]:
    """Digits with one and the same word between them (00元06元18), which no amounts or counts have."""
    first = 0
    for last in range(1, len(chain.chunks)):
        if last < len(chain.gaps) and chain.gaps[last] == chain.gaps[first]:
            continue
        run = Candidate(chain.chunks[first : last + 1], chain.gaps[first:last])
        first = last
        if len(run.gaps) < 2 or not _has_letter(run.gaps[0]) or _is_list(run):
            continue
        odd = any(_is_odd(chunk, view) for chunk in run.chunks)
        singly = len(run.gaps[0]) > 1 and all(len(chunk.digits) == 1 for chunk in run.chunks)
        if len(run.digits) >= NUMBER_LENGTH and len(set(run.digits)) > 2 and (odd or singly):
            yield run


def _is_odd(chunk: Chunk, view: str) -> bool:
    """Whether figures begin with a zero, as no sum does but behind its comma or point (5,000)."""
    return (
        chunk.digits[0] == "0"
        and not chunk.numerals
        and view[chunk.start - 1 : chunk.start] not in (",", ".")
    )


def _is_list(chain: Candidate) -> bool:
    return _counts_up(chain.digits) and all(map(_has_letter, chain.gaps))
