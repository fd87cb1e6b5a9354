"""What the C library is asked about memory, where it is glibc; elsewhere nothing."""

from __future__ import annotations

import ctypes
from typing import Final

_M_ARENA_MAX: Final = -8  # malloc.h
_ARENAS: Final = 2


def keep_together() -> None:
    """Lets all threads allocate from two arenas, to be called before there are threads.

    Each thread would get its own, and what a short write or read left in one is of no use to the others. Python's lock
    lets one of them allocate at a time anyway.
    """
    if mallopt := getattr(ctypes.CDLL(None), "mallopt", None):
        mallopt(_M_ARENA_MAX, _ARENAS)


def give_back() -> None:
    """Returns to the system what was needed for a moment, such as while loading."""
    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):
        trim(0)
