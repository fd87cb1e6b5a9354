"""How the part says why something cannot be done, on the page and to programs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final, TypeVar

from bot.console.answers import Conflict, Failed, Invalid, Missing
from bot.exchanges.exchange import StoreUnavailable
from bot.outreach.desk import OutreachError

T = TypeVar("T")
STORE: Final = "store"
_KINDS: Final[Mapping[str, type[Failed]]] = {
    "missing": Missing,
    "gone": Conflict,
    "key_used": Conflict,
}


class _Unreachable(Failed):
    """The records of users cannot be read now."""

    status = 503


async def told(change: Awaitable[T], words: Callable[[str], str] | None = None) -> T:
    """Makes a change; ``words`` has the line for what stood in its way, which is English without them.

    Raises:
        Failed: when it cannot be made.
    """
    try:
        return await change
    except OutreachError as error:
        line = words(error.why) if words else str(error)
        raise _KINDS.get(error.why, Invalid)(line) from None
    except StoreUnavailable as error:
        raise _Unreachable(words(STORE) if words else str(error)) from None
