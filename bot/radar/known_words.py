"""What is no news: all that stands in a word list or in a training example."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any

import yaml

from bot.settings import ROOT
from nlu.text.folding import fold

_FOLDERS = (ROOT / "nlu" / "examples", ROOT / "nlu" / "lexicons")


@lru_cache(maxsize=65536)
def is_known(text: str) -> bool:
    """Whether the folded text stands anywhere in an example or a word list."""
    return text in _corpus()


@cache
def _corpus() -> str:
    texts = (
        text
        for folder in _FOLDERS
        for path in sorted(folder.rglob("*.yml"))
        for text in _texts(yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader))
    )
    return "\n".join(fold(text).text for text in texts)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
