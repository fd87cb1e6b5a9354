"""Makes the font of the reports from Noto Sans CJK: ``python -m bot.evidence.font.make NotoSansCJK-Regular.ttc``.

Needed only when characters are added; the result stands beside this file and is part of the repository.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from fontTools import subset  # type: ignore[import-untyped]
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

from bot.evidence.font import FONT

_SIMPLIFIED_CHINESE = 2  # place of that language in the collection
_RANGES = (
    (0x20, 0x7F),  # Latin
    (0xA0, 0x180),
    (0x2010, 0x2050),  # punctuation
    (0x20A0, 0x20C0),  # currencies
    (0x2190, 0x21A0),  # arrows
    (0x2460, 0x2500),  # numbers in circles
    (0x25A0, 0x2700),  # shapes and signs
    (0x3000, 0x3100),  # Chinese punctuation, kana
    (0xFF00, 0xFFF0),  # full width
)
_LEVELS = {"gb2312": ((0xA1, 0xF8), (0xA1, 0xFF)), "big5": ((0xA4, 0xC7), (0x40, 0xFF))}
# Frequent in names of people and companies, and in neither of the two sets.
_NAMES = (
    "堃喆镕燊珺垚犇骉頔翀玚珩琲瑀瑭璠璁璇玘珅琎祎祾祺禛钰钲铄锴锟镔镓镠镡鑫淏淦湉湜溦滢滟潞澍澔濬炘炜"
    "烨焜煊煜熠熹燚旻旸昉昕昶晗晔晞晟暄曈曜嫒嫣婧婳姝姮妤媖茜荃莛菡萱葳蓥蕙薇颢骁骐骞翊翎翙彧彣攸斐奕"
    "嘉峣峤嵘巍岚飏飒髙赟贇佺侑俣倢偲傕劼勍勖囡囧垌埇堉塬墉婵孖宓宬"
)


def characters() -> set[int]:
    """The code points that the font should show: GB 2312, the first level of Big5, names and signs."""
    found = {point for begin, end in _RANGES for point in range(begin, end)}
    for encoding in _LEVELS:
        found.update(_of(encoding))
    return found | {ord(name) for name in _NAMES}


def _of(encoding: str) -> Iterator[int]:
    rows, cells = _LEVELS[encoding]
    for row in range(*rows):
        for cell in range(*cells):
            try:
                yield ord(bytes((row, cell)).decode(encoding))
            except UnicodeDecodeError:
                continue


def make(collection: Path, target: Path = FONT) -> None:
    """Writes the subset of the collection's font for simplified Chinese to ``target``."""
    font = TTFont(collection, fontNumber=_SIMPLIFIED_CHINESE, recalcTimestamp=False)
    options = subset.Options()
    options.hinting = False
    options.desubroutinize = True  # cutting it further is then twice as fast
    options.layout_features = []
    options.notdef_outline = True
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]  # the licence among them
    options.drop_tables += ["BASE", "VORG", "vhea", "vmtx", "GSUB", "GPOS"]
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=characters())
    subsetter.subset(font)
    font.save(target)


if __name__ == "__main__":
    make(Path(sys.argv[1]))
