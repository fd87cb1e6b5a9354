"""From the bytes of a picture to what is written on it; runs only in the processes that read pictures."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from bot.pictures.codes import codes_on
from bot.pictures.decoding import Undecodable, decode
from bot.pictures.layout import lines_of
from bot.pictures.picture import Refused
from bot.pictures.words import WordReader


@lru_cache(maxsize=1)
def _reader() -> WordReader:
    return WordReader()


def load() -> None:
    """Loads the models, so that the first picture need not wait for them."""
    _reader()


def see(data: bytes, in_time: Callable[[], bool]) -> dict[str, Any]:
    """The answer for one picture: ``lines``, ``codes``, ``complete``, ``edited``; or ``refused`` and ``detail``."""
    try:
        decoded = decode(data)
        codes = codes_on(decoded.pixels)
        page = _reader().read(decoded.pixels, in_time)
    except Undecodable as error:
        return _refused(error.refusal.reason, error.refusal.detail)
    except MemoryError:
        return _refused(Refused.TOO_MANY_PIXELS, "needs too much memory")
    except Exception as error:
        # Whatever OpenCV or the models stumble over: the next picture must find this process alive.
        return _refused(Refused.BROKEN, f"cannot be read ({type(error).__name__})")
    lines = lines_of(page)
    if not lines and not codes:
        return _refused(Refused.NO_TEXT, "nothing is written on it")
    return {
        "lines": [[line.text, line.side] for line in lines],
        "codes": codes,
        "complete": page.complete,
        "edited": decoded.edited,
    }


def _refused(reason: Refused, detail: str) -> dict[str, Any]:
    return {"refused": reason.value, "detail": detail}
