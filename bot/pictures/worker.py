"""A process that reads pictures, one after the other, and can do nothing else.

It is started with ``python -m bot.pictures.worker`` without any of the service's settings. On standard input a
picture comes as four bytes of its length and its bytes; on standard output goes the answer, a JSON object, in the
same way. The first answer is ``{}`` when the models are loaded, or has ``failed`` with one line.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import struct
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO, Final

from bot.pictures.limits import MEMORY, TILE_SECONDS

LENGTH: Final = struct.Struct(">I")
_PR_SET_PDEATHSIG: Final = 1
_NICE: Final = 5


def main() -> None:
    """Reads pictures until standard input ends."""
    _confine()
    answers, sys.stdout = sys.stdout.buffer, sys.stderr  # nothing else may write there
    try:
        from bot.pictures.seeing import load, see  # now that memory is limited

        load()
    except Exception as error:
        # A library of the system may be missing, which OpenCV needs.
        _say(answers, {"failed": " ".join(f"{type(error).__name__}: {error}".split())})
        return
    _say(answers, {})
    while (data := _next(sys.stdin.buffer)) is not None:
        _say(answers, see(data, _in_time()))


def _in_time() -> Callable[[], bool]:
    end = time.monotonic() + TILE_SECONDS
    return lambda: time.monotonic() < end


def _confine() -> None:
    """Less than the service may: no secrets, no files to write, no more memory than a picture needs."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the service's; it closes the input
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(_NICE)  # a picture must not slow down the chat


def _next(pictures: BinaryIO) -> bytes | None:
    head = pictures.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    return pictures.read(length)


def _say(answers: BinaryIO, answer: Mapping[str, Any]) -> None:
    body = json.dumps(answer).encode()
    answers.write(LENGTH.pack(len(body)) + body)
    answers.flush()


if __name__ == "__main__":
    main()
