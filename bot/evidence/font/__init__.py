"""The font of the reports: Noto Sans CJK SC under the SIL Open Font License, cut to common characters."""

from __future__ import annotations

import io
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from fontTools import subset  # type: ignore[import-untyped]
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

FONT = Path(__file__).resolve().parent / "NotoSansCJKsc-Subset.otf"


@lru_cache(maxsize=1)
def known() -> frozenset[int]:
    """The code points that the font can show."""
    with TTFont(FONT, lazy=True) as font:
        return frozenset(font.getBestCmap())


def only(characters: Iterable[str]) -> bytes:
    """The font with these characters alone, as a WOFF file; the same characters give the same bytes."""
    options = subset.Options()
    options.flavor = "woff"
    options.notdef_outline = True
    with TTFont(FONT, recalcTimestamp=False, recalcBBoxes=False) as font:
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=sorted({ord(sign) for sign in characters} & known()))
        subsetter.subset(font)
        font.flavor = "woff"
        written = io.BytesIO()
        font.save(written)
    return written.getvalue()
