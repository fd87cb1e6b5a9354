"""The words of a page in the order in which people read them, without what only the phone wrote. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from bot.pictures.page import Page, Word
from bot.pictures.picture import PictureLine, Side
from bot.pictures.rows import Block, blocks_of

_SAME_EDGE: Final = 0.025  # of the width
_ASIDE: Final = (
    0.06  # of the width, by which one edge must be farther from the border than the other
)
_FEWEST_CHARACTERS: Final = 2

_CLOCK: Final = r"(?:[01]?[0-9]|2[0-3])[:：][0-5][0-9](?:[:：][0-5][0-9])?"
_DAY: Final = (
    r"(?:今天|昨天|前天|星期[一二三四五六日天]|周[一二三四五六日天]"
    r"|(?:[0-9]{4}[年/.-])?[0-9]{1,2}[月/.-][0-9]{1,2}日?)"
)
_PART_OF_DAY: Final = r"(?:凌晨|早上|上午|中午|下午|傍晚|晚上)"
_TIME: Final = re.compile(rf"{_DAY}?\s*{_PART_OF_DAY}?\s*{_CLOCK}")
# A number without a sign is the battery's, stands last and has two figures or is 100: others could be telephones.
_STATUS: Final = re.compile(
    r"\W*(?:(?:[2345]G\+?|HD|LTE|Wi-?Fi|中国移动|中国联通|中国电信|中国广电|[0-9.]+ ?[KM]B?/s"
    rf"|[0-9]{{1,3}}%|{_CLOCK})\W*)*(?:100|[0-9]{{1,2}})?\W*",
    re.IGNORECASE,
)


def lines_of(page: Page) -> tuple[PictureLine, ...]:
    """What is said on a page, each with the side of the chat that says it where that can be told."""
    top = min((word.middle for word in page.words), default=0.0)
    blocks = blocks_of(word for word in page.words if not _is_status(word, top))
    blocks = [block for block in blocks if not _is_noise(block.text)]
    return tuple(
        PictureLine(block.text, side) for block, side in zip(blocks, _sides(blocks, page.width))
    )


def _is_status(word: Word, top: float) -> bool:
    """Whether it is of the bar above a screen: in the first row, and nothing but clock, net and battery."""
    return word.middle - top < word.height and bool(_STATUS.fullmatch(word.text))


def _is_noise(text: str) -> bool:
    signs = sum(sign.isalnum() for sign in text)
    return signs < _FEWEST_CHARACTERS or bool(_TIME.fullmatch(text.strip()))


def _sides(blocks: Sequence[Block], width: float) -> list[Side]:
    """Who says what, where the blocks stand at two sides as they do in a chat; otherwise nobody knows."""
    hung = [_hangs(block, width) for block in blocks]
    lefts = [block.left for block, side in zip(blocks, hung) if side == "left"]
    rights = [block.right for block, side in zip(blocks, hung) if side == "right"]
    if not lefts or not rights:
        return [None] * len(blocks)
    left, right, near = min(lefts), max(rights), _SAME_EDGE * width

    def side(block: Block) -> Side:
        at_left, at_right = abs(block.left - left) < near, abs(block.right - right) < near
        return None if at_left == at_right else ("left" if at_left else "right")

    return [side(block) for block in blocks]


def _hangs(block: Block, width: float) -> Side:
    before, behind = block.left, width - block.right
    if abs(before - behind) < _ASIDE * width:
        return None
    return "left" if before < behind else "right"
