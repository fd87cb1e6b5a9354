"""Finds lines of text on a picture and reads them; runs only in the processes that read pictures."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray
from rapidocr_onnxruntime import RapidOCR

from bot.pictures.decoding import Pixels
from bot.pictures.page import Page, Word

_SURE: Final = 0.6
_DETECTED_SIDE: Final = 736  # pixels of the shorter side; more finds no more text and takes longer
_SLIMMEST: Final = 3  # times longer than wide; slimmer ones get a margin, or they would be blown up
_TILE: Final = 2.2  # times higher than wide; longer screenshots are read in parts
_NARROWEST: Final = (
    320  # pixels that a part is taken to be wide, so that a strip does not fall to pieces
)
_UPRIGHT: Final = 1.5  # from this ratio on the library takes a line for one that runs downwards

Box = NDArray[np.float32]
"""The four corners of a line, clockwise from its upper left."""


class WordReader:
    """PP-OCRv4 with one thread, so that a picture never takes more than one core from the chat."""

    def __init__(self) -> None:
        """Loads the models out of the library's wheel."""
        cv2.setNumThreads(1)
        self._engine: Any = RapidOCR(intra_op_num_threads=1, inter_op_num_threads=1)

    def read(self, pixels: Pixels, in_time: Callable[[], bool] = lambda: True) -> Page:
        """Reads a picture from above; stops between two parts of a long one when it is no longer in time."""
        height, width = pixels.shape[:2]
        boxes: list[Box] = []
        read: list[tuple[str, float]] = []
        turns: list[str] = []
        complete = True
        for top, bottom in _tiles(pixels):
            if top and not in_time():
                complete = False
                break
            for box, text, turn in self._tile(pixels[top:bottom]):
                boxes.append(box + np.array([0, top], dtype=np.float32))
                read.append(text)
                turns.append(turn)
        turned = _Turned.of(boxes, turns, width, height)
        words = tuple(
            turned.word(box, text) for box, (text, score) in zip(boxes, read) if score >= _SURE
        )
        return Page(words, *turned.size, complete)

    def _tile(self, pixels: Pixels) -> list[tuple[Box, tuple[str, float], str]]:
        pixels = _with_margin(pixels)
        scale = min(1.0, _DETECTED_SIDE / min(pixels.shape[:2]))
        small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        found, _ = self._engine.auto_text_det(small)
        if found is None:
            return []
        boxes = [np.array(box, dtype=np.float32) / np.float32(scale) for box in found]
        # Found on the small picture, read from the large one: small print stays legible.
        lines, turns, _ = self._engine.text_cls(self._engine.get_crop_img_list(pixels, boxes))
        read, _ = self._engine.text_rec(lines, False)
        return [
            (box, (str(text[0]), float(text[1])), str(turn[0]))
            for box, text, turn in zip(boxes, read, turns)
        ]


def _tiles(pixels: Pixels) -> list[tuple[int, int]]:
    """Rows of the parts in which a picture is read, cut where nothing is written."""
    height, width = pixels.shape[:2]
    most = round(max(width, _NARROWEST) * _TILE)
    if height <= most * 1.2:
        return [(0, height)]
    unrest = pixels[:, ::4].astype(np.int16)
    busy = np.abs(np.diff(unrest, axis=1)).sum(axis=(1, 2))
    parts, top = [], 0
    while height - top > most * 1.2:
        first = top + round(most * 0.7)
        window = busy[first : top + most]
        calm = np.flatnonzero(window <= window.min() + width * 0.02)
        bottom = first + int(calm[len(calm) // 2])
        parts.append((top, bottom))
        top = bottom
    return [*parts, (top, height)]


def _with_margin(pixels: Pixels) -> Pixels:
    height, width = pixels.shape[:2]
    right = max(0, height // _SLIMMEST - width)
    below = max(0, width // _SLIMMEST - height)
    if not right and not below:
        return pixels
    edge = [int(value) for value in pixels[-1, -1]]
    return np.asarray(
        cv2.copyMakeBorder(pixels, 0, below, 0, right, cv2.BORDER_CONSTANT, value=edge),
        dtype=np.uint8,
    )


@dataclass(frozen=True)
class _Turned:
    """How a picture lies, told by its lines, and where its words would be if it stood upright."""

    quarters: int  # clockwise, that make it upright
    tilt: float
    width: float
    height: float

    @classmethod
    def of(cls, boxes: Sequence[Box], turns: Sequence[str], width: float, height: float) -> _Turned:
        long = [(box, turn) for box, turn in zip(boxes, turns) if _longer(box) > 2 * _shorter(box)]
        if not long:
            return cls(0, 0.0, width, height)
        downwards = sum(_runs_downwards(box) for box, _ in long) * 2 > len(long)
        # The library turns lines that run downwards to the left by a quarter before it looks at them.
        flipped = sum(turn == "180" for _, turn in long) * 2 > len(long)
        quarters = (1 if flipped else 3) if downwards else (2 if flipped else 0)
        tilts = [_tilt(box) for box, _ in long if _runs_downwards(box) == downwards]
        return cls(quarters, float(np.median(tilts)), width, height)

    @property
    def size(self) -> tuple[float, float]:
        return (self.height, self.width) if self.quarters % 2 else (self.width, self.height)

    def word(self, box: Box, text: str) -> Word:
        x, y = box[:, 0] - self.width / 2, box[:, 1] - self.height / 2
        angle = math.radians(90 * self.quarters) - self.tilt
        across = x * math.cos(angle) - y * math.sin(angle) + self.size[0] / 2
        down = x * math.sin(angle) + y * math.cos(angle) + self.size[1] / 2
        return Word(
            text, float(across.min()), float(down.min()), float(across.max()), float(down.max())
        )


def _side(box: Box, first: int, second: int) -> float:
    return float(np.linalg.norm(box[first] - box[second]))


def _across(box: Box) -> float:
    return max(_side(box, 0, 1), _side(box, 2, 3))


def _down(box: Box) -> float:
    return max(_side(box, 0, 3), _side(box, 1, 2))


def _longer(box: Box) -> float:
    return max(_across(box), _down(box))


def _shorter(box: Box) -> float:
    return max(1.0, min(_across(box), _down(box)))


def _runs_downwards(box: Box) -> bool:
    return _down(box) >= _UPRIGHT * _across(box)


def _tilt(box: Box) -> float:
    """The angle between a line and the nearest edge of the picture, in radians."""
    across, down = (
        (box[3] - box[0])[::-1] * np.array([1, -1]) if _runs_downwards(box) else box[1] - box[0]
    )
    return math.atan2(float(down), float(across))
