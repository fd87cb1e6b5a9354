"""The reader of pictures as the service uses it."""

from __future__ import annotations

import asyncio
import hashlib
import importlib.util
import logging
import time
from collections.abc import Callable, Mapping
from typing import Any, Final, Union

from bot.pictures.formats import format_of
from bot.pictures.limits import LONGEST_PICTURE, READING_SECONDS
from bot.pictures.picture import PictureLine, PictureRefusal, PictureText, Refused
from bot.pictures.pool import PicturePool, PoolBusy
from bot.pictures.process import CannotStart, ProcessDied

logger = logging.getLogger(__name__)

Outcome = Union[PictureText, PictureRefusal]
OnRead = Callable[[str, float], None]
"""Is told what became of a picture, ``read`` or a reason of :class:`Refused`, and the seconds that it took."""

REMEMBERED_SECONDS: Final = 60.0
"""How long a text is kept for whoever sends the same picture again, as messengers do that wait for an answer."""

_LIBRARY: Final = "rapidocr_onnxruntime"
_PASSES: Final = frozenset({Refused.OFF, Refused.BUSY, Refused.TOO_SLOW})


def can_read() -> bool:
    """Whether the extra ``ocr`` is installed."""
    return importlib.util.find_spec(_LIBRARY) is not None


class PictureReader:
    """Reads pictures in processes of its own; nothing of a picture is stored."""

    def __init__(
        self,
        processes: int = 1,
        on_read: OnRead | None = None,
        *,
        seconds: float = READING_SECONDS,
    ) -> None:
        """With no ``processes``, or without the extra ``ocr``, every picture is refused as :attr:`Refused.OFF`.

        ``on_read`` is told of every picture; ``seconds`` is how long one may take.
        """
        self._pool = PicturePool(processes, seconds) if processes and can_read() else None
        self._on_read = on_read
        self._known: dict[str, asyncio.Future[Outcome]] = {}

    async def read(self, data: bytes) -> Outcome:
        """What is written on a picture, or why it was not read; never raises for any bytes.

        The same picture at the same time, or within a minute, is read once.
        """
        if self._pool is None:
            return PictureRefusal(Refused.OFF, "pictures are not read here")
        if len(data) > LONGEST_PICTURE:
            return self._refused(
                Refused.TOO_LARGE,
                f"has {len(data)} bytes; at most {LONGEST_PICTURE} are read",
            )
        if format_of(data) is None:
            return self._refused(Refused.WRONG_TYPE, "is no JPEG, PNG, WebP or GIF")
        sha256 = hashlib.sha256(data).hexdigest()
        reading = self._known.get(sha256)
        if reading is None:
            reading = asyncio.ensure_future(self._read(self._pool, data, sha256))
            self._known[sha256] = reading
            reading.add_done_callback(lambda done: self._forget_later(sha256, done))
        # Whoever no longer waits must not end it for the others.
        return await asyncio.shield(reading)

    async def stop(self) -> None:
        """Ends the processes and forgets what was read."""
        reading = [future for future in self._known.values() if not future.done()]
        for future in reading:
            future.cancel()
        await asyncio.gather(*reading, return_exceptions=True)
        self._known.clear()
        if self._pool is not None:
            await self._pool.stop()

    async def _read(self, pool: PicturePool, data: bytes, sha256: str) -> Outcome:
        begun = time.monotonic()
        try:
            outcome = _outcome(await pool.read(data), sha256)
        except PoolBusy:
            outcome = PictureRefusal(Refused.BUSY, "too many pictures are waiting")
        except asyncio.TimeoutError:
            outcome = PictureRefusal(Refused.TOO_SLOW, "took too long")
        except CannotStart as error:
            logger.error(
                "pictures cannot be read: %s; mend it, or set JINGZHONG_PICTURE_PROCESSES=0", error
            )
            outcome = PictureRefusal(Refused.OFF, "the reader of pictures does not start")
        except ProcessDied as error:
            logger.warning("%s", error)
            outcome = PictureRefusal(Refused.BROKEN, str(error))
        self._tell(outcome, time.monotonic() - begun)
        return outcome

    def _refused(self, reason: Refused, detail: str) -> PictureRefusal:
        refusal = PictureRefusal(reason, detail)
        self._tell(refusal, 0.0)
        return refusal

    def _tell(self, outcome: Outcome, seconds: float) -> None:
        if self._on_read is not None:
            what = outcome.reason.value if isinstance(outcome, PictureRefusal) else "read"
            self._on_read(what, seconds)

    def _forget_later(self, sha256: str, reading: asyncio.Future[Outcome]) -> None:
        failed = reading.cancelled() or reading.exception() is not None
        outcome = None if failed else reading.result()
        if failed or (isinstance(outcome, PictureRefusal) and outcome.reason in _PASSES):
            self._known.pop(sha256, None)
            return
        reading.get_loop().call_later(REMEMBERED_SECONDS, self._known.pop, sha256, None)


def _outcome(answer: Mapping[str, Any], sha256: str) -> Outcome:
    if "refused" in answer:
        return PictureRefusal(Refused(answer["refused"]), str(answer["detail"]))
    return PictureText(
        sha256,
        tuple(PictureLine(text, side) for text, side in answer["lines"]),
        tuple(answer["codes"]),
        bool(answer["complete"]),
        bool(answer["edited"]),
    )
