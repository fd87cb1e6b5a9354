"""Reads QR codes; runs only in the processes that read pictures."""

from __future__ import annotations

from typing import Final

import cv2

from bot.pictures.decoding import Pixels

_LONGEST: Final = 300
_MOST: Final = 4
_SIZES: Final = (1.0, 0.5)  # a large code is found more surely on a smaller picture


def codes_on(pixels: Pixels) -> tuple[str, ...]:
    """What the QR codes on a picture hold, each once; empty where none can be read."""
    detector = cv2.QRCodeDetector()
    for size in _SIZES:
        scaled = cv2.resize(pixels, None, fx=size, fy=size, interpolation=cv2.INTER_AREA)
        try:
            found, contents, _, _ = detector.detectAndDecodeMulti(scaled)
        except (cv2.error, UnicodeDecodeError):
            continue  # a code in another encoding, or a pattern that only looks like one
        read = [" ".join(content.split())[:_LONGEST] for content in contents if content.strip()]
        if found and read:
            return tuple(dict.fromkeys(read))[:_MOST]
    return ()
