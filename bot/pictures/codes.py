"""Reads QR codes; runs only in the processes that read pictures."""

from __future__ import annotations

import math
from typing import Final

import cv2

from bot.pictures.decoding import Pixels

_LONGEST: Final = 300
_MOST: Final = 4
_SIZES: Final = (1.0, 0.5)  # a large code is found more surely on a smaller picture
_MOST_PIXELS: Final = 4_000_000  # the search takes its time


def codes_on(pixels: Pixels) -> tuple[str, ...]:
    """What the QR codes on a picture hold, each once; empty where none can be read."""
    detector = cv2.QRCodeDetector()
    whole = min(1.0, math.sqrt(_MOST_PIXELS / (pixels.shape[0] * pixels.shape[1])))
    for size in (whole * part for part in _SIZES):
        scaled = cv2.resize(pixels, None, fx=size, fy=size, interpolation=cv2.INTER_AREA)
        try:
            found, contents, _, _ = detector.detectAndDecodeMulti(scaled)
        except (cv2.error, UnicodeDecodeError):
            continue  # a code in another encoding, or a pattern that only looks like one
        read = [" ".join(content.split())[:_LONGEST] for content in contents if content.strip()]
        if found and read:
            return tuple(dict.fromkeys(read))[:_MOST]
    return ()
